package dev.tutti.memory.bell;

import dev.tutti.testkit.Await;

/** The two ways in which a thread waits: at the doorbell, or asleep in the kernel. */
public final class Roads {
  /** What has a JVM allow native calls. */
  public static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  private Roads() {}

  /** {@return whether this JVM allows native calls} */
  public static boolean isNative() {
    return Futex.class.getModule().isNativeAccessEnabled();
  }

  /** Has platform threads of this JVM sleep from the first wait on, if it allows native calls. */
  public static void open() throws InterruptedException {
    if (isNative()) {
      Futex.prepare();
      Await.until("native calls are prepared", Futex::isReady);
    }
  }

  /** {@return whether threads of this JVM can sleep in the kernel} */
  public static boolean isFutexReady() {
    return Futex.isReady();
  }

  /** {@return whether a thread sleeps in the kernel} */
  public static boolean isAsleep(Thread thread) {
    StackTraceElement[] stack = thread.getStackTrace();
    return stack.length > 0 && stack[0].getClassName().equals(Futex.class.getName());
  }
}
