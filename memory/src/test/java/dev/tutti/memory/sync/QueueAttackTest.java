package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.memory.bell.Street;
import java.time.Duration;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A queue against threads of played processes on the heap. Without deaths nobody looks every 250
 * ms, so who waits for ever has lost a wake-up.
 */
@Tag("unit")
class QueueAttackTest {
  private static final int BURSTS = Integer.getInteger("tutti.sync.bursts", 100);
  private static final int KILLS = Integer.getInteger("tutti.sync.kills", 200);
  private static final int ROUNDS = 100;
  private static final long PATIENCE = Duration.ofSeconds(5).toNanos();
  private static final long SHORT = Duration.ofMillis(400).toNanos();
  private static final long LOOK = Duration.ofMillis(1).toNanos();

  /** Each item comes out once, whole and in order, and no wake-up is lost. */
  @Test
  void queue_muchUsed_eachItemComesOnceInOrder() throws Exception {
    for (int i = 0; i < BURSTS; i++) {
      QueueAttack attack = QueueAttack.peaceful(Street.sound(LOOK), ROUNDS, PATIENCE);
      assertThat(attack.run()).isEmpty();
      assertThat(attack.lost()).isZero();
    }
  }

  /**
   * Of processes that die between any two accesses only what was in their hands is lost, and
   * counted.
   */
  @Test
  void queue_processesDieAnywhere_lostItemsAreCounted() throws Exception {
    QueueAttack attack = QueueAttack.deadly(Street.sound(LOOK), KILLS, PATIENCE);
    assertThat(attack.run()).isEmpty();
    assertThat(attack.lost()).isPositive();
  }

  /** The attack can tell: without an atomic compare-and-set two have the same turn. */
  @Test
  void attack_compareAndSetInTwoSteps_isFound() throws Exception {
    assertThat(findings(Street::withoutAtomicity)).isNotEmpty();
  }

  /** The attack can tell: where rings do not arrive somebody waits for ever. */
  @Test
  void attack_ringsThatAreLost_areFound() throws Exception {
    assertThat(findings(Street::withoutRings)).contains("nobody goes on");
  }

  private static String findings(LongFunction<Street> broken) throws InterruptedException {
    String found = "";
    for (int i = 0; i < 20 * BURSTS && found.isEmpty(); i++) {
      found = QueueAttack.peaceful(broken.apply(LOOK), ROUNDS, SHORT).run();
    }
    return found;
  }
}
