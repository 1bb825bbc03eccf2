package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tutti.Bulk;
import dev.tutti.Node;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.TaskGraph;
import dev.tutti.plan.CallOptions;
import dev.tutti.plan.Choice;
import dev.tutti.task.WorkerLostException;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.Faults;
import dev.tutti.testkit.LeakCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The pool that a whole JVM shares; each test has a JVM of its own for it. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class SharedPoolTest {
  private static void run(Class<?> main, String... flags) throws InterruptedException {
    try (ParentJvm parent = ParentJvm.start(main, List.of(flags))) {
      parent.awaitSuccess();
      assertThat(parent.err()).isEmpty();
    }
  }

  private static long pid() {
    return ProcessHandle.current().pid();
  }

  /** The same workers serve again and again; nobody closes the pool. */
  @Test
  void shared_manyUsers_sameWorkers() throws Exception {
    run(Reuse.class, "-Dtutti.workers=2");
  }

  /** A program that uses the shared pool from several places. */
  static final class Reuse {
    public static void main(String[] args) throws Exception {
      Set<Long> pids = ConcurrentHashMap.newKeySet();
      for (int call = 0; call < 11; call++) {
        try (Pool pool = Pool.shared()) {
          assertThat(pool.workers()).isEqualTo(2);
          pids.add(pool.submit(SharedPoolTest::pid).get());
          pool.shutdown();
          assertThat(pool.shutdownNow()).isEmpty();
          pool.closeNow();
          assertThat(pool.isShutdown()).isFalse();
        }
      }
      assertThat(pids).hasSize(1);
      assertThat(ProcessSnippets.shared(List.of("all", "together"))).containsExactly(3, 8);
      assertThat(Pool.shared().workers()).isEqualTo(4);
      assertThat(ProcessSnippets.isolated(List.of("all", "together"))).containsExactly(3, 8);
      Set<Long> isolated = Set.copyOf(Parallel.isolated().map(List.of(1, 2), _ -> pid()));
      assertThat(isolated).doesNotContain(pid());
    }
  }

  /** Of a call with a time-out not one item runs in the caller's JVM, nor does a task with one. */
  @Test
  void auto_timeout_runsOnProcesses() throws Exception {
    run(Walls.class, "-Dtutti.workers=2");
  }

  /** A program that asks for walls on the pool that chooses. */
  static final class Walls {
    public static void main(String[] args) throws Exception {
      List<Choice> told = new ArrayList<>();
      Bulk bulk = Parallel.on(Pool.auto()).timeout(Duration.ofSeconds(30)).explain(told::add);
      assertThat(bulk.map(List.of(1, 2, 3), _ -> pid())).hasSize(3).doesNotContain(pid());
      assertThat(told).hasSize(1);
      assertThat(told.getFirst().last().backend()).isEqualTo("processes");
      Pool limited = Pool.auto().with(CallOptions.DEFAULTS.withTimeout(Duration.ofSeconds(30)));
      assertThat(limited.submit(SharedPoolTest::pid).get()).isNotEqualTo(pid());
      assertThat(Parallel.map(List.of(1), _ -> pid())).containsExactly(pid());
      TaskGraph graph = new TaskGraph();
      Node<Long> node = graph.task(SharedPoolTest::pid);
      assertThat(graph.compute(Pool.auto(), node)).isEqualTo(pid());
      assertThat(graph.compute(limited, node)).isNotEqualTo(pid());
      Node<Long> own =
          graph
              .task(SharedPoolTest::pid)
              .keepingTo(CallOptions.DEFAULTS.withTimeout(Duration.ofSeconds(30)));
      assertThat(graph.compute(Pool.auto(), own)).isNotEqualTo(pid());
    }
  }

  /** A worker that dies is replaced. */
  @Test
  void shared_workerDies_isHealed() throws Exception {
    run(Healing.class, "-Dtutti.workers=1");
  }

  /** A program whose task kills its worker. */
  static final class Healing {
    public static void main(String[] args) throws Exception {
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> Pool.shared().submit(Faults.haltsWith(3)).get())
          .withCauseInstanceOf(WorkerLostException.class);
      assertThat(Pool.shared().submit(() -> 42).get()).isEqualTo(42);
    }
  }

  /** Workers leave when there is nothing to do, all but the least number, and come again. */
  @Test
  void shared_idle_workersLeaveButTheLeast() throws Exception {
    run(Idle.class, "-Dtutti.workers=2", "-Dtutti.idle=100ms");
  }

  /** A program that has nothing to do for a while. */
  static final class Idle {
    public static void main(String[] args) throws Exception {
      Pool pool = Pool.shared();
      pool.warm();
      Await.until("all have left", () -> Os.workers().isEmpty());
      pool.resize(1, 2);
      assertThat(pool.submit(() -> 42).get()).isEqualTo(42);
      pool.warm();
      Await.until("all but one have left", () -> Os.workers().size() == 1);
      long stays = pool.submit(SharedPoolTest::pid).get();
      assertThat(Os.workers()).hasSize(1);
      assertThat(pool.submit(SharedPoolTest::pid).get()).isEqualTo(stays);
      pool.resize(0, 1);
      Await.until("all have left", () -> Os.workers().isEmpty());
      assertThat(pool.map(List.of(1, 2), n -> 2 * n)).containsExactly(2, 4);
      assertThatIllegalArgumentException().isThrownBy(() -> pool.resize(2, 1));
      assertThatIllegalArgumentException().isThrownBy(() -> pool.resize(-1, 1));
    }
  }

  /** A pool in a task has its worker's share of processors, whatever the defaults say. */
  @Test
  void current_inTaskUnderDefaults_hasItsShare() throws Exception {
    run(Share.class, "-Dtutti.workers=7");
  }

  /** A program that looks how large the pools of its tasks are. */
  static final class Share {
    public static void main(String[] args) throws Exception {
      assertThat(Pool.shared().workers()).isEqualTo(7);
      int inner = Pool.shared().submit(() -> Pool.current().workers()).get();
      assertThat(inner).isEqualTo(Math.max(1, Runtime.getRuntime().availableProcessors() / 7));
    }
  }

  /** Sizes that change all the time, from ten threads. */
  @Test
  void shared_tenThreadsAndSizes_nothingIsLost() throws Exception {
    run(Sizes.class, "-Dtutti.workers=2");
  }

  /** A program whose threads resize the pool that they use. */
  static final class Sizes {
    public static void main(String[] args) throws Exception {
      List<FutureTask<Integer>> users = new ArrayList<>();
      for (int t = 0; t < 10; t++) {
        int n = t;
        Callable<Integer> use = () -> use(n);
        FutureTask<Integer> user = new FutureTask<>(use);
        users.add(user);
        Thread.ofVirtual().start(user);
      }
      for (FutureTask<Integer> user : users) {
        assertThat(user.get()).isEqualTo(30);
      }
    }

    private static int use(int n) throws Exception {
      int sum = 0;
      for (int size : List.of(3, 2, 1, 3, 2)) {
        Pool pool = Pool.shared();
        pool.resize(1 + (size + n) % 3);
        sum += pool.submit(() -> 2).get() + pool.map(List.of(1, 3), k -> k).size() * 2;
      }
      return sum;
    }
  }
}
