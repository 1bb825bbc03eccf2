package dev.tutti.process;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.Batching;
import dev.tutti.plan.DataSize;
import dev.tutti.task.Done;
import dev.tutti.task.Failure;
import dev.tutti.task.Fn;
import dev.tutti.task.Success;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.WorkerLost;
import dev.tutti.task.WorkerLostException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("system")
@Timeout(60)
class WorkerDeathTest {
  private static final int ITEMS = 12;
  private static final int DEADLY = 5;

  /** One pool for all that follows: that it serves on after each death is part of each test. */
  private static Pool pool;

  @TempDir private Path folder;
  private Marks marks;

  @BeforeAll
  static void open() {
    pool = Pool.open(options(2));
  }

  @AfterAll
  static void close() {
    pool.close();
    assertThat(Os.leftOvers()).isEmpty();
    assertThat(Os.workers()).isEmpty();
  }

  @BeforeEach
  void mark() {
    marks = new Marks(folder);
  }

  private static ProcessOptions options(int workers) {
    return ProcessOptions.DEFAULTS.withWorkers(workers).withJvmFlags("-XX:TieredStopAtLevel=1");
  }

  // ---------------------------------------------------------------- one item of many

  /** An item that halts its JVM is lost with the status, and nothing is guessed about why. */
  @Test
  void map_itemHalts_onlyItIsLost() {
    Marks m = marks;
    WorkerLostException lost = onlyDeadlyIsLost(i -> work(m, i, () -> Deaths.halts(7)));
    assertThat(lost.exitStatus()).isEqualTo(7);
    assertThat(lost.reason()).isEqualTo("unknown");
    assertThat(lost).hasMessageContaining("exit=7").hasMessageContaining("pid=" + lost.pid());
  }

  /** An item that calls System.exit is told apart from any other end with that status. */
  @Test
  void map_itemExits_reasonSaysSo() {
    Marks m = marks;
    WorkerLostException lost = onlyDeadlyIsLost(i -> work(m, i, () -> Deaths.exits(3)));
    assertThat(lost.exitStatus()).isEqualTo(3);
    assertThat(lost.reason()).isEqualTo("System.exit(3) was called by the task");
  }

  /** A kill by signal 9 is told as what is known of it. */
  @Test
  void map_itemIsKilled_saysAsAfterSignal9() {
    Marks m = marks;
    WorkerLostException lost = onlyDeadlyIsLost(i -> work(m, i, Deaths::killsItself));
    assertThat(lost.exitStatus()).isEqualTo(137);
    assertThat(lost.reason()).isEqualTo("unknown");
    assertThat(lost).hasMessageContaining("exit=137 (as after signal 9)");
  }

  /** A crash of the JVM names its signal and shows the crash log, which is taken away. */
  @Test
  void map_itemCrashesJvm_namesSignalAndShowsCrashLog() {
    Marks m = marks;
    WorkerLostException lost = onlyDeadlyIsLost(i -> work(m, i, Deaths::crashes));
    assertThat(lost.exitStatus()).isNotZero();
    assertThat(lost.reason()).contains("JVM crashed").contains("SIGSEGV");
    assertThat(lost.crashLogHead()).anyMatch(line -> line.contains("SIGSEGV"));
    assertThat(lost).hasMessageContaining("SIGSEGV");
    for (String name : Os.leftOvers()) {
      Path left = Path.of(System.getProperty("java.io.tmpdir"), name);
      assertThat(Os.files(left, "crash")).isEmpty();
      assertThat(Os.files(left, "core")).isEmpty();
    }
    assertThat(Os.files(Path.of(""), "core.")).isEmpty();
    assertThat(Path.of("core").toFile().isFile()).isFalse();
    assertThat(Os.files(Path.of(""), "hs_err")).isEmpty();
  }

  private static int work(Marks marks, int item, Death death) throws Exception {
    marks.leave("begin-" + item);
    int result = item == DEADLY ? death.die() : item * item;
    marks.leave("end-" + item);
    return result;
  }

  private interface Death extends Serializable {
    int die() throws Exception;
  }

  /** Runs items of which one dies, in batches; each other one succeeds and has run exactly once. */
  private WorkerLostException onlyDeadlyIsLost(Fn<Integer, Integer> fn) {
    List<Done<Integer, Integer>> all = outcomes(pool, 4, fn);
    assertThat(all).hasSize(ITEMS);
    for (Done<Integer, Integer> done : all) {
      int i = done.item();
      if (i != DEADLY) {
        assertThat(done.outcome()).as("item %d", i).isEqualTo(new Success<>(i * i));
        assertThat(marks.count("end-" + i)).as("ends of item %d", i).isOne();
      }
      assertThat(marks.count("begin-" + i)).as("begins of item %d", i).isOne();
    }
    assertThat(all.get(DEADLY).outcome()).isInstanceOf(WorkerLost.class);
    WorkerLostException lost = ((WorkerLost<Integer>) all.get(DEADLY).outcome()).cause();
    assertThat(marks.pids("begin-" + DEADLY)).containsExactly(lost.pid());
    assertThat(lost.attempt()).isOne();
    assertThat(Os.isGone(lost.pid())).isTrue();
    assertThat(pool.map(List.of(1, 2, 3), i -> i + 1)).containsExactly(2, 3, 4);
    return lost;
  }

  private static List<Done<Integer, Integer>> outcomes(
      Pool on, int batch, Fn<Integer, Integer> fn) {
    List<Integer> items = IntStream.range(0, ITEMS).boxed().toList();
    return Parallel.on(on).batch(Batching.fixed(batch)).outcomes(items, fn).toList();
  }

  // ---------------------------------------------------------------- memory

  /** A full heap is that item's failure; its worker is not trusted further and is replaced. */
  @Test
  void map_itemFillsHeap_failsAloneAndWorkerIsReplaced() throws Exception {
    Marks m = marks;
    ProcessOptions small = options(1).withHeap(DataSize.mib(64));
    try (Pool one = Pool.open(small)) {
      long before = one.submit(() -> ProcessHandle.current().pid()).get();
      List<Done<Integer, Integer>> all = outcomes(one, 4, i -> work(m, i, Deaths::fillsHeap));
      for (Done<Integer, Integer> done : all) {
        if (done.item() != DEADLY) {
          assertThat(done.outcome()).isInstanceOf(Success.class);
        }
        assertThat(marks.count("begin-" + done.item())).isOne();
      }
      assertThat(all.get(DEADLY).outcome()).isInstanceOf(Failure.class);
      assertThat(((Failure<Integer>) all.get(DEADLY).outcome()).cause())
          .isInstanceOf(OutOfMemoryError.class);
      assertThat(one.submit(() -> ProcessHandle.current().pid()).get()).isNotEqualTo(before);
      Os.awaitGone(List.of(before));
    }
  }

  /** An end at an OutOfMemoryError, with status 3, is told apart from System.exit(3). */
  @Test
  void submit_jvmExitsAtFullHeap_isToldApartFromExit() {
    ProcessOptions small =
        options(1).withHeap(DataSize.mib(64)).withJvmFlags("-XX:+ExitOnOutOfMemoryError");
    try (Pool one = Pool.open(small)) {
      WorkerLostException full = lost(one.submit(() -> Deaths.fillsHeap()));
      assertThat(full.exitStatus()).isEqualTo(3);
      assertThat(full.reason()).isEqualTo("the JVM ended itself at an OutOfMemoryError");
      WorkerLostException exit = lost(one.submit(() -> Deaths.exits(3)));
      assertThat(exit.exitStatus()).isEqualTo(3);
      assertThat(exit.reason()).isEqualTo("System.exit(3) was called by the task");
    }
  }

  /** System.exit by a thread that the task has started is not said to be the task's own. */
  @Test
  void submit_otherThreadExits_reasonSaysSo() {
    WorkerLostException lost =
        lost(
            pool.submit(() -> {
              Thread.ofPlatform().start(() -> Deaths.exits(4));
              return Deaths.loops();
            }));
    assertThat(lost.exitStatus()).isEqualTo(4);
    assertThat(lost.reason())
        .isEqualTo("System.exit(4) was called by another thread of the worker");
  }

  private static WorkerLostException lost(TaskFuture<?> future) {
    ExecutionException e = catchThrowableOfType(ExecutionException.class, future::get);
    assertThat(e).hasCauseInstanceOf(WorkerLostException.class);
    return (WorkerLostException) e.getCause();
  }

  // ---------------------------------------------------------------- what it said

  /** The last twenty lines of its standard error are in the exception, to the very last. */
  @Test
  void submit_talksBeforeDeath_lastLinesAreInException() {
    try (Pool quiet = Pool.open(options(1).withOutput(WorkerOutput.DISCARD))) {
      WorkerLostException lost =
          lost(
              quiet.submit(() -> {
                for (int i = 1; i <= 25; i++) {
                  System.err.println("line " + i);
                }
                return Deaths.halts(1);
              }));
      assertThat(lost.stderrTail())
          .isEqualTo(IntStream.rangeClosed(6, 25).mapToObj(i -> "line " + i).toList());
      assertThat(lost).hasMessageContaining("line 25").hasMessageNotContaining("line 5\n");
    }
  }

  // ---------------------------------------------------------------- when it dies

  /** Results that a worker had written before it died count; its batch goes on behind the death. */
  @Test
  void map_diesInMiddleOfBatch_resultsBeforeItCount() {
    Marks m = marks;
    try (Pool one = Pool.open(options(1))) {
      List<Done<Integer, Integer>> all =
          outcomes(one, ITEMS, i -> work(m, i, () -> Deaths.halts(1)));
      for (Done<Integer, Integer> done : all) {
        assertThat(done.outcome().succeeded()).isEqualTo(done.item() != DEADLY);
        assertThat(marks.count("begin-" + done.item())).isOne();
      }
      Set<Long> before = new HashSet<>();
      Set<Long> after = new HashSet<>();
      for (int i = 0; i < ITEMS; i++) {
        (i <= DEADLY ? before : after).addAll(marks.pids("begin-" + i));
      }
      assertThat(before).hasSize(1);
      assertThat(after).hasSize(1).doesNotContainAnyElementsOf(before);
    }
  }

  /** Idle workers that are killed take nothing with them. */
  @Test
  void map_idleWorkersWereKilled_nothingIsLost() {
    pool.warm();
    List<Long> workers = Os.workers();
    assertThat(workers).hasSize(2);
    workers.forEach(pid -> Os.signal("KILL", pid));
    List<Integer> items = IntStream.range(0, 100).boxed().toList();
    assertThat(pool.map(items, i -> i + 1)).isEqualTo(items.stream().map(i -> i + 1).toList());
    Os.awaitGone(workers);
  }

  /** Who has read of a death finds the worker's place free, however long its output stays open. */
  @Test
  void warm_deathWasReported_deadDoesNotCount() throws Exception {
    Marks m = marks;
    try (Pool one = Pool.open(options(1))) {
      WorkerLostException lost =
          lost(
              one.submit(() -> {
                Process heir = new ProcessBuilder("setsid", "sleep", "60").inheritIO().start();
                m.leavePid("heir", heir.pid());
                return Deaths.halts(1);
              }));
      one.warm();
      List<Long> workers = Os.workers();
      assertThat(one.submit(() -> ProcessHandle.current().pid()).get())
          .isNotEqualTo(lost.pid())
          .isIn(workers);
    } finally {
      m.pids("heir").forEach(pid -> Os.signal("KILL", pid));
      Os.awaitGone(m.pids("heir"));
    }
  }

  /** Two workers that are killed at the same moment lose one item each. */
  @Test
  void map_bothWorkersKilledAtOnce_eachLosesItsOwn() throws Exception {
    Marks m = marks;
    List<TaskFuture<Integer>> doomed = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      int n = i;
      doomed.add(
          pool.submit(() -> {
            m.leave("begin-" + n);
            return Deaths.loops();
          }));
    }
    List<TaskFuture<Integer>> others = new ArrayList<>();
    for (int i = 2; i < 10; i++) {
      int n = i;
      others.add(pool.submit(() -> work(m, n + 100, () -> 0)));
    }
    await().atMost(20, SECONDS).until(() -> m.count("begin-0") + m.count("begin-1") == 2);
    long one = m.pids("begin-0").getFirst();
    long two = m.pids("begin-1").getFirst();
    assertThat(one).isNotEqualTo(two);
    Os.signal("KILL", one);
    Os.signal("KILL", two);
    assertThat(lost(doomed.get(0)).pid()).isEqualTo(one);
    assertThat(lost(doomed.get(1)).pid()).isEqualTo(two);
    for (int i = 2; i < 10; i++) {
      assertThat(others.get(i - 2).get()).isEqualTo((i + 100) * (i + 100));
      assertThat(marks.count("begin-" + (i + 100))).isOne();
    }
  }

  /** Killed at any time, a worker takes the item that had begun and not ended, and no other. */
  @Test
  void map_killedAtRandomTimes_losesOnlyWhatHadBegun() {
    SplittableRandom random = new SplittableRandom(42);
    int rounds = 6;
    int items = 60;
    int losses = 0;
    for (int round = 0; round < rounds; round++) {
      String r = "r" + round + "-";
      Marks m = marks;
      int killAt = 1 + random.nextInt(items - 10);
      Fn<Integer, Integer> fn =
          i -> {
            m.leave(r + i);
            m.leave(r + "any");
            spin(random(i));
            return -i;
          };
      Thread killer =
          Thread.ofVirtual()
              .start(() -> {
                await()
                    .atMost(30, SECONDS)
                    .pollDelay(java.time.Duration.ZERO)
                    .pollInterval(java.time.Duration.ofMillis(1))
                    .until(() -> m.count(r + "any") >= killAt);
                Os.workers().stream().findFirst().ifPresent(pid -> Os.signal("KILL", pid));
              });
      List<Done<Integer, Integer>> all =
          Parallel.on(pool)
              .batch(Batching.fixed(7))
              .outcomes(IntStream.range(0, items).boxed().toList(), fn)
              .toList();
      join(killer);
      assertThat(all).hasSize(items);
      int lost = 0;
      for (Done<Integer, Integer> done : all) {
        int i = done.item();
        if (done.outcome() instanceof WorkerLost<Integer>(WorkerLostException cause)) {
          lost++;
          // none where it was killed between the claim and the item's first act
          assertThat(m.pids(r + i)).isSubsetOf(cause.pid()).doesNotHaveDuplicates();
          assertThat(cause.exitStatus()).isEqualTo(137);
        } else {
          assertThat(m.count(r + i)).as("round %d: begins of item %d", round, i).isOne();
          assertThat(done.outcome()).isEqualTo(new Success<>(-i));
        }
      }
      assertThat(lost).as("items lost in round %d", round).isLessThanOrEqualTo(1);
      losses += lost;
    }
    assertThat(losses).as("rounds in which the kill met an item").isPositive();
  }

  private static long random(int i) {
    return new SplittableRandom(i).nextLong(4_000_000);
  }

  private static void spin(long nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  // ---------------------------------------------------------------- before it begins

  /** A worker that dies while it reads its item loses that item and no other. */
  @Test
  void map_itemHaltsWhenRead_onlyItIsLost() {
    List<HaltsWhenRead> items =
        IntStream.range(0, ITEMS).mapToObj(i -> new HaltsWhenRead(i, i == DEADLY)).toList();
    List<Done<HaltsWhenRead, Integer>> all =
        Parallel.on(pool).batch(Batching.fixed(4)).outcomes(items, HaltsWhenRead::number).toList();
    for (Done<HaltsWhenRead, Integer> done : all) {
      if (done.item().deadly()) {
        assertThat(done.outcome()).isInstanceOf(WorkerLost.class);
        assertThat(((WorkerLost<Integer>) done.outcome()).cause().exitStatus()).isEqualTo(9);
      } else {
        assertThat(done.outcome()).isEqualTo(new Success<>(done.item().number()));
      }
    }
    assertThat(all).hasSize(ITEMS);
  }

  /** A function that kills each worker that reads it fails each item, with no start too many. */
  @Test
  void map_functionHaltsWhenRead_everyItemFailsAndNothingHangs() throws Exception {
    Poison poison = new Poison(marks);
    List<Integer> items = List.of(0, 1, 2, 3);
    List<Done<Integer, Integer>> all =
        Parallel.on(pool).batch(Batching.fixed(4)).outcomes(items, poison).toList();
    assertThat(all).hasSize(4);
    for (Done<Integer, Integer> done : all) {
      assertThat(done.outcome()).as("item %d", done.item()).isInstanceOf(WorkerLost.class);
      assertThat(((WorkerLost<Integer>) done.outcome()).cause().exitStatus()).isEqualTo(8);
    }
    assertThat(marks.count("read")).as("workers that it has killed").isBetween(1, 4);
    assertThat(pool.submit(() -> 5).get()).isEqualTo(5);
  }
}
