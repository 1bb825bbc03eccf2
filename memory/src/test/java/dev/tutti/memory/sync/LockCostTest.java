package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a lock costs, printed: uncontended, and wanted by two processes all the time. */
@Tag("stress")
@SuppressWarnings("LockNotBeforeTry") // nothing to try
class LockCostTest {
  private static final int TIMES = 2_000_000;
  private static final long RUN_NANOS = Duration.ofSeconds(2).toNanos();
  private static final long WORK_NANOS = 5_000;

  /** Each works, and its figures are told. */
  @Test
  void lock_eachKind_isMeasured() throws Exception {
    Map<String, Lock> all = new LinkedHashMap<>();
    all.put("without order", ProcessLock.create());
    all.put("fair", ProcessLock.fair());
    all.put("to write", ProcessReadWriteLock.create().writeLock());
    all.put("to read", ProcessReadWriteLock.create().readLock());
    try (Neighbour other = Neighbour.start()) {
      for (Map.Entry<String, Lock> one : all.entrySet()) {
        Lock lock = one.getValue();
        double alone = Double.MAX_VALUE;
        for (int i = 0; i < 7; i++) {
          alone = Math.min(alone, nanosForOne(lock));
        }
        Future<Long> there = other.start(() -> count(lock));
        long turns = count(lock) + there.get();
        assertThat(turns).isPositive();
        System.out.printf(
            "%s: uncontended %.1f ns; two processes, 5 us in it: %.1f us a turn%n",
            one.getKey(), alone, RUN_NANOS / 1e3 / turns);
      }
    }
  }

  private static double nanosForOne(Lock lock) {
    long start = System.nanoTime();
    for (int i = 0; i < TIMES; i++) {
      lock.lock();
      lock.unlock();
    }
    return (System.nanoTime() - start) / (double) TIMES;
  }

  private static long count(Lock lock) {
    long end = System.nanoTime() + RUN_NANOS;
    long count = 0;
    while (System.nanoTime() < end) {
      lock.lock();
      try {
        count++;
        long until = System.nanoTime() + WORK_NANOS;
        while (System.nanoTime() < until) {
          Thread.onSpinWait();
        }
      } finally {
        lock.unlock();
      }
    }
    return count;
  }
}
