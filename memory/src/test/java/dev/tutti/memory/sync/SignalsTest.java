package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.memory.bell.Members;
import dev.tutti.memory.bell.Street;
import dev.tutti.testkit.Await;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What waiters at a condition learn of a death, step by step, with processes that are played. */
@Tag("unit")
@SuppressWarnings("LockNotBeforeTry") // who locks and who dies is what is tested
class SignalsTest {
  private final Street street = Street.sound(0);
  private final Street other = Street.sound(0);
  private final Household here = new Household();
  private final Household there = new Household();

  private final class Household {
    final Street.House house = street.newHouse();
    final Street.House condition = other.newHouse();
    final Ownership lock = new Ownership(new Members(house, house), 1);
    final Signals signals = new Signals(new Members(condition, condition), 2, lock);

    FutureTask<Boolean> startWaiting() throws Exception {
      FutureTask<Boolean> waits =
          new FutureTask<>(() -> {
            lock.take(Nanos.FOREVER, false);
            boolean called = signals.await(Nanos.FOREVER, true);
            lock.give();
            return called;
          });
      int before = signals.waiting();
      Thread.ofVirtual().start(waits);
      Await.until("it waits", () -> signals.waiting() == before + 1 && !lock.isTaken());
      return waits;
    }

    void die() {
      house.kill();
      condition.kill();
      house.gone();
      condition.gone();
    }
  }

  @AfterEach
  void noneWaits() {
    assertThat(here.signals.waiting()).isZero();
  }

  /** Who waits goes on when a holder has died, also when somebody else has the lock by then. */
  @Test
  void await_lockIsTakenOverByAnother_goesOn() throws Exception {
    FutureTask<Boolean> first = here.startWaiting();
    FutureTask<Boolean> second = here.startWaiting();
    assertThat(there.lock.tryTake()).isTrue();
    there.die();
    assertThat(here.lock.tryTake()).isTrue(); // before anybody looks
    here.lock.give();
    assertThat(first.isDone() || second.isDone()).isFalse();
    other.look();
    assertThat(Await.result(first) && Await.result(second)).isTrue();
  }

  /** Who waits takes the lock over from a dead holder when nobody else wants it. */
  @Test
  void await_holderDiesAndNobodyLocks_takesOver() throws Exception {
    FutureTask<Boolean> waits = here.startWaiting();
    assertThat(there.lock.tryTake()).isTrue();
    there.die();
    other.look();
    assertThat(Await.result(waits)).isTrue();
    assertThat(here.lock.recoveries()).isEqualTo(1);
  }

  /** A signal for one that dies before it has the lock is the next one's. */
  @Test
  void signal_firstDiesBeforeItHasTheLock_nextOneGoes() throws Exception {
    there.startWaiting();
    FutureTask<Boolean> next = here.startWaiting();
    assertThat(here.lock.tryTake()).isTrue();
    here.signals.signal(1);
    there.die();
    here.lock.give();
    other.look();
    assertThat(Await.result(next)).isTrue();
    assertThat(here.signals.isReady()).isFalse();
  }

  /** A signal when nobody waits is not kept, and one too many neither. */
  @Test
  void signal_moreThanWait_isNotKept() throws Exception {
    assertThat(here.lock.tryTake()).isTrue();
    here.signals.signal(1);
    here.lock.give();
    FutureTask<Boolean> waits = here.startWaiting();
    assertThat(here.lock.tryTake()).isTrue();
    here.signals.signal(3);
    here.lock.give();
    assertThat(Await.result(waits)).isTrue();
    assertThat(here.lock.tryTake()).isTrue();
    assertThat(here.signals.await(1, true)).isFalse();
    here.lock.give();
  }
}
