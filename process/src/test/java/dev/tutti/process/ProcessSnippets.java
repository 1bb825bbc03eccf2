package dev.tutti.process;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.DataSize;
import dev.tutti.plan.RetryPolicy;
import dev.tutti.task.Done;
import dev.tutti.task.WorkerLost;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The samples of this package's Javadoc. */
@Tag("system")
@Timeout(60)
class ProcessSnippets {
  private static final List<String> REPORTED = new ArrayList<>();

  /** The sample of {@link ProcessOptions} does what it shows. */
  @Test
  void options_allThatIsCommon_areObeyed() throws Exception {
    // @start region=options
    ProcessOptions options =
        ProcessOptions.DEFAULTS
            .withWorkers(2)
            .withHeap(DataSize.mib(256))
            .withJvmFlags("-XX:+UseSerialGC")
            .withEnvironment(Map.of("OMP_NUM_THREADS", "1"))
            .withOutput(WorkerOutput.NAMED) // [tutti-p1-worker-0] in front of each line
            .withGrace(Duration.ofMillis(200));
    try (Pool pool = Pool.open(options)) {
      assertEquals(List.of(1, 4, 9), pool.map(List.of(1, 2, 3), n -> n * n));
      assertEquals("1", pool.submit(() -> System.getenv("OMP_NUM_THREADS")).get());
    }
    // @end region=options
  }

  /** The sample of the guide on isolation does what it shows. */
  @Test
  void isolation_boundsTimeoutsRetries_areTaken() {
    List<Path> files = List.of(Path.of("a.jpg"), Path.of("b.jpg"));
    // @start region=isolation
    try (Pool pool =
        Pool.open(ProcessOptions.DEFAULTS.withHeap(DataSize.mib(256)).withRecycleAfter(500))) {
      RetryPolicy retry = RetryPolicy.attempts(2).on(WorkerLost.class).withBackOff(ofMillis(100));
      try (Stream<Done<Path, String>> outcomes =
          Parallel.on(pool).timeout(ofSeconds(30)).retry(retry).outcomes(files, Thumbs::make)) {
        outcomes.forEach(done -> report(done));
      }
    }
    // @end region=isolation
    assertEquals(2, REPORTED.size());
  }

  private static void report(Done<Path, String> done) {
    REPORTED.add(done.item() + ": " + done.outcome());
  }

  private static final class Thumbs {
    private Thumbs() {}

    static String make(Path file) {
      return "thumb-" + file;
    }
  }

  /** The sample of {@link Recycling} does what it shows. */
  @Test
  void recycling_severalBounds_areTaken() throws Exception {
    // @start region=recycling
    Recycling recycling =
        Recycling.NONE
            .afterTasks(1_000)
            .aboveResident(DataSize.mib(800))
            .afterIdle(Duration.ofSeconds(30), 1); // one stays
    try (Pool pool = Pool.open(ProcessOptions.DEFAULTS.withRecycling(recycling))) {
      assertEquals(42, pool.submit(() -> 6 * 7).get());
    }
    // @end region=recycling
  }

  /** The sample of {@link WorkerJvm} does what it shows. */
  @Test
  void jvm_boundsOfMemory_areObeyed() throws Exception {
    // @start region=jvm
    WorkerJvm jvm =
        WorkerJvm.DEFAULTS
            .withHeap(DataSize.mib(128))
            .withMetaspace(DataSize.mib(96))
            .withDirect(DataSize.mib(16))
            .withFlags("-Xss512k");
    try (Pool pool = Pool.open(ProcessOptions.DEFAULTS.withWorkers(1).withJvm(jvm))) {
      long most = pool.submit(() -> Runtime.getRuntime().maxMemory()).get();
      assertTrue(most > 120L << 20 && most <= 128L << 20); // collectors count a little less
    }
    // @end region=jvm
    try (Pool pool = Pool.open(ProcessOptions.DEFAULTS.withWorkers(1).withJvm(jvm))) {
      ExecutionException full =
          assertThrows(
              ExecutionException.class,
              () -> pool.submit(() -> ByteBuffer.allocateDirect(17 << 20).capacity()).get());
      assertInstanceOf(OutOfMemoryError.class, full.getCause());
      int bound =
          pool.submit(() ->
                  (int)
                      (ManagementFactory.getMemoryPoolMXBeans().stream()
                              .filter(memory -> memory.getName().equals("Metaspace"))
                              .mapToLong(memory -> memory.getUsage().getMax())
                              .sum()
                          >> 20))
              .get();
      assertEquals(96, bound);
    }
  }

  record Score(String name, int points) implements Serializable {}

  /** The sample of {@link ResultFilter} does what it shows. */
  @Test
  void results_onlyOneClass_isObeyed() throws Exception {
    // @start region=results
    ProcessOptions options =
        ProcessOptions.DEFAULTS
            .withWorkers(1)
            .withResults(ResultFilter.onlyThese(Score.class).withMaxBytes(DataSize.mib(1)));
    try (Pool pool = Pool.open(options)) {
      assertEquals(new Score("a", 7), pool.submit(() -> new Score("a", 7)).get());
      assertThrows(ExecutionException.class, () -> pool.submit(() -> Locale.ROOT).get());
    }
    // @end region=results
  }

  /** Only compiled here: the shared pool lives as long as its JVM. SharedPoolTest runs it. */
  static List<Integer> shared(List<String> words) {
    // @start region=shared
    Pool pool = Pool.shared(); // the same one wherever it is asked for
    pool.resize(1, 4); // for all who use it: one worker stays, four are the most
    List<Integer> lengths = pool.map(words, String::length);
    // @end region=shared
    return lengths;
  }

  /** Only compiled here, as above. */
  static List<Integer> isolated(List<String> words) {
    // @start region=isolated
    List<Integer> lengths =
        Parallel.isolated() // on the shared pool: not one word is looked at in this JVM
            .timeout(Duration.ofSeconds(30)) // for each; what takes longer is stopped
            .map(words, String::length);
    // @end region=isolated
    return lengths;
  }
}
