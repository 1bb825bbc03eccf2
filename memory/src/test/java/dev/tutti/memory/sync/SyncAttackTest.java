package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.memory.bell.Street;
import dev.tutti.memory.bell.Street.Beds;
import dev.tutti.memory.sync.SyncAttack.Game;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Locks, semaphore and conditions against threads of played processes on the heap. Without deaths
 * nobody looks every 250 ms, so who waits for ever has lost a wake-up.
 */
@Tag("unit")
class SyncAttackTest {
  private static final int BURSTS = Integer.getInteger("tutti.sync.bursts", 80);
  private static final int KILLS = Integer.getInteger("tutti.sync.kills", 100);
  private static final int ROUNDS = 50;
  private static final long PATIENCE = Duration.ofSeconds(5).toNanos();
  private static final long SHORT = Duration.ofMillis(200).toNanos();
  private static final long LOOK = Duration.ofMillis(1).toNanos();

  /** Never two have what one can have, and no wake-up is lost, with time-outs and interrupts. */
  @ParameterizedTest
  @EnumSource
  void each_muchUsed_noneTooManyNoLostWakeUp(Game game) throws Exception {
    for (int i = 0; i < bursts(game); i++) {
      assertThat(SyncAttack.peaceful(game, () -> Street.sound(LOOK), ROUNDS, PATIENCE).run())
          .isEmpty();
    }
  }

  /** A round of a condition takes ten times as long. */
  private static int bursts(Game game) {
    return game == Game.CONDITION || game == Game.CONDITION_OF_FAIR_LOCK ? BURSTS / 10 : BURSTS;
  }

  /**
   * Processes that die between any two accesses never leave two holders, nor a lock for ever, nor
   * one that reads for ever, nor one that waits for the signal that another has taken.
   */
  @ParameterizedTest
  @EnumSource(
      names = {"SEMAPHORE", "SEVERAL_PERMITS"},
      mode = EnumSource.Mode.EXCLUDE)
  void each_processesDieAnywhere_othersGoOn(Game game) throws Exception {
    SyncAttack attack = SyncAttack.deadly(game, () -> Street.sound(LOOK), KILLS, PATIENCE);
    assertThat(attack.run()).isEmpty();
    assertThat(attack.recoveries()).isGreaterThanOrEqualTo(game == Game.LOCK ? 1 : 0);
  }

  /** The attack can tell: without an atomic compare-and-set it finds two at once. */
  @ParameterizedTest
  @EnumSource(names = {"LOCK", "SEMAPHORE", "READ_WRITE_LOCK"})
  void attack_compareAndSetInTwoSteps_isFound(Game game) throws Exception {
    assertThat(findings(game, () -> Street.withoutAtomicity(LOOK), 0)).isNotEmpty();
  }

  /** The attack can tell: where rings do not arrive somebody waits for ever. */
  @ParameterizedTest
  @EnumSource
  void attack_ringsThatAreLost_areFound(Game game) throws Exception {
    assertThat(findings(game, () -> Street.withoutRings(LOOK), 0))
        .containsAnyOf("nobody goes on", "waits for ever");
  }

  /** No wake-up is lost where some or all sleep at the alarm instead, nor where such ones die. */
  @ParameterizedTest
  @EnumSource(names = {"EVERYWHERE", "IN_EVERY_OTHER"})
  void each_withBeds_noLostWakeUp(Beds beds) throws Exception {
    for (Game game : List.of(Game.LOCK, Game.SEMAPHORE)) {
      for (int i = 0; i < BURSTS / 4; i++) {
        SyncAttack attack =
            SyncAttack.peaceful(game, () -> Street.sound(LOOK, beds), ROUNDS, PATIENCE);
        assertThat(attack.run()).isEmpty();
      }
    }
    SyncAttack attack =
        SyncAttack.deadly(Game.LOCK, () -> Street.sound(LOOK, beds), KILLS, PATIENCE);
    assertThat(attack.run()).isEmpty();
    assertThat(attack.recoveries()).isPositive();
  }

  /** The attack can tell: where nobody who sleeps is woken somebody waits for ever. */
  @Test
  void attack_sleepersThatAreNotWoken_areFound() throws Exception {
    assertThat(findings(Game.SEMAPHORE, () -> Street.withoutWaking(LOOK), 0))
        .containsAnyOf("nobody goes on", "waits for ever");
  }

  /** The attack can tell: where the alarm stays as it is somebody sleeps too long. */
  @Test
  void attack_alarmThatDoesNotChange_isFound() throws Exception {
    assertThat(findings(Game.SEMAPHORE, () -> Street.withoutAlarm(LOOK), 0))
        .containsAnyOf("nobody goes on", "waits for ever");
  }

  /** The attack can tell: where a death is not seen nobody takes over from the dead. */
  @ParameterizedTest
  @EnumSource(names = {"LOCK", "FAIR_LOCK", "READ_WRITE_LOCK", "CONDITION"})
  void attack_deathsThatDoNotShow_areFound(Game game) throws Exception {
    assertThat(findings(game, () -> Street.withoutDeaths(LOOK), KILLS)).contains("nobody goes on");
  }

  private static String findings(Game game, Supplier<Street> broken, int kills)
      throws InterruptedException {
    String found = "";
    for (int i = 0; i < 20 * BURSTS && found.isEmpty(); i++) {
      SyncAttack attack =
          kills == 0
              ? SyncAttack.peaceful(game, broken, ROUNDS, SHORT)
              : SyncAttack.deadly(game, broken, kills, SHORT);
      found = attack.run();
    }
    return found;
  }
}
