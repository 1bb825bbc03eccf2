package dev.tutti.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tutti.Pool;
import dev.tutti.plan.DataSize;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The samples of this package's Javadoc. */
@Tag("system")
@Timeout(60)
class ProcessSnippets {

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
            .withGrace(Duration.ofMillis(200));
    try (Pool pool = Pool.open(options)) {
      assertEquals(List.of(1, 4, 9), pool.map(List.of(1, 2, 3), n -> n * n));
      assertEquals("1", pool.submit(() -> System.getenv("OMP_NUM_THREADS")).get());
    }
    // @end region=options
  }
}
