package dev.tutti.stress;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.CallOptions;
import dev.tutti.task.Done;
import dev.tutti.task.TaskFuture;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * One round: some items, given to the pool in one style.
 *
 * @param style the style
 * @param items how many items
 * @param seed what decides about them
 * @param folder where its journals are
 * @param orders where the orders to fill a heap are
 */
record Round(Style style, int items, long seed, Path folder, Path orders) {
  /** How long an item may run: far longer than any that ends by itself. */
  private static final Duration LIMIT = Duration.ofMillis(750);

  private static final int GROUP = 100;
  private static final int CANCELLED = 3;
  private static final long LONGEST_WAIT_MICROS = 4_000;

  RoundCheck.Terms terms() {
    return new RoundCheck.Terms(seed, items, style.retry().attempts(), style.submits());
  }

  /**
   * Runs the items.
   *
   * @param pool the pool
   * @param another opens another pool
   * @param watch is told of each outcome
   * @return how they ended
   */
  List<Ended> run(Pool pool, Supplier<Pool> another, HangWatch watch) throws InterruptedException {
    return switch (style) {
      case SUBMITS, STUBBORN_SUBMITS -> submit(pool, watch);
      case STOPPED_POOL -> submitAndStop(another.get(), watch);
      default -> call(pool, watch);
    };
  }

  private Work work() {
    return new Work(folder, orders, seed);
  }

  private List<Ended> call(Pool pool, HangWatch watch) {
    List<Ended> ended = new ArrayList<>();
    try (Stream<Done<Long, Long>> outcomes =
        Parallel.on(pool)
            .timeout(LIMIT)
            .retry(style.retry())
            .window(style.window())
            .batch(style.batching())
            .outcomes(LongStream.range(0, items).boxed().toList(), work())) {
      outcomes.forEach(done -> {
        ended.add(Ended.of(done));
        watch.beat();
      });
    }
    return ended;
  }

  private CallOptions options() {
    return CallOptions.DEFAULTS.withTimeout(LIMIT).withRetry(style.retry());
  }

  private List<Ended> submit(Pool pool, HangWatch watch) throws InterruptedException {
    List<Ended> ended = new ArrayList<>();
    for (int from = 0; from < items; from += GROUP) {
      int to = Math.min(items, from + GROUP);
      AtomicLongArray over = new AtomicLongArray(to - from);
      List<TaskFuture<Long>> futures = submit(pool, from, to, watch);
      for (int i = 0; i < futures.size(); i++) {
        int index = i;
        var _ = futures.get(i).stopped().thenRun(() -> over.set(index, System.nanoTime()));
        cancelSome(futures.get(i), from + i);
      }
      for (int i = 0; i < futures.size(); i++) {
        await(futures.get(i));
        futures.get(i).stopped().join();
        over.compareAndSet(i, 0, System.nanoTime());
        ended.add(Ended.of(from + i, futures.get(i), over.get(i)));
      }
    }
    return ended;
  }

  private List<TaskFuture<Long>> submit(Pool pool, int from, int to, HangWatch watch) {
    List<TaskFuture<Long>> futures = new ArrayList<>();
    for (int item = from; item < to; item++) {
      TaskFuture<Long> future = pool.with(options()).submit(work().task(item));
      var _ = future.whenComplete((_, _) -> watch.beat());
      futures.add(future);
    }
    return futures;
  }

  private static void await(Future<?> future) throws InterruptedException {
    try {
      Object _ = future.get();
    } catch (ExecutionException | CancellationException e) {
      // how it ended is looked at later
    }
  }

  private void cancelSome(TaskFuture<Long> future, int item) {
    long number = Mix.of(seed + 1, item);
    if (Long.remainderUnsigned(number, CANCELLED) == 0) {
      long micros = Long.remainderUnsigned(number >>> 8, LONGEST_WAIT_MICROS);
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(micros));
      future.cancel(true);
    }
  }

  /** After {@code closeNow} every future has ended, and no item runs any more. */
  private List<Ended> submitAndStop(Pool pool, HangWatch watch) throws InterruptedException {
    List<TaskFuture<Long>> futures;
    try (pool) {
      futures = submit(pool, 0, items, watch);
      for (TaskFuture<Long> future : futures.subList(0, items / 2)) {
        await(future);
      }
      pool.closeNow();
    }
    watch.beat();
    long over = System.nanoTime();
    List<Ended> ended = new ArrayList<>();
    for (int i = 0; i < items; i++) {
      ended.add(Ended.of(i, futures.get(i), over));
    }
    return ended;
  }
}
