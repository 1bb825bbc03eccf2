package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.memory.bell.Street;
import dev.tutti.memory.bell.Street.Beds;
import java.time.Duration;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Lock and semaphore against threads of played processes on the heap. Without deaths nobody looks
 * every 250 ms, so who waits for ever has lost a wake-up.
 */
@Tag("unit")
class SyncAttackTest {
  private static final int BURSTS = Integer.getInteger("tutti.sync.bursts", 500);
  private static final int KILLS = Integer.getInteger("tutti.sync.kills", 100);
  private static final int ROUNDS = 50;
  private static final long PATIENCE = Duration.ofSeconds(5).toNanos();
  private static final long SHORT = Duration.ofMillis(400).toNanos();
  private static final long LOOK = Duration.ofMillis(1).toNanos();

  /** Never two have the lock, and no wake-up is lost, with time-outs and interrupts. */
  @Test
  void lock_muchUsed_noTwoHoldersNoLostWakeUp() throws Exception {
    for (int i = 0; i < BURSTS; i++) {
      assertThat(SyncAttack.peaceful(Street.sound(LOOK), ROUNDS, PATIENCE).run(true)).isEmpty();
    }
  }

  /** Never more have a permit than there are, and no wake-up is lost. */
  @Test
  void semaphore_muchUsed_neverTooManyNoLostWakeUp() throws Exception {
    for (int i = 0; i < BURSTS; i++) {
      assertThat(SyncAttack.peaceful(Street.sound(LOOK), ROUNDS, PATIENCE).run(false)).isEmpty();
    }
  }

  /** No wake-up is lost where some or all sleep at the alarm instead. */
  @ParameterizedTest
  @EnumSource(names = {"EVERYWHERE", "IN_EVERY_OTHER"})
  void semaphore_withBeds_noLostWakeUp(Beds beds) throws Exception {
    for (int i = 0; i < BURSTS / 2; i++) {
      Street street = Street.sound(LOOK, beds);
      assertThat(SyncAttack.peaceful(street, ROUNDS, PATIENCE).run(i % 2 == 0)).isEmpty();
    }
  }

  /** Nor is a lock lost where those who sleep, or wake others, die. */
  @ParameterizedTest
  @EnumSource(names = {"EVERYWHERE", "IN_EVERY_OTHER"})
  void lock_withBedsProcessesDieAnywhere_isTakenOver(Beds beds) throws Exception {
    SyncAttack attack = SyncAttack.deadly(Street.sound(LOOK, beds), KILLS, PATIENCE);
    assertThat(attack.run(true)).isEmpty();
    assertThat(attack.recoveries()).isPositive();
  }

  /** Processes that die between any two accesses never leave two holders, nor a lock for ever. */
  @Test
  void lock_processesDieAnywhere_isTakenOver() throws Exception {
    SyncAttack attack = SyncAttack.deadly(Street.sound(LOOK), KILLS, PATIENCE);
    assertThat(attack.run(true)).isEmpty();
    assertThat(attack.recoveries()).isPositive();
  }

  /** The attack can tell: without an atomic compare-and-set it finds two at once. */
  @Test
  void attack_compareAndSetInTwoSteps_isFound() throws Exception {
    assertThat(findings(Street::withoutAtomicity)).isNotEmpty();
  }

  /** The attack can tell: where rings do not arrive somebody waits for ever. */
  @Test
  void attack_ringsThatAreLost_areFound() throws Exception {
    assertThat(findings(Street::withoutRings)).containsAnyOf("nobody goes on", "waits for ever");
  }

  /** The attack can tell: where nobody who sleeps is woken somebody waits for ever. */
  @Test
  void attack_sleepersThatAreNotWoken_areFound() throws Exception {
    assertThat(findings(Street::withoutWaking)).containsAnyOf("nobody goes on", "waits for ever");
  }

  /** The attack can tell: where the alarm stays as it is somebody sleeps too long. */
  @Test
  void attack_alarmThatDoesNotChange_isFound() throws Exception {
    assertThat(findings(Street::withoutAlarm)).containsAnyOf("nobody goes on", "waits for ever");
  }

  private static String findings(LongFunction<Street> broken) throws InterruptedException {
    String found = "";
    for (int i = 0; i < 10 * BURSTS && found.isEmpty(); i++) {
      found = SyncAttack.peaceful(broken.apply(LOOK), ROUNDS, SHORT).run(false);
    }
    return found;
  }
}
