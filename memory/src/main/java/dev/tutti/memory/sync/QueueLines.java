package dev.tutti.memory.sync;

import dev.tutti.memory.bell.Line;
import dev.tutti.memory.bell.Members;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Those who wait at a queue: for an item, for room, for a turn, for the last item to be done. */
final class QueueLines {
  /*
   * A line for each (see Line). Who has changed something rings who waits for it, after the change:
   *
   *   a put                 one of `items`
   *   a take                one of `room`
   *   the end of a turn     if somebody wanted it: one of those who wait for what it leads to, and all of `turns`, where
   *                         those are who want nothing but the turn
   *   done, a discarding    all of `done`, if there is nothing left to do
   *   closing, discarding   all of all
   *
   * `items` and `room` wake one, and who leaves them passes on while there is something to have; a queue that is closed
   * counts as such, so all come out of them, one after the other. Those who wait for room wait for room for different
   * items: one with a large item, at the front of its process, keeps those behind it waiting until it fits.
   *
   * Before a thread goes into a line it looks for as long as a wake-up would take (Spin): so where both sides are busy,
   * nobody is woken.
   *
   * Who does not want to wait still waits for a turn, which is short, unless its holder is stopped: then for a second.
   */
  private static final long STOPPED_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Ring ring;
  private final Line items;
  private final Line room;
  private final Line turns;
  private final Line done;
  private final Spin itemSpin = new Spin();
  private final Spin roomSpin = new Spin();

  QueueLines(Members members, long key, Ring ring) {
    this.ring = ring;
    this.items = new Line(members, key, QueueLayout.ITEMS_LINE, false, ring::hasItemOrEnd);
    this.room = new Line(members, key + 1, QueueLayout.ROOM_LINE, false, ring::hasRoomOrEnd);
    this.turns = new Line(members, key + 2, QueueLayout.TURNS_LINE, true, () -> false);
    this.done = new Line(members, key + 3, QueueLayout.DONE_LINE, true, () -> false);
    List.of(items, room, turns, done).forEach(members.neighbourhood()::add);
  }

  // ---------------------------------------------------------------- put and take

  private Ring.Tried tryPut(byte[] item) {
    Ring.Tried tried = Ring.Tried.NOT_NOW;
    try {
      tried = ring.tryPut(item);
      return tried;
    } finally {
      if (tried == Ring.Tried.DONE && items.isAwaited()) {
        items.ringOne();
      }
      if (tried != Ring.Tried.BUSY) { // it had the turn, also where the put has failed
        ringWhoWanted(ring.putTurn(), room);
      }
    }
  }

  private Ring.Tried tryTake(Ring.Taken taken) {
    Ring.Tried tried = Ring.Tried.NOT_NOW;
    try {
      tried = ring.tryTake(taken);
      return tried;
    } finally {
      if (tried == Ring.Tried.DONE && room.isAwaited()) {
        room.ringOne();
      }
      if (tried != Ring.Tried.BUSY) {
        ringWhoWanted(ring.takeTurn(), items);
      }
    }
  }

  private void ringWhoWanted(Turn turn, Line line) {
    if (turn.wasWanted()) {
      line.ringOne();
      turns.ringAll();
    }
  }

  /** Puts an item; waits for room so long. */
  Ring.Tried put(byte[] item, long nanos) throws InterruptedException {
    Ring.Tried tried = tryPut(item);
    long left = nanos;
    if (tried == Ring.Tried.NOT_NOW && nanos > 0 && ring.fits(item)) {
      long start = System.nanoTime();
      tried = roomSpin.until(ring::hasRoomOrEnd) ? tryPut(item) : tried;
      left = left(nanos, start);
    }
    return await(room, ring::hasRoomOrEnd, ring.putTurn(), () -> tryPut(item), tried, left);
  }

  /** Takes an item; waits for one so long. */
  Ring.Tried take(Ring.Taken taken, long nanos) throws InterruptedException {
    Ring.Tried tried = tryTake(taken);
    long left = nanos;
    if (tried == Ring.Tried.NOT_NOW && nanos > 0) {
      long start = System.nanoTime();
      tried = itemSpin.until(ring::hasItemOrEnd) ? tryTake(taken) : tried;
      left = left(nanos, start);
    }
    return await(items, ring::hasItemOrEnd, ring.takeTurn(), () -> tryTake(taken), tried, left);
  }

  private static long left(long nanos, long start) {
    return nanos == Nanos.FOREVER ? nanos : Math.max(1, nanos - (System.nanoTime() - start));
  }

  private interface Step {
    Ring.Tried run();
  }

  /** Tries again and again; without time, only while it is the turn of another one. */
  private static final class Attempt implements BooleanSupplier {
    private final Step step;
    private final boolean waits;
    private Ring.Tried last = Ring.Tried.BUSY;

    Attempt(Step step, boolean waits) {
      this.step = step;
      this.waits = waits;
    }

    @Override
    public boolean getAsBoolean() {
      last = step.run();
      return last != Ring.Tried.BUSY && (last != Ring.Tried.NOT_NOW || !waits);
    }
  }

  private Ring.Tried await(
      Line line, BooleanSupplier isThere, Turn turn, Step step, Ring.Tried first, long nanos)
      throws InterruptedException {
    boolean waits = nanos > 0;
    if (first != Ring.Tried.BUSY && (first != Ring.Tried.NOT_NOW || !waits)) {
      return first;
    }
    Attempt attempt = new Attempt(step, waits);
    if (waits) {
      line.await(attempt, () -> isThere.getAsBoolean() && turn.isFree(), nanos, true);
    } else {
      turns.await(attempt, turn::isFree, STOPPED_NANOS, false);
    }
    return attempt.last;
  }

  // ---------------------------------------------------------------- turns

  private long inTurn(Turn turn, Line line, LongSupplier action) {
    if (!turn.tryTake()) {
      Uninterrupted.run(() -> turns.await(turn::tryTake, turn::isFree, Nanos.FOREVER, false));
    }
    try {
      return action.getAsLong();
    } finally {
      turn.give();
      ringWhoWanted(turn, line);
    }
  }

  /** Does something while nobody takes. */
  long inTakeTurn(LongSupplier action) {
    return inTurn(ring.takeTurn(), items, action);
  }

  /**
   * Gives up the memory of a large item that has been taken, unless others put: then they do, or
   * who puts next.
   */
  void tidy() {
    if (ring.putTurn().tryTakeAtOnce()) {
      try {
        ring.tidyInTurn();
      } finally {
        ring.putTurn().give();
        ringWhoWanted(ring.putTurn(), room);
      }
    }
  }

  // ---------------------------------------------------------------- done

  /** {@return false if this process has marked all done that it has taken} */
  boolean done() {
    boolean marked = ring.hands().done();
    if (marked && done.isAwaited() && ring.unfinished() == 0) {
      done.ringAll();
    }
    return marked;
  }

  boolean awaitDone(long nanos) throws InterruptedException {
    BooleanSupplier isDone = () -> ring.unfinished() == 0;
    return done.await(isDone, isDone, nanos, true);
  }

  // ---------------------------------------------------------------- end

  void close() {
    inTurn(
        ring.putTurn(),
        room,
        () -> {
          ring.closeInTurn();
          return 0;
        });
    ringAll();
  }

  /** Throws away what is in the queue; it counts as done. */
  void discard(boolean andClose) {
    inTakeTurn(() ->
        inTurn(
            ring.putTurn(),
            room,
            () -> {
              ring.discardInTurns(andClose);
              return 0;
            }));
    ringAll();
  }

  private void ringAll() {
    items.ringAll();
    room.ringAll();
    done.ringAll();
  }

  int takersHere() {
    return items.length();
  }

  int puttersHere() {
    return room.length();
  }
}
