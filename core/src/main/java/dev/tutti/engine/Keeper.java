package dev.tutti.engine;

import dev.tutti.spi.CompletionPath;
import java.lang.System.Logger.Level;
import java.util.concurrent.ThreadFactory;
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
   * new work, or workBegins() sees that there is no thread. If the system gives none, work goes on and is not kept, which is
   * told once; on a virtual thread, since where logs go is the user's code and may wait for what the pool does.
   */
  private static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final ThreadFactory threads;
  private final BooleanSupplier hasOpenItems;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition never = lock.newCondition();
  private boolean running;
  private boolean told;
  private long begun;

  /**
   * @param threads makes its threads, which are no daemons
   * @param hasOpenItems whether there is work
   */
  Keeper(ThreadFactory threads, BooleanSupplier hasOpenItems) {
    this.threads = threads;
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
      threads.newThread(this::keep).start();
      running = true;
    } catch (OutOfMemoryError e) {
      if (!told) {
        told = true;
        tell(e);
      }
    }
  }

  private static void tell(OutOfMemoryError noThread) {
    try {
      CompletionPath.CALLBACKS.execute(() ->
          System.getLogger("dev.tutti")
              .log(Level.WARNING, "work that is open does not keep this JVM: " + noThread));
    } catch (RuntimeException | Error e) { // no more is there for it than there was before
      return;
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
