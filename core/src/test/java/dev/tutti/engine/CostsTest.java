package dev.tutti.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.plan.Choice;
import dev.tutti.spi.CpuTime;
import dev.tutti.spi.Way;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Figures in, a decision out. */
@Tag("unit")
class CostsTest {
  private static final long US = 1_000;
  private static final long MS = 1_000 * US;
  private final Costs two = new Costs(2, 256, 1_024, false);

  private static Sample computing(long nanos) {
    return new Sample(1, nanos, nanos);
  }

  private static Sample waiting(long nanos) {
    return new Sample(1, nanos, nanos / 100);
  }

  private static Sample unknown(long nanos) {
    return new Sample(1, nanos, CpuTime.UNKNOWN);
  }

  /** What computes goes to threads, what waits to virtual threads. */
  @Test
  void best_longItems_asTheyComputeOrWait() {
    assertThat(two.best(computing(MS), 1_000)).isEqualTo(Way.THREADS);
    assertThat(two.best(waiting(MS), 1_000)).isEqualTo(Way.VIRTUAL_THREADS);
    assertThat(two.best(new Sample(1, MS, MS / 2), 1_000)).isEqualTo(Way.VIRTUAL_THREADS);
  }

  /** A little waiting, as of a thread that has lost its processor for a moment, is none. */
  @Test
  void best_computesForMostOfItsTime_threads() {
    assertThat(two.best(new Sample(1, MS, 95 * MS / 100), 1_000)).isEqualTo(Way.THREADS);
  }

  /** Too little work stays in the caller: tiny items, however many, and few small ones. */
  @Test
  void best_littleWork_caller() {
    assertThat(two.best(computing(100), 1_000_000)).isEqualTo(Way.CALLER);
    assertThat(two.best(computing(10 * US), 10)).isEqualTo(Way.CALLER);
    assertThat(two.best(waiting(10 * US), 5)).isEqualTo(Way.CALLER);
    assertThat(two.best(computing(20 * MS), 1)).isEqualTo(Way.CALLER);
    assertThat(two.best(waiting(20 * MS), 1)).isEqualTo(Way.CALLER);
  }

  /** Two long items are worth a second thread. */
  @Test
  void best_twoLongItems_sharedOut() {
    assertThat(two.best(computing(20 * MS), 2)).isEqualTo(Way.THREADS);
    assertThat(two.best(waiting(20 * MS), 2)).isNotEqualTo(Way.CALLER);
  }

  /** On one processor what computes stays where it is, and what waits does not. */
  @Test
  void best_oneProcessor_onlyWaitingIsSharedOut() {
    Costs one = new Costs(1, 256, 1_024, false);
    assertThat(one.best(computing(MS), 1_000)).isEqualTo(Way.CALLER);
    assertThat(one.best(waiting(MS), 1_000)).isEqualTo(Way.VIRTUAL_THREADS);
  }

  /** Where nobody knows whether items wait they get virtual threads, which serve both. */
  @Test
  void best_cpuTimeUnknown_virtualThreads() {
    assertThat(two.best(unknown(MS), 1_000)).isEqualTo(Way.VIRTUAL_THREADS);
    assertThat(two.best(unknown(100), 1_000)).isEqualTo(Way.CALLER);
  }

  /** With a window of one item nothing runs at once. */
  @Test
  void best_windowOfOne_caller() {
    Costs narrow = new Costs(1, 1, 1, false);
    assertThat(narrow.best(waiting(MS), 1_000)).isEqualTo(Way.CALLER);
  }

  /** Elements of a reduction go to workers in portions, so tiny ones are worth it too. */
  @Test
  void best_manyTinyElementsOfAReduction_threads() {
    Costs portions = new Costs(2, 256, 1_024, true);
    assertThat(portions.best(computing(50), 10_000_000)).isEqualTo(Way.THREADS);
    assertThat(portions.best(computing(50), 1_000)).isEqualTo(Way.CALLER);
  }

  /** A batch takes half a millisecond, and there are at least four for each thread. */
  @Test
  void batch_asItemsTake() {
    assertThat(two.batch(MS, 1_000)).isEqualTo(1);
    assertThat(two.batch(10 * US, 100_000)).isEqualTo(50);
    assertThat(two.batch(10 * US, 80)).isEqualTo(10);
    assertThat(two.batch(100, 1_000_000)).isEqualTo(256);
    assertThat(two.batch(100, 0)).isEqualTo(1);
  }

  /** The explanation has the decision, its figures, and values at which it would be another. */
  @Test
  void step_computing_saysWhatWouldHaveChangedIt() {
    Choice.Step step = two.step(computing(MS), 1_000, 3);
    assertThat(step.backend()).isEqualTo("threads");
    assertThat(step.workers()).isEqualTo(2);
    assertThat(step.fromItem()).isEqualTo(3);
    assertThat(step.estimates()).hasSize(3);
    assertThat(step.otherwise())
        .anyMatch(line -> line.startsWith("sequential if an item took"))
        .anyMatch(line -> line.startsWith("virtual if it computed for"));
    assertThat(step.toString())
        .contains("threads, 2 at once, after 3 items", "computing for 100 %", "sequential 1.0 s");
  }

  /** What is said about other values is what would be decided for them. */
  @Test
  void step_otherwise_isTrue() {
    String line =
        two.step(computing(MS), 1_000, 0).otherwise().stream()
            .filter(l -> l.startsWith("virtual if it computed for"))
            .findFirst()
            .orElseThrow();
    int percent = Integer.parseInt(line.replaceAll("\\D+", " ").strip());
    Sample less = new Sample(1, MS, percent * MS / 100);
    Sample more = new Sample(1, MS, (percent + 5) * MS / 100);
    assertThat(two.best(less, 1_000)).isEqualTo(Way.VIRTUAL_THREADS);
    assertThat(two.best(more, 1_000)).isEqualTo(Way.THREADS);
  }

  /** Few items of a known number: the text says from how many on it would pay. */
  @Test
  void step_fewItems_saysHowManyWouldPay() {
    assertThat(two.step(computing(10 * US), 10, 0).otherwise())
        .anyMatch(line -> line.matches("threads if [\\d,]+ or more items were left"));
  }

  /** One item is not several. */
  @Test
  void step_oneItemLeft_saidAsOne() {
    assertThat(two.step(computing(10 * US), 1, 9).reason())
        .isEqualTo("1 more item is too little work to share out");
  }
}
