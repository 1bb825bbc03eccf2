package dev.tutti.memory.sync;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What the threads of a {@link SyncAttack} fight for, as one process has it. */
interface Prize {
  /** One of several threads of a process, by its number. */
  boolean take(int thread, long nanos, boolean interruptibly) throws InterruptedException;

  /** By a thread that has it: whether it should. */
  void check();

  void give();

  /** What all processes of one attack see, beside the words; and where what is wrong is told. */
  final class Scene {
    final AtomicInteger inside = new AtomicInteger();
    final AtomicInteger tokens = new AtomicInteger();
    final AtomicInteger recoveries = new AtomicInteger();
    final Consumer<String> wrong;

    /** The threads that read, of each process that lives. */
    final Supplier<List<AtomicInteger>> readers;

    Scene(Consumer<String> wrong, Supplier<List<AtomicInteger>> readers) {
      this.wrong = wrong;
      this.readers = readers;
    }

    private static int self() {
      return (int) Thread.currentThread().threadId();
    }

    void enter(boolean recovered) {
      if (recovered) {
        recoveries.incrementAndGet();
      }
      int before = inside.getAndSet(self());
      if (before != 0 && !recovered) {
        wrong.accept("two at once: " + before + " and " + self());
      }
    }

    void leave() {
      if (!inside.compareAndSet(self(), 0)) {
        wrong.accept("somebody else came in: " + inside.get() + " beside " + self());
      }
    }
  }

  /** One at a time. */
  record LockPrize(Ownership ownership, Scene scene) implements Prize {
    @Override
    public boolean take(int thread, long nanos, boolean interruptibly) throws InterruptedException {
      return ownership.take(nanos, interruptibly);
    }

    @Override
    public void check() {
      boolean recovered = ownership.lost().isPresent();
      scene.enter(recovered);
      if (recovered) {
        ownership.forget();
      }
    }

    @Override
    public void give() {
      ownership.ensureMine(); // one that dies here dies inside
      scene.leave();
      ownership.give();
    }
  }

  /** At most a number at a time; one or several for each. */
  record PermitPrize(Permits permits, int most, Scene scene, ThreadLocal<Integer> has)
      implements Prize {
    PermitPrize(Permits permits, int most, Scene scene) {
      this(permits, most, scene, ThreadLocal.withInitial(() -> 1));
    }

    @Override
    public boolean take(int thread, long nanos, boolean interruptibly) throws InterruptedException {
      has.set(thread == 0 ? 1 : ThreadLocalRandom.current().nextInt(1, most + 1));
      return permits.take(has.get(), nanos, interruptibly);
    }

    @Override
    public void check() {
      if (scene.inside.addAndGet(has.get()) > most) {
        scene.wrong.accept("more inside than permits: " + scene.inside);
      }
    }

    @Override
    public void give() {
      scene.inside.addAndGet(-has.get());
      permits.give(has.get());
    }
  }

  /** Readers, or one writer. */
  record ReadWritePrize(
      Readership readership, Scene scene, AtomicInteger readers, ThreadLocal<Boolean> writes)
      implements Prize {
    ReadWritePrize(Readership readership, Scene scene, AtomicInteger readers) {
      this(readership, scene, readers, ThreadLocal.withInitial(() -> false));
    }

    @Override
    public boolean take(int thread, long nanos, boolean interruptibly) throws InterruptedException {
      writes.set(ThreadLocalRandom.current().nextInt(3) == 0);
      return writes.get()
          ? readership.write(nanos, interruptibly)
          : readership.read(nanos, interruptibly);
    }

    @Override
    public void check() {
      boolean recovered = readership.lost().isPresent();
      if (writes.get()) {
        scene.enter(recovered);
        if (scene.readers.get().stream().anyMatch(count -> count.get() > 0)) {
          scene.wrong.accept("a writer beside readers");
        }
        if (recovered) {
          readership.forget();
        }
      } else {
        readers.incrementAndGet();
        if (scene.inside.get() != 0 && !recovered) {
          scene.wrong.accept("a reader beside a writer");
        }
      }
    }

    @Override
    public void give() {
      if (writes.get()) {
        readership.ensureWrites(); // one that dies here dies inside
        scene.leave();
        readership.endWrite();
      } else {
        readers.decrementAndGet();
        readership.endRead();
      }
    }
  }

  /**
   * One thread of each process makes tokens, while there are too few, and signals; the others take
   * one each, and wait for it.
   */
  record ConditionPrize(Ownership lock, Signals signals, int most, Scene scene) implements Prize {
    @Override
    public boolean take(int thread, long nanos, boolean interruptibly) throws InterruptedException {
      lock.take(Nanos.FOREVER, false);
      boolean recovered = lock.lost().isPresent();
      scene.enter(recovered);
      lock.forget();
      boolean has = false;
      try {
        has = thread == 0 ? make() : awaitOne(nanos, interruptibly);
        return has && thread != 0;
      } finally {
        if (!has || thread == 0) {
          give();
        }
      }
    }

    private boolean make() {
      if (scene.tokens.get() < most) {
        scene.tokens.incrementAndGet();
        if (ThreadLocalRandom.current().nextInt(4) == 0) {
          signals.signalAll();
        } else {
          signals.signal(1);
        }
      }
      return true;
    }

    private boolean awaitOne(long nanos, boolean interruptibly) throws InterruptedException {
      boolean goesOn = true;
      while (scene.tokens.get() == 0 && goesOn) {
        scene.leave();
        try {
          goesOn = signals.await(nanos, interruptibly);
        } finally {
          scene.enter(lock.lost().isPresent());
          lock.forget();
        }
      }
      boolean has = scene.tokens.get() > 0;
      if (has) {
        scene.tokens.decrementAndGet();
      }
      return has;
    }

    @Override
    public void check() {
      if (scene.tokens.get() < 0) {
        scene.wrong.accept("less tokens than none");
      }
    }

    @Override
    public void give() {
      lock.ensureMine(); // a dead one has nothing to give
      scene.leave();
      lock.give();
    }
  }
}
