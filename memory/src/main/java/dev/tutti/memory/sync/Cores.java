package dev.tutti.memory.sync;

import dev.tutti.memory.bell.SharedObject;
import dev.tutti.memory.segment.SharedSegment;
import java.lang.ref.Cleaner;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the locks of this process are made of, which may outlive their Java objects. */
final class Cores {
  /*
   * A thread may have a lock whose Java object nobody refers to any more. Without that object nobody here would hear a ring for the
   * lock, and when the thread has ended nobody would say so: the lock would stay locked as long as this process lives. So the
   * cleaner of each Java object holds its core, and when the object is gone each thread that has the lock has a virtual one that
   * waits for its end and holds the core meanwhile. To lock and to unlock costs nothing more.
   *
   * A Java object that is made meanwhile gets the same core, so it knows who has the lock, and that thread can unlock by it. It may
   * even lock before the cleaner of the object before has run, which then finds a holder whose lock still has an object. To unlock
   * tells nobody, as that would cost something; so who waits for the thread looks now and then whether it still has the lock. To count
   * the objects instead would help in the second case alone.
   *
   * `HERE` has what there is; Handle's lock, under which all these objects are made, guards it.
   */
  private static final Cleaner CLEANER = Cleaner.create();
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Map<SharedSegment, WeakReference<Core>> HERE = new WeakHashMap<>();

  private Cores() {}

  /** What a lock is made of. It does not refer to the Java object. */
  interface Core {
    /** {@return the threads of this process that have the lock} */
    Collection<Thread> holders();

    /** Says so if one of them has ended. */
    void rung();
  }

  /**
   * {@return what a Java object is made of: what is there of another one that is gone, or something
   * new} Called while the object is made.
   */
  static <C extends Core> C of(Object made, SharedObject object, Class<C> type, Supplier<C> first) {
    WeakReference<Core> weak = HERE.get(object.segment());
    @Nullable Core there = weak == null ? null : weak.get();
    C core = there == null ? first.get() : type.cast(there);
    HERE.put(object.segment(), new WeakReference<>(core));
    CLEANER.register(made, () -> keep(core));
    return core;
  }

  private static void keep(Core core) {
    for (Thread holder : core.holders()) {
      Thread.ofVirtual().name("tutti-lock-keeper").start(() -> awaitEnd(holder, core));
    }
  }

  /** Or until it has unlocked. */
  private static void awaitEnd(Thread holder, Core core) {
    try {
      boolean ended = false;
      while (!ended && core.holders().contains(holder)) {
        ended = holder.join(LOOK);
      }
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts it", e);
    }
    core.rung();
  }
}
