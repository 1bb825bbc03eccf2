package dev.tutti.engine;

import dev.tutti.spi.HelpingGroup;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.locks.LockSupport;

/** The calling thread's wait for something, until it is so or a time is over. */
final class Waiting implements ForkJoinPool.ManagedBlocker {
  private static final long FAR_NANOS = Long.MAX_VALUE / 2;

  private final HelpingGroup.Awaited awaited;
  private final long untilNanos;

  Waiting(HelpingGroup.Awaited awaited, long nanos) {
    this.awaited = awaited;
    this.untilNanos = System.nanoTime() + Math.clamp(nanos, 0, FAR_NANOS);
  }

  @Override
  public boolean block() throws InterruptedException {
    while (!isReleasable()) {
      LockSupport.parkNanos(awaited, untilNanos - System.nanoTime());
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
    return true;
  }

  @Override
  public boolean isReleasable() {
    return awaited.isDone() || untilNanos - System.nanoTime() <= 0;
  }
}
