package dev.tutti.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.Futures;
import dev.tutti.Pool;
import dev.tutti.event.PoolEvent;
import dev.tutti.event.Subscription;
import dev.tutti.plan.DataSize;
import dev.tutti.plan.SequentialOptions;
import dev.tutti.plan.ThreadOptions;
import dev.tutti.plan.VirtualThreadOptions;
import dev.tutti.process.ProcessOptions;
import dev.tutti.process.Recycling;
import dev.tutti.process.ResultFilter;
import dev.tutti.process.WorkerOutput;
import dev.tutti.task.WorkerContext;
import dev.tutti.testkit.LeakCheck;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.management.ObjectName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The samples of the guide on the options of workers, and on what becomes of them. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class WorkerSnippets {
  private static boolean set;

  /** Something that is slow to make. */
  private record Model(int factor) {
    static Model load() {
      return new Model(3);
    }

    int score(int n) {
      return factor * n;
    }
  }

  private static void setUp() {
    set = true;
  }

  @Test
  void options() {
    // @start region=options
    ProcessOptions options =
        ProcessOptions.DEFAULTS
            .withWorkers(2)
            .withHeap(DataSize.mib(256)) // of each worker
            .withInitialiser(() -> setUp()) // in each, before its first task
            .withRecycling(Recycling.NONE.afterTasks(1_000).afterIdle(Duration.ofSeconds(30), 1))
            .withOutput(WorkerOutput.NAMED) // [tutti-p1-worker-0] in front of each line
            .withResults(ResultFilter.DEFAULTS.allow(ObjectName.class));
    try (Pool pool = Pool.open(options)) {
      pool.warm(); // starts all workers now, and waits for them
      List<Integer> scores =
          pool.map(
              List.of(1, 2, 3), // a worker makes the model once, for all its tasks
              n -> WorkerContext.current().perWorker(Model.class, Model::load).score(n));
      assertThat(scores).containsExactly(3, 6, 9);
    }
    // @end region=options
    try (Pool pool = Pool.open(options)) {
      assertThat(pool.submit(() -> set).join()).isTrue();
      assertThat(pool.submit(() -> new ObjectName("a:b=c")).join().getDomain()).isEqualTo("a");
    }
  }

  @Test
  void ofThreads() {
    // @start region=ofThreads
    Pool threads = Pool.open(ThreadOptions.DEFAULTS.withWorkers(4).withInitialiser(() -> setUp()));
    Pool virtual = Pool.open(VirtualThreadOptions.DEFAULTS); // Pool.virtualThreads()
    Pool caller = Pool.open(SequentialOptions.DEFAULTS); // Pool.sequential()
    // @end region=ofThreads
    try (threads;
        virtual;
        caller) {
      assertThat(threads.submit(() -> set).join()).isTrue();
      assertThat(virtual.submit(() -> 1).join()).isOne();
      assertThat(caller.submit(() -> 1).join()).isOne();
    }
  }

  @Test
  void events() throws Exception {
    LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
    try (Pool pool = Pool.processes(1)) {
      // @start region=events
      Subscription listening =
          pool.listen(event -> {
            switch (event) {
              case PoolEvent.WorkerStarted(var _, var worker, var pid, var took) ->
                  lines.add("%s is there: pid=%d took=%s".formatted(worker, pid, took));
              case PoolEvent.WorkerNotStarted(var _, var worker, var cause, var left) ->
                  lines.add("%s: %s, left=%d".formatted(worker, cause, left));
              case PoolEvent.WorkerEnded(var _, var worker, var _, var reason, var words, var _) ->
                  lines.add("%s is gone: %s: %s".formatted(worker, reason, words));
              default -> {} // progress of tasks, the start cache, events that were missed
            }
          });
      // @end region=events
      pool.warm();
      assertThat(lines.poll(30, TimeUnit.SECONDS)).contains("is there: pid=");
      Futures.awaitAll(List.of(pool.submit(() -> Runtime.getRuntime().halt(3))));
      assertThat(lines.poll(30, TimeUnit.SECONDS)).contains("is gone: LOST: ");
      listening.close();
    }
  }
}
