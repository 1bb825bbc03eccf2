package dev.tutti.engine;

import dev.tutti.event.Progress;
import dev.tutti.event.ProgressState;
import dev.tutti.spi.ServiceThread;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the items of one call, and tells a listener now and then how many there are. */
final class ProgressMeter {
  private static final long INTERVAL_MILLIS = 100;
  private static final long LAST_WORD_MILLIS = 1_000;

  private final Progress listener;
  private final OptionalLong total;
  private final long startNanos = System.nanoTime();
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final CountDownLatch finished = new CountDownLatch(1);
  private final Thread teller;

  ProgressMeter(Progress listener, OptionalLong total) {
    this.listener = listener;
    this.total = total;
    this.teller = ServiceThread.builder().name("tutti-progress").start(this::tell);
  }

  void count(boolean succeeded) {
    count(1, succeeded ? 0 : 1);
  }

  /** Counts items that have ended, of which some failed. */
  void count(int ended, int ofThemFailed) {
    done.addAndGet(ended); // before failed, so that no state shows more failed than done items
    if (ofThemFailed > 0) {
      failed.addAndGet(ofThemFailed);
    }
  }

  /**
   * The call has ended: the listener hears the last state, and the caller waits for that a moment.
   */
  void finish() {
    finished.countDown();
    boolean interrupted = Thread.interrupted();
    try {
      teller.join(LAST_WORD_MILLIS);
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void tell() {
    try {
      boolean last = false;
      while (!last) {
        last = finished.await(INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        listener.advanced(state(last));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // somebody ends all threads; there is nobody left to tell
    } catch (RuntimeException | Error e) {
      System.getLogger("dev.tutti")
          .log(System.Logger.Level.WARNING, "progress listener failed and is told no more", e);
    }
  }

  private ProgressState state(boolean last) {
    long failedNow = failed.get(); // before done, for the same reason
    long doneNow = done.get();
    Duration elapsed = Duration.ofNanos(System.nanoTime() - startNanos);
    return new ProgressState(doneNow, failedNow, total, elapsed, last);
  }
}
