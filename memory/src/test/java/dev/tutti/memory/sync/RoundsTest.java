package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.memory.bell.Layout;
import dev.tutti.memory.bell.Members;
import dev.tutti.memory.bell.Street;
import dev.tutti.testkit.Await;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A barrier of processes that are played on the heap. */
@Tag("unit")
class RoundsTest {
  private static final long KEY = 1;
  private static final int PARTIES = 3;

  private final Street street = Street.sound(0);

  /** A waiter's death breaks the barrier also when its place is taken before anybody has looked. */
  @Test
  void await_placeOfDeadWaiterIsTaken_breaks() throws Exception {
    assertThat(Await.result(isBrokenByHeir(RoundsTest::join))).isTrue();
  }

  /** And also when who has taken it dies before it has broken the barrier. */
  @Test
  void await_whoTookPlaceOfDeadWaiterDies_breaks() throws Exception {
    Future<Boolean> broken =
        isBrokenByHeir(heir -> {
          Members _ = new Members(heir, heir);
          heir.kill();
          heir.gone();
        });
    assertThat(Await.result(broken)).isTrue();
  }

  private Future<Boolean> isBrokenByHeir(Consumer<Street.House> heirJoins) throws Exception {
    Street.House dying = street.newHouse();
    Rounds.first(dying, PARTIES);
    Rounds doomed = join(dying);
    Rounds waiting = join(street.newHouse());
    for (int i = 2; i < Layout.SLOTS; i++) {
      Street.House passing = street.newHouse();
      join(passing);
      passing.kill();
      passing.gone();
    }
    Thread victim = Thread.ofVirtual().start(() -> awaitUntilKilled(doomed));
    Await.until("one waits", () -> waiting.arrived() == 1);
    FutureTask<Boolean> broken = new FutureTask<>(() -> isBroken(waiting));
    Thread.ofVirtual().start(broken);
    Await.until("two wait", () -> waiting.arrived() == 2);
    kill(dying, victim);

    heirJoins.accept(street.newHouse()); // all places are taken: it gets the first of the dead
    street.look();
    return broken;
  }

  /** Where all who wait are dead, the last one to come finds out: nobody else has looked. */
  @Test
  void await_allWhoWaitAreDead_breaks() throws Exception {
    Street.House dying = street.newHouse();
    Rounds.first(dying, 2);
    Rounds doomed = join(dying);
    Rounds last = join(street.newHouse());
    Thread victim = Thread.ofVirtual().start(() -> awaitUntilKilled(doomed));
    Await.until("one waits", () -> last.arrived() == 1);
    kill(dying, victim);
    assertThat(isBroken(last)).isTrue();
  }

  /** Who hears of it late has met the others, however many rounds these are ahead. */
  @Test
  void await_othersAreManyRoundsAhead_hasMet() throws Exception {
    assertThat(Await.result(lateBy(20, false))).isEqualTo(1);
  }

  /** If its round was ended by a reset it is told so, however late. */
  @Test
  void await_wasResetManyRoundsAgo_breaks() throws Exception {
    assertThat(lateBy(20, true))
        .failsWithin(Await.PATIENCE)
        .withThrowableThat()
        .withCauseInstanceOf(BrokenBarrierException.class);
  }

  /** Nothing wakes the one that waits before the others have met so often. */
  private static Future<Integer> lateBy(int rounds, boolean reset) throws Exception {
    Street silent = Street.withoutRings(0);
    Street.House house = silent.newHouse();
    Rounds.first(house, 2);
    Rounds late = join(house);
    Rounds others = join(silent.newHouse());
    FutureTask<Integer> missing = new FutureTask<>(() -> late.await(Long.MAX_VALUE));
    Thread waiter = Thread.ofVirtual().start(missing);
    Await.blocked(waiter);
    if (reset) {
      others.reset();
    } else {
      assertThat(others.await(Long.MAX_VALUE)).isZero();
    }
    for (int i = 0; i < rounds; i++) {
      FutureTask<Integer> first = new FutureTask<>(() -> others.await(Long.MAX_VALUE));
      Thread.ofVirtual().start(first);
      Await.until("one waits", () -> others.arrived() == 1);
      assertThat(others.await(Long.MAX_VALUE)).isZero();
      assertThat(Await.result(first)).isEqualTo(1);
    }
    LockSupport.unpark(waiter);
    return missing;
  }

  private static void kill(Street.House house, Thread waiter) throws InterruptedException {
    house.kill();
    Await.until(
        "it has died",
        () -> {
          LockSupport.unpark(waiter); // to meet its death
          return !waiter.isAlive();
        });
    house.gone();
  }

  private static Rounds join(Street.House house) {
    return new Rounds(new Members(house, house), KEY);
  }

  private static void awaitUntilKilled(Rounds rounds) {
    try {
      isBroken(rounds);
    } catch (Street.Killed e) {
      // as it is meant
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isBroken(Rounds rounds) throws Exception {
    try {
      return rounds.await(Long.MAX_VALUE) < 0;
    } catch (BrokenBarrierException e) {
      return true;
    }
  }
}
