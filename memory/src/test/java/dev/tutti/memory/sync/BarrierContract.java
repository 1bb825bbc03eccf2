package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** What a barrier does, whoever the others are. */
abstract class BarrierContract extends SyncSuite {
  /** Ten passes in step; in each, one is the last. */
  @Test
  void await_tenRounds_inStep() throws Exception {
    int size = 5;
    ProcessBarrier barrier = ProcessBarrier.create(size);
    ProcessSemaphore steps = ProcessSemaphore.create(0);
    List<Future<List<Integer>>> all =
        parties.startAll(
            size,
            i ->
                () -> {
                  List<Integer> places = new ArrayList<>();
                  for (int round = 1; round <= 10; round++) {
                    steps.release();
                    places.add(barrier.await(LONG));
                    if (steps.permits() < size * round) {
                      throw new IllegalStateException("out of step");
                    }
                    barrier.await(LONG);
                  }
                  return places;
                });
    List<List<Integer>> places = results(all);
    for (int round = 0; round < 10; round++) {
      int r = round;
      assertThat(places.stream().map(list -> list.get(r))).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
    }
    assertThat(barrier.arrived()).isZero();
    assertThat(barrier.isBroken()).isFalse();
  }

  private List<Future<String>> startWaiting(ProcessBarrier barrier, int count) throws Exception {
    List<Future<String>> all =
        parties.startAll(
            count,
            i ->
                () -> {
                  try {
                    barrier.await(LONG);
                    return "passed";
                  } catch (BrokenBarrierException e) {
                    return "broken";
                  }
                });
    Await.until(() -> barrier + " is reached", () -> barrier.arrived() == count);
    return all;
  }

  private void assertPasses(ProcessBarrier barrier) throws Exception {
    List<Future<String>> all = startWaiting(barrier, barrier.parties() - 1);
    barrier.await();
    assertThat(results(all)).containsOnly("passed");
  }

  /** An abort breaks it for all, a reset makes it whole. */
  @Test
  void abort_whileFourWait_breaksUntilReset() throws Exception {
    ProcessBarrier barrier = ProcessBarrier.create(5);
    List<Future<String>> all = startWaiting(barrier, 4);
    barrier.abort();
    assertThat(results(all)).hasSize(4).containsOnly("broken");
    assertThat(elsewhere(barrier::isBroken)).isTrue();
    assertThatThrownBy(barrier::await).isInstanceOf(BrokenBarrierException.class);
    barrier.reset();
    assertPasses(barrier);
  }

  /** A reset breaks it for who waits, and for nobody else. */
  @Test
  void reset_whileFourWait_breaksForThem() throws Exception {
    ProcessBarrier barrier = ProcessBarrier.create(5);
    List<Future<String>> all = startWaiting(barrier, 4);
    barrier.reset();
    assertThat(results(all)).hasSize(4).containsOnly("broken");
    assertThat(barrier.isBroken()).isFalse();
    assertPasses(barrier);
  }

  /** Who has had his time breaks it for the others. */
  @Test
  void await_timeIsOver_breaksForAll() throws Exception {
    ProcessBarrier barrier = ProcessBarrier.create(3);
    List<Future<String>> all = startWaiting(barrier, 1);
    assertThatThrownBy(() -> barrier.await(Duration.ofMillis(1)))
        .isInstanceOf(TimeoutException.class);
    assertThat(results(all)).containsOnly("broken");
  }

  /** One alone does not wait. */
  @Test
  void await_oneParty_passes() throws Exception {
    ProcessBarrier barrier = ProcessBarrier.create(1);
    assertThat(barrier.await()).isZero();
    assertThat(elsewhere(() -> barrier.await(Duration.ZERO))).isZero();
  }
}
