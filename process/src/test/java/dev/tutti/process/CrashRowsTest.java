package dev.tutti.process;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.tutti.Pool;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.WorkerLostException;
import dev.tutti.testkit.LeakCheck;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serial;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Rows of the list of behaviours on crashes that have no other test; the numbers are theirs. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class CrashRowsTest {
  @TempDir private Path folder;

  private static ProcessOptions options(int workers) {
    return ProcessOptions.DEFAULTS.withWorkers(workers).withJvmFlags("-XX:TieredStopAtLevel=1");
  }

  private static Throwable causeOf(TaskFuture<?> future) {
    ExecutionException e =
        catchThrowableOfType(ExecutionException.class, () -> future.get(30, SECONDS));
    assertThat(e).as("it fails").isNotNull();
    return e.getCause();
  }

  /** Three tasks whose workers are killed have an exception object each, of their worker. */
  @Test
  void kill_threeWorkersRun_eachTaskHasItsOwnException() {
    Marks marks = new Marks(folder);
    try (Pool pool = Pool.open(options(3))) {
      List<TaskFuture<Integer>> futures = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        futures.add(
            pool.submit(() -> {
              marks.leave("runs");
              return Deaths.loops();
            }));
      }
      await().until(() -> marks.count("runs") == 3);
      marks.pids("runs").forEach(pid -> Os.signal("KILL", pid));
      List<Long> pids = new ArrayList<>();
      for (TaskFuture<Integer> future : futures) {
        pids.add(((WorkerLostException) causeOf(future)).pid());
      }
      assertThat(pids).containsExactlyInAnyOrderElementsOf(marks.pids("runs"));
    }
  }

  /** Something that goes wrong where it is read in the worker, or written there as a result. */
  private record Trap(String where, String how) implements Serializable {
    @Serial private static final long serialVersionUID = 1L;

    private static boolean inWorker() {
      return System.getProperty("tutti.depth") != null;
    }

    private void spring() throws IOException {
      switch (how) {
        case "fail" -> throw new IOException("a trap " + where);
        case "exit" -> System.exit(7);
        default -> Runtime.getRuntime().halt(8);
      }
    }

    /** A record is read by its constructor. */
    Trap {
      if (where.equals("read") && inWorker()) {
        try {
          new Trap("", how).spring();
        } catch (IOException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  /** As a result: goes wrong where it is written. */
  private static final class Result implements Serializable {
    @Serial private static final long serialVersionUID = 1L;
    private final Trap trap;

    Result(Trap trap) {
      this.trap = trap;
    }

    @Serial
    private void writeObject(ObjectOutputStream out) throws IOException {
      trap.spring();
      out.defaultWriteObject();
    }

    @Serial
    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
    }
  }

  /** Failing, exiting, halting while a task is read, run, or its result written. */
  @Test
  void submit_crashMatrix_neverHangsAndPoolServes() {
    try (Pool pool = Pool.open(options(1))) {
      for (String how : List.of("fail", "exit", "halt")) {
        Trap read = new Trap("read", how);
        Trap other = new Trap("later", how);
        List<TaskFuture<?>> futures =
            List.of(
                pool.submit(() -> read.where()),
                pool.submit(() -> {
                  other.spring();
                  return 0;
                }),
                pool.submit(() -> new Result(other)));
        for (TaskFuture<?> future : futures) {
          Throwable cause = causeOf(future);
          if (!how.equals("fail")) {
            assertThat(cause).isInstanceOf(WorkerLostException.class);
            assertThat(((WorkerLostException) cause).exitStatus())
                .isEqualTo(how.equals("exit") ? 7 : 8);
          } else if (future == futures.get(1)) {
            assertThat(cause).isInstanceOf(IOException.class);
          } else {
            assertThat(cause).isInstanceOf(NotSendableException.class);
          }
        }
        assertThat(pool.submit(() -> 42).join()).isEqualTo(42);
      }
    }
  }

  /** A task that a callback submits crashes as any other, and the pool serves on. */
  @Test
  void submit_fromCallback_crashesAlone() {
    try (Pool pool = Pool.open(options(1))) {
      CompletableFuture<Integer> lost =
          pool.submit(() -> 1).thenCompose(_ -> pool.submit(() -> Deaths.halts(5)));
      ExecutionException e =
          catchThrowableOfType(ExecutionException.class, () -> lost.get(30, SECONDS));
      assertThat(e).hasCauseInstanceOf(WorkerLostException.class);
      assertThat(pool.submit(() -> 42).join()).isEqualTo(42);
    }
  }

  /** A worker that dies after shutdown fails its task, and the pool still ends. */
  @Test
  void shutdown_thenWorkerDies_poolEnds() throws Exception {
    Marks marks = new Marks(folder);
    Pool pool = Pool.open(options(1));
    TaskFuture<Integer> dies =
        pool.submit(() -> {
          marks.await("go");
          return Deaths.halts(5);
        });
    TaskFuture<Integer> behind = pool.submit(() -> 42);
    pool.shutdown();
    marks.leave("go");
    assertThat(causeOf(dies)).isInstanceOf(WorkerLostException.class);
    assertThat(behind.get(30, SECONDS)).isEqualTo(42);
    assertThat(pool.awaitTermination(30, SECONDS)).isTrue();
  }

  /** Workers kill each other: every task ends, and the pool serves on. */
  @Test
  void map_workersKillEachOther_everyTaskEnds() {
    Marks marks = new Marks(folder);
    try (Pool pool = Pool.open(options(5))) {
      List<TaskFuture<Integer>> futures = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        futures.add(pool.submit(() -> killsOthers(marks)));
      }
      for (TaskFuture<Integer> future : futures) {
        try {
          assertThat(future.get(40, SECONDS)).isEqualTo(0); // the last one standing
        } catch (Exception e) {
          assertThat(e).hasCauseInstanceOf(WorkerLostException.class);
        }
      }
      assertThat(pool.submit(() -> 42).join()).isEqualTo(42);
    }
  }

  private static int killsOthers(Marks marks) {
    marks.leave("fights");
    while (marks.count("fights") < 5) {
      Thread.onSpinWait();
    }
    for (long pid : marks.pids("fights")) {
      if (pid != ProcessHandle.current().pid()) {
        Os.signal("KILL", pid);
      }
    }
    return 0;
  }

  /** Each of several workers has as many descriptors as the others, once it has connected. */
  @Test
  void workers_descriptors_areAsManyInEach() {
    Marks marks = new Marks(folder);
    AtomicInteger rounds = new AtomicInteger();
    try (Pool pool = Pool.open(options(3))) {
      pool.warm();
      await()
          .untilAsserted(() ->
              assertThat(descriptorsOfEach(pool, marks, "round" + rounds.incrementAndGet()))
                  .hasSize(1));
    }
  }

  /** {@return the numbers of descriptors that three workers have at the same time} */
  private static Set<Long> descriptorsOfEach(Pool pool, Marks marks, String round) {
    List<TaskFuture<Long>> counts = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      counts.add(
          pool.submit(() -> {
            marks.leave(round);
            while (marks.count(round) < 3) {
              Thread.onSpinWait();
            }
            return Os.descriptors();
          }));
    }
    return new HashSet<>(counts.stream().map(TaskFuture::join).toList());
  }

  /** Five pools, opened, used and closed, say nothing. */
  @Test
  void cleanRun_fiveCycles_nothingOnStderr() throws Exception {
    try (ParentJvm parent = ParentJvm.start(Program.class, List.of())) {
      parent.awaitSuccess();
      assertThat(parent.out()).containsExactly("done");
      assertThat(parent.err()).isEmpty();
    }
  }

  /** The parent. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) {
      for (int i = 0; i < 5; i++) {
        try (Pool pool = Pool.processes(2)) {
          if (!pool.map(List.of(1, 2, 3), n -> n * n).equals(List.of(1, 4, 9))) {
            throw new AssertionError("wrong");
          }
        }
      }
      System.out.println("done");
    }
  }
}
