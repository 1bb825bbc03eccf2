package dev.tutti;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.plan.CallOptions;
import dev.tutti.plan.SubmitQueue;
import dev.tutti.task.TaskFuture;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks that submit others and wait for each other at random, but never in a circle: all end. */
@Tag("unit")
@Timeout(120)
final class WaitingTortureTest {
  private static final int ROUNDS = 60;
  private static final int TASKS = 60;
  private static final CallOptions FULL = CallOptions.DEFAULTS.withQueue(SubmitQueue.callerRuns(1));

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void waits_atRandomButInNoCircle_allEnd(int workers) throws Exception {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Round round = new Round(workers, new Random(seed * 31L + workers));
      round.run();
      assertThat(round.begun.get()).as("seed " + seed).isEqualTo(round.ended.get());
    }
  }

  /**
   * One pool and its tasks, of which each waits only for those that were submitted before it, and
   * of which none is waited for by the other pool.
   */
  private static final class Round {
    private final int workers;
    private final Random random;
    private final List<TaskFuture<Integer>> all = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();

    Round(int workers, Random random) {
      this.workers = workers;
      this.random = random;
    }

    void run() throws Exception {
      boolean stops = random.nextInt(4) == 0;
      try (Pool pool = Pool.threads(workers);
          Pool other = Pool.threads(1);
          Pool sequential = Pool.sequential()) {
        for (int i = 0; i < TASKS; i++) {
          long seed = random.nextLong();
          List<TaskFuture<Integer>> before = List.copyOf(all);
          all.add(pool.submit(() -> task(pool, other, sequential, before, new Random(seed), 3)));
          if (random.nextInt(10) == 0) {
            all.get(random.nextInt(all.size())).cancel(random.nextBoolean());
          }
        }
        if (stops) {
          pool.closeNow();
        }
        for (TaskFuture<Integer> future : List.copyOf(all)) {
          ends(() -> future.get());
        }
      }
    }

    private int task(
        Pool pool,
        Pool other,
        Pool sequential,
        List<TaskFuture<Integer>> before,
        Random own,
        int depth) {
      begun.incrementAndGet();
      try {
        for (int waits = own.nextInt(4); waits > 0; waits--) {
          wait(pool, other, sequential, before, own, depth);
        }
        return 1;
      } finally {
        ended.incrementAndGet();
      }
    }

    private void wait(
        Pool pool,
        Pool other,
        Pool sequential,
        List<TaskFuture<Integer>> before,
        Random own,
        int depth) {
      long seed = own.nextLong();
      if (depth > 0 && own.nextBoolean()) {
        ends(() -> {
          Fork fork = () -> task(pool, other, sequential, before, new Random(seed), depth - 1);
          return switch (own.nextInt(9)) {
            case 0 -> pool.submit(fork::run).get(1, TimeUnit.MILLISECONDS);
            case 1 -> pool.map(List.of(1, 2, 3), _ -> fork.run());
            case 2 -> sequential.map(List.of(1), _ -> pool.submit(fork::run).join());
            case 3 -> other.submit(() -> other.submit(() -> 1).join()).join();
            case 4 -> pool.submit(fork::run).thenApply(n -> n + 1).join();
            case 5 -> pool.invokeAll(List.of(fork::run, fork::run));
            case 6 -> group(pool, fork);
            case 7 -> pool.with(FULL).submit(fork::run).join();
            default -> pool.submit(fork::run).join();
          };
        });
      } else if (!before.isEmpty()) {
        List<TaskFuture<Integer>> some =
            IntStream.range(0, 3).mapToObj(_ -> before.get(own.nextInt(before.size()))).toList();
        ends(() ->
            switch (own.nextInt(7)) {
              case 0 -> some.getFirst().get(1, TimeUnit.MILLISECONDS);
              case 1 -> Futures.gather(some).join();
              case 2 -> Futures.awaitAll(some);
              case 3 -> Futures.awaitFirst(some);
              case 4 -> some.getFirst().cancel(own.nextBoolean());
              case 5 -> CompletableFuture.completedFuture(some.getFirst().thenApply(n -> n).get());
              default -> some.getFirst().join();
            });
      }
    }

    private static Object group(Pool pool, Fork fork) throws Exception {
      try (TaskGroup<Integer, List<Integer>> group =
          TaskGroup.open(pool, TaskGroup.<Integer>allSuccessful())) {
        var _ = group.fork(fork::run);
        var _ = group.fork(fork::run);
        return group.join();
      }
    }

    private interface Fork {
      int run();
    }

    private interface Waits {
      Object run() throws Exception;
    }

    /** However it ends. */
    private static void ends(Waits waits) {
      try {
        Object _ = waits.run();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (CancellationException
          | CompletionException
          | ExecutionException
          | RejectedExecutionException
          | TimeoutException e) {
        // as it may
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
