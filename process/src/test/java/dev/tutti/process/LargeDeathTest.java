package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.Batching;
import dev.tutti.plan.RetryPolicy;
import dev.tutti.task.Done;
import dev.tutti.task.Success;
import dev.tutti.task.WorkerLost;
import dev.tutti.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is left of large values when those who exchange them are killed. */
@Tag("system")
@Timeout(180)
class LargeDeathTest {
  private static final long SEED = Long.getLong("tutti.torture.seed", 20_261_121L);
  private static final int ITEMS = 120;
  private static final int LARGE = 2 << 20;

  private static byte[] bytes(int seed) {
    byte[] bytes = new byte[LARGE + seed];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }

  /** Workers that are killed at any time cost attempts; each item gets its own bytes back. */
  @Test
  void kill9_ofWorkersAtAnyTime_resultsAreRight() throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    long self = ProcessHandle.current().pid();
    List<byte[]> items = IntStream.range(0, ITEMS).mapToObj(LargeDeathTest::bytes).toList();
    ProcessOptions options =
        ProcessOptions.DEFAULTS.withWorkers(2).withJvmFlags("-XX:TieredStopAtLevel=1");
    long before = Os.segmentBytes(self); // what other tests have left
    Set<Long> known = new HashSet<>(Os.segmentMakers(self));
    known.add(self);
    int kills = 0;
    try (Pool pool = Pool.open(options)) {
      try (Stream<Done<byte[], byte[]>> all =
          Parallel.on(pool)
              .retry(RetryPolicy.attempts(20).on(WorkerLost.class))
              .batch(Batching.fixed(2))
              .window(12)
              .outcomes(items, b -> b)) {
        Iterator<Done<byte[], byte[]>> done = all.iterator();
        while (done.hasNext()) {
          Done<byte[], byte[]> next = done.next();
          assertThat(next.outcome()).as("seed=%d", SEED).isInstanceOf(Success.class);
          assertThat(((Success<byte[]>) next.outcome()).value())
              .isEqualTo(items.get((int) next.index()));
          List<Long> workers = Os.workers();
          if (random.nextInt(8) == 0 && !workers.isEmpty()) {
            Os.signal("KILL", workers.get(random.nextInt(workers.size())));
            kills++;
          }
        }
      }
      List<Long> alive = Os.workers();
      Await.until(
          "only those who live are mapped",
          () ->
              Os.segmentMakers(self).stream()
                  .allMatch(m -> known.contains(m) || alive.contains(m)));
    }
    assertThat(kills).isPositive();
    assertThat(Os.segmentBytes(self)).isLessThanOrEqualTo(before);
  }

  /** A killed parent, or all killed at once, in the middle of large values: nothing is left. */
  @Test
  void kill9_ofParentOrAll_nothingIsLeft() throws Exception {
    for (boolean all : new boolean[] {false, true}) {
      try (ParentJvm parent = ParentJvm.start(Program.class, List.of())) {
        parent.awaitLine("busy");
        long pid = parent.handle().pid();
        List<Long> workers = Os.workersOf(parent.handle());
        assertThat(workers).hasSize(2);
        assertThat(makersSeen()).contains(pid);
        StringBuilder kill = new StringBuilder("kill -9");
        if (all) { // they first: without their parent they may be gone before they are killed
          workers.forEach(worker -> kill.append(' ').append(worker));
        }
        kill.append(' ').append(pid);
        assertThat(new ProcessBuilder("/bin/sh", "-c", kill.toString()).start().waitFor()).isZero();
        Os.awaitGone(workers);
        Await.until(
            "nobody has memory of theirs",
            () -> makersSeen().stream().noneMatch(m -> m == pid || workers.contains(m)));
        assertThat(Os.files(Path.of("/dev/shm"), "tutti-" + pid + "-")).isEmpty();
      }
    }
  }

  /** {@return whose segments are mapped by any process} */
  private static List<Long> makersSeen() {
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      return processes
          .map(path -> path.getFileName().toString())
          .filter(name -> name.chars().allMatch(Character::isDigit))
          .flatMap(name -> Os.segmentMakers(Long.parseLong(name)).stream())
          .distinct()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends and gets large values until it is killed. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) {
      ProcessOptions options =
          ProcessOptions.DEFAULTS
              .withWorkers(2)
              .withGrace(Duration.ofMillis(50))
              .withJvmFlags("-XX:TieredStopAtLevel=1");
      List<byte[]> items = IntStream.range(0, 8).mapToObj(LargeDeathTest::bytes).toList();
      try (Pool pool = Pool.open(options)) {
        for (int round = 0; round < Integer.MAX_VALUE; round++) {
          int sent = Parallel.on(pool).batch(Batching.fixed(1)).map(items, b -> b).size();
          if (round == 2) {
            System.out.println("busy " + sent);
          }
        }
      }
    }
  }
}
