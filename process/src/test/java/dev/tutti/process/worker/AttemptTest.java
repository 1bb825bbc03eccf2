package dev.tutti.process.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class AttemptTest {
  private static final int ROUNDS = 300_000;

  private final Attempt attempt = new Attempt(Thread.currentThread());

  @Test
  void begin_interruptedBefore_isInterrupted() {
    attempt.interrupt(7);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    attempt.begin(6);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    attempt.end();
    attempt.begin(7);
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
    assertThat(attempt.isToStop(7)).isTrue();
    attempt.end();
    assertThat(Thread.interrupted()).isFalse();
    assertThat(attempt.current()).isEqualTo(Attempt.NONE);
  }

  /** An interrupt that is late or early reaches no other item, and none is lost. */
  @Test
  void interrupt_whileItemsChange_reachesItsOwnOnly() throws Exception {
    AtomicLong next = new AtomicLong(); // the item that is interrupted as soon as it is seen
    Thread other =
        Thread.ofPlatform()
            .start(() -> {
              for (long item = next.get(); item < ROUNDS; item = next.get()) {
                attempt.interrupt(item);
                Thread.onSpinWait();
              }
            });
    int reached = 0;
    for (long item = 0; item < ROUNDS; item++) {
      next.setRelease(item);
      attempt.begin(item);
      assertThat(attempt.current()).isEqualTo(item);
      for (int spins = (int) (item % 64); spins > 0; spins--) {
        Thread.onSpinWait();
      }
      if (Thread.currentThread().isInterrupted()) {
        assertThat(attempt.isToStop(item)).as("item %d", item).isTrue();
        reached++;
      }
      attempt.end();
      assertThat(Thread.interrupted()).as("after item %d", item).isFalse();
    }
    next.set(ROUNDS);
    other.join();
    assertThat(reached).isPositive();
  }
}
