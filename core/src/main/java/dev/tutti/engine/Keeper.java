package dev.tutti.engine;

import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** Keeps the JVM alive while tasks wait or run: the only thread of a pool that is no daemon. */
final class Keeper {
  /*
   * The thread lives from the first open item to shortly after the last. Work often comes in a row of
   * single tasks, and a thread for each of them would cost more than the task; so it looks again a
   * little later, and it is not told when the last one has ended. A JVM whose main has ended exits at
   * most LINGER after its last task. An idle pool has no keeper.
   *
   * workBegins() is called with the lock of the open work held, and only takes `lock`; the thread asks the
   * dispatcher without holding `lock` but for the last look, which is made under it: either it sees the
   * new work, or workBegins() sees that there is no thread.
   */
  private static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final String name;
  private final BooleanSupplier hasOpenItems;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition never = lock.newCondition();
  private boolean running;
  private long begun;

  Keeper(String name, BooleanSupplier hasOpenItems) {
    this.name = name;
    this.hasOpenItems = hasOpenItems;
  }

  void workBegins() {
    lock.lock();
    try {
      begun++;
      if (!running) {
        start();
      }
    } finally {
      lock.unlock();
    }
  }

  private void start() {
    try {
      Thread.ofPlatform().name(name).daemon(false).start(this::keep);
      running = true;
    } catch (OutOfMemoryError e) { // the system gives no thread: work goes on, and is not kept
      System.getLogger("dev.tutti")
          .log(Level.WARNING, "work that is open does not keep this JVM: " + e);
    }
  }

  private void keep() {
    long seen;
    do {
      seen = begunSoFar();
      pause();
    } while (hasOpenItems.getAsBoolean() || !endIfIdleSince(seen));
  }

  private long begunSoFar() {
    lock.lock();
    try {
      return begun;
    } finally {
      lock.unlock();
    }
  }

  private void pause() {
    lock.lock();
    try {
      long left = LINGER_NANOS;
      while (left > 0) {
        left = never.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      // Nobody owns this thread but the pool; somebody who interrupts all threads only shortens a
      // pause.
      return;
    } finally {
      lock.unlock();
    }
  }

  private boolean endIfIdleSince(long seen) {
    lock.lock();
    try {
      running = begun != seen;
      return !running;
    } finally {
      lock.unlock();
    }
  }
}
