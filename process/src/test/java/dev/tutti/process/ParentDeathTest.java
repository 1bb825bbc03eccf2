package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tutti.Pool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("system")
@Timeout(90)
class ParentDeathTest {
  private static final Path TMP = Path.of(System.getProperty("java.io.tmpdir"));

  /** How long a parent is stopped; longer by -Dtutti.test.stopped=PT30S. */
  private static final Duration STOPPED =
      Duration.parse(System.getProperty("tutti.test.stopped", "PT2S"));

  @TempDir private Path folder;

  /** The parent is killed: its workers end within two seconds, whatever they run. */
  @Test
  void kill9_ofParent_workersEndWhateverTheyRun() {
    try (ParentJvm parent = ParentJvm.start(Program.class, List.of(), "busy", folder.toString())) {
      List<Long> workers = awaitBusyWorkers(parent);
      long pid = parent.handle().pid();

      long before = System.nanoTime();
      Os.signal("KILL", pid);
      Os.awaitGone(workers);

      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(4));
      assertNothingIsLeftOf(pid);
    }
  }

  /** Parent and workers are killed at once: no process and no memory is left. */
  @Test
  void kill9_ofAllAtOnce_nothingIsLeft() throws Exception {
    try (ParentJvm parent = ParentJvm.start(Program.class, List.of(), "busy", folder.toString())) {
      List<Long> workers = awaitBusyWorkers(parent);
      long pid = parent.handle().pid();
      StringBuilder all = new StringBuilder("kill -9 " + pid);
      workers.forEach(worker -> all.append(' ').append(worker));
      assertThat(new ProcessBuilder("/bin/sh", "-c", all.toString()).start().waitFor()).isZero();
      Os.awaitGone(workers);
      assertNothingIsLeftOf(pid);
    }
  }

  /** SIGTERM to all, as when a service is stopped: no process and no folder is left. */
  @Test
  void sigterm_toAll_nothingIsLeft() throws Exception {
    try (ParentJvm parent = ParentJvm.start(Program.class, List.of(), "busy", folder.toString())) {
      List<Long> workers = awaitBusyWorkers(parent);
      long pid = parent.handle().pid();
      Os.signal("TERM", pid);
      workers.forEach(worker -> Os.signal("TERM", worker));
      assertThat(parent.awaitEnd()).isEqualTo(143);
      Os.awaitGone(workers);
      assertNothingIsLeftOf(pid);
    }
  }

  /** A worker that is stopped when its parent is killed ends too, and so does its program. */
  @Test
  void kill9_ofParent_stoppedWorkerAndItsProgramEnd() {
    try (ParentJvm parent =
        ParentJvm.start(Program.class, List.of(), "stopped", folder.toString())) {
      Marks marks = new Marks(folder);
      await().atMost(Duration.ofSeconds(40)).until(() -> marks.count("program") == 1);
      List<Long> workers = Os.workersOf(parent.handle());
      assertThat(workers).hasSize(1);
      Os.signal("STOP", workers.getFirst());
      Os.signal("KILL", parent.handle().pid());
      Os.awaitGone(workers);
      Os.awaitGone(marks.pids("program"));
    }
  }

  /**
   * A worker that is stopped before its JVM has begun ends with its parent too, where the system
   * has a {@code setpriv}; elsewhere nothing could end it.
   */
  @Test
  void kill9_ofParent_workerStoppedAtItsStart_endsToo() throws Exception {
    if (!Files.isExecutable(Path.of("/usr/bin/setpriv"))) {
      return;
    }
    Path stops = Files.writeString(folder.resolve("java"), "#!/bin/sh\nkill -STOP $$\n");
    assertThat(stops.toFile().setExecutable(true)).isTrue();
    try (ParentJvm parent =
        ParentJvm.start(Program.class, List.of(), "asleep", folder.toString())) {
      AtomicLong worker = new AtomicLong();
      await()
          .atMost(Duration.ofSeconds(40))
          .until(() -> {
            parent
                .handle()
                .children()
                .forEach(child -> {
                  if (Os.text(child.pid(), "stat").contains(") T ")) {
                    worker.set(child.pid());
                  }
                });
            return worker.get() != 0;
          });
      Os.signal("KILL", parent.handle().pid());
      Os.awaitGone(List.of(worker.get()));
    }
  }

  /** A parent that is only stopped for a while has lost nothing when it goes on. */
  @Test
  void sigstop_ofParent_losesNothing() throws Exception {
    try (ParentJvm parent =
        ParentJvm.start(Program.class, List.of(), "steady", folder.toString())) {
      parent.awaitLine("half");
      List<Long> workers = Os.workersOf(parent.handle());
      long pid = parent.handle().pid();
      Os.signal("STOP", pid);
      long end = System.nanoTime() + STOPPED.toNanos();
      await().atMost(STOPPED.plusSeconds(10)).until(() -> System.nanoTime() > end);
      assertThat(workers).noneMatch(Os::isGone);
      Os.signal("CONT", pid);
      parent.awaitSuccess();
      assertThat(parent.out()).contains("all 2000");
      assertThat(parent.err()).isEmpty();
    }
  }

  private List<Long> awaitBusyWorkers(ParentJvm parent) {
    Marks marks = new Marks(folder);
    await()
        .atMost(Duration.ofSeconds(40))
        .until(() -> marks.count("loop") + marks.count("counts") + marks.count("waits") == 3);
    List<Long> workers = Os.workersOf(parent.handle());
    assertThat(workers).hasSize(3);
    return workers;
  }

  private static void assertNothingIsLeftOf(long pid) {
    assertThat(Os.files(Path.of("/dev/shm"), "tutti-" + pid + "-")).isEmpty();
    List<String> left = Os.files(TMP, "tutti-" + pid + "-");
    assertThat(left).as("at most one folder, which the next start removes").hasSizeLessThan(2);
    try (Pool _ = Pool.processes(1)) {
      await().until(() -> Os.files(TMP, "tutti-" + pid + "-").isEmpty());
    }
  }

  /**
   * A main that ends without close: what it has submitted is finished, and the exit status is 0.
   */
  @Test
  void mainEnds_withoutClose_taskIsFinishedAndStatusIsZero() throws Exception {
    Marks marks = new Marks(folder);
    try (ParentJvm parent =
        ParentJvm.start(Program.class, List.of(), "leaves", folder.toString())) {
      parent.awaitLine("main has ended");
      List<Long> workers = Os.workersOf(parent.handle());
      marks.leave("go");
      parent.awaitSuccess();
      assertThat(marks.count("finished")).isOne();
      Os.awaitGone(workers);
      assertThat(Os.files(Path.of("/dev/shm"), "tutti-" + parent.handle().pid() + "-")).isEmpty();
    }
  }

  /** System.exit of the parent does not wait for a worker that loops, and leaves none. */
  @Test
  void parentExits_workerLoops_isGoneWithItsParent() throws Exception {
    try (ParentJvm parent = ParentJvm.start(Program.class, List.of(), "exits", folder.toString())) {
      assertThat(parent.awaitEnd()).isEqualTo(5);
      List<Long> workers = new Marks(folder).pids("loop");
      assertThat(workers).hasSize(1);
      Os.awaitGone(workers);
    }
  }

  /** Such a loop has no safepoint where the JVM is told so. */
  static long counted(int n) {
    long x = 1;
    for (int i = 0; i < n; i++) {
      x = x * 6_364_136_223_846_793_005L / (i | 1) + i;
    }
    return x;
  }

  /** The parent. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) throws Exception {
      Marks m = new Marks(args[1]);
      switch (args[0]) {
        case "busy" -> busy(m);
        case "leaves" -> leaves(m);
        case "exits" -> exits(m);
        case "stopped" -> startsProgram(m);
        case "steady" -> steady();
        case "asleep" -> asleep(args[1]);
        default -> throw new IllegalArgumentException(args[0]);
      }
    }

    private static void busy(Marks m) throws Exception {
      Pool pool =
          Pool.open(
              ProcessOptions.DEFAULTS
                  .withWorkers(3)
                  // Such a loop has no safepoint: a JVM that ends itself waits for its end.
                  .withJvmFlags("-XX:+UseSerialGC", "-XX:-UseCountedLoopSafepoints"));
      pool.submit(() -> {
        m.leave("loop");
        return Deaths.loops();
      });
      pool.submit(() -> {
        long sum = counted(1_000_000); // compiled before it counts in earnest
        for (int i = 0; i < 20_000; i++) {
          sum += counted(100);
        }
        m.leave("counts");
        return sum + counted(Integer.MAX_VALUE) + counted(Integer.MAX_VALUE);
      });
      pool.submit(() -> {
        m.leave("waits");
        new CountDownLatch(1).await();
        return 0;
      });
      new CountDownLatch(1).await();
    }

    private static void leaves(Marks m) {
      Pool pool = Pool.processes(1);
      pool.submit(() -> {
        m.leave("begun");
        m.await("go");
        m.leave("finished");
        return 0;
      });
      m.await("begun");
      System.out.println("main has ended");
    }

    private static void startsProgram(Marks m) throws Exception {
      Pool pool = Pool.processes(1);
      pool.submit(() -> {
        Process program = new ProcessBuilder("sleep", "1000").start();
        m.leavePid("program", program.pid());
        return program.waitFor();
      });
      new CountDownLatch(1).await();
    }

    private static void asleep(String folder) throws Exception {
      Pool pool =
          Pool.open(
              ProcessOptions.DEFAULTS.withWorkers(1).withJava(Path.of(folder).resolve("java")));
      pool.submit(() -> 1);
      new CountDownLatch(1).await();
    }

    private static void steady() {
      try (Pool pool = Pool.processes(2);
          Stream<Integer> results =
              pool.stream(IntStream.range(0, 2_000).boxed().toList(), Program::slowly)) {
        Iterator<Integer> each = results.iterator();
        int count = 0;
        while (each.hasNext()) {
          if (each.next() != count) {
            throw new AssertionError("out of order at " + count);
          }
          count++;
          if (count == 500) {
            System.out.println("half");
          }
        }
        System.out.println("all " + count);
      }
    }

    private static int slowly(int i) throws InterruptedException {
      Thread.sleep(1);
      return i;
    }

    private static void exits(Marks m) {
      Pool pool = Pool.processes(1);
      pool.submit(() -> {
        m.leave("loop");
        return Deaths.loops();
      });
      m.await("loop");
      System.exit(5);
    }
  }
}
