package dev.tutti.process;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;

/** Ways in which a task takes its worker with it. */
final class Deaths {
  private Deaths() {}

  static int halts(int status) {
    Runtime.getRuntime().halt(status);
    return 0;
  }

  static int exits(int status) {
    System.exit(status);
    return 0;
  }

  /** As the kernel's out-of-memory killer does it. */
  static int killsItself() {
    Os.signal("KILL", ProcessHandle.current().pid());
    while (true) {
      Thread.onSpinWait();
    }
  }

  /** Writes to address 0. */
  static int crashes() throws ReflectiveOperationException {
    Class<?> type = Class.forName("sun.misc.Unsafe");
    Field instance = type.getDeclaredField("theUnsafe");
    instance.setAccessible(true);
    Object unsafe = instance.get(null);
    type.getMethod("putAddress", long.class, long.class).invoke(unsafe, 0L, 0L);
    return 0;
  }

  static int fillsHeap() {
    List<byte[]> all = new ArrayList<>();
    while (all.size() < Integer.MAX_VALUE) {
      all.add(new byte[1 << 20]);
    }
    return all.size();
  }

  /** Does not end, and does not listen to interrupts. */
  static int loops() {
    while (true) {
      Thread.onSpinWait();
    }
  }
}
