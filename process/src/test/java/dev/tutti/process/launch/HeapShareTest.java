package dev.tutti.process.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.plan.DataSize;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class HeapShareTest {
  private static final long GIB = 1L << 30;

  /** Workers share seven tenths of what the parent leaves. */
  @Test
  void of_manyWorkers_isSevenTenthsOfTheRest() {
    long expected = (long) (14 * GIB * 0.7 / 8) / 1_024 * 1_024;
    assertThat(HeapShare.of(16 * GIB, 2 * GIB, 8)).isEqualTo(DataSize.bytes(expected));
  }

  /** No worker gets more than a JVM would take by itself. */
  @Test
  void of_oneWorker_isAQuarterOfTheMachine() {
    assertThat(HeapShare.of(16 * GIB, 2 * GIB, 1)).isEqualTo(DataSize.gib(4));
  }

  /** A parent that takes all memory, or more, leaves its workers the least they need. */
  @Test
  void of_nothingLeft_isTheLeast() {
    assertThat(HeapShare.of(GIB, GIB, 2)).isEqualTo(DataSize.mib(64));
    assertThat(HeapShare.of(GIB, 4 * GIB, 2)).isEqualTo(DataSize.mib(64));
    assertThat(HeapShare.of(16 * GIB, GIB, 10_000)).isEqualTo(DataSize.mib(64));
  }

  /** On this machine all workers together and the parent fit. */
  @Test
  void of_thisMachine_isPositiveAndShrinksWithWorkers() {
    assertThat(HeapShare.of(1).bytes()).isGreaterThanOrEqualTo(DataSize.mib(64).bytes());
    assertThat(HeapShare.of(64)).isLessThanOrEqualTo(HeapShare.of(2));
  }
}
