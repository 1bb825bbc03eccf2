package dev.tutti.memory.bell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tutti.testkit.Await;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class LineTest {
  private final Street street = Street.sound(0);
  private final AtomicBoolean free = new AtomicBoolean();

  private Line line() {
    Street.House house = street.newHouse();
    Line line = new Line(new Members(house, house), 1, false, free::get);
    house.add(line);
    return line;
  }

  /** Who was woken and leaves without taking wakes the next one of its process. */
  @Test
  void leave_withoutTaking_wakesNextHere() throws Exception {
    Line line = line();
    assertPassedOn(line, line);
  }

  /** Who was woken and leaves without taking has the next process rung. */
  @Test
  void leave_withoutTaking_ringsElsewhere() throws Exception {
    assertPassedOn(line(), line());
  }

  private void assertPassedOn(Line first, Line second) throws Exception {
    Thread leaver =
        Thread.ofPlatform()
            .start(() -> {
              try {
                first.await(() -> false, () -> false, Long.MAX_VALUE, true);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    Await.until("one waits", () -> first.length() == 1);
    FutureTask<Boolean> taken =
        new FutureTask<>(() ->
            second.await(() -> free.compareAndSet(true, false), free::get, Long.MAX_VALUE, true));
    Thread taker = Thread.ofPlatform().start(taken);
    Await.until("both wait", () -> first.length() + second.length() == (first == second ? 4 : 2));
    Await.blocked(leaver);
    Await.blocked(taker);
    free.set(true);
    first.rung(); // the leaver is the first in line
    leaver.interrupt();
    assertThat(Await.result(taken)).isTrue();
    Await.ended(leaver);
    assertThat(first.length() + second.length()).isZero();
    assertThat(first.isAwaited()).isFalse();
  }

  /** Who cannot be looked after does not wait, and does not stand in the line for ever. */
  @Test
  void await_noRoomToWatch_leavesTheLine() throws Exception {
    Street.House house = street.newHouse();
    Line line = new Line(new Members(house, house), 1, false, free::get);
    house.fill();
    assertThrows(
        OutOfMemoryError.class, () -> line.await(free::get, free::get, Long.MAX_VALUE, true));
    assertThat(line.length()).isZero();
    assertThat(line.isAwaited()).isFalse();
    free.set(true);
    assertThat(line.await(free::get, free::get, Long.MAX_VALUE, true)).isTrue();
  }

  /** Who releases forgets a process that has died asleep, and wakes nobody in vain any more. */
  @Test
  void ringOne_sleeperHasDied_isForgotten() throws Exception {
    Street withBeds = Street.sound(0, Street.Beds.EVERYWHERE);
    Street.House dying = withBeds.newHouse();
    Line first = new Line(new Members(dying, dying), 1, false, free::get);
    Thread sleeper =
        Thread.ofPlatform()
            .start(() -> {
              try {
                first.await(() -> false, () -> false, Long.MAX_VALUE, false);
              } catch (InterruptedException | Street.Killed e) {
                // as it is meant
              }
            });
    Await.blocked(sleeper);
    Street.House house = withBeds.newHouse();
    Line second = new Line(new Members(house, house), 1, false, free::get);
    assertThat(second.isAwaited()).isTrue();
    dying.kill();
    Await.until(
        "it dies",
        () -> {
          LockSupport.unpark(sleeper);
          return !sleeper.isAlive();
        });
    dying.gone();
    second.ringOne();
    assertThat(second.isAwaited()).isFalse();
  }

  /** A wake-up counts though a lock that the attempt takes has used up the unpark. */
  @Test
  void await_attemptUsesUpTheUnpark_triesAgain() throws Exception {
    Line line = line();
    AtomicInteger tries = new AtomicInteger();
    FutureTask<Boolean> waits =
        new FutureTask<>(() ->
            line.await(
                () -> {
                  if (tries.incrementAndGet() == 1) {
                    line.rung();
                    LockSupport.park(this); // as a lock does that somebody else has
                  }
                  return tries.get() == 2;
                },
                () -> false,
                Long.MAX_VALUE,
                true));
    Thread waiter = Thread.ofPlatform().start(waits);
    try {
      Await.until("it has tried again", waits::isDone);
    } finally {
      waiter.interrupt();
    }
    assertThat(waits.get()).isTrue();
  }
}
