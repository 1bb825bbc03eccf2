package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.memory.bell.Members;
import dev.tutti.memory.bell.Street;
import dev.tutti.testkit.Await;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Who waits at a queue is woken, in played processes whose doorbells nobody looks at by himself.
 */
@Tag("unit")
class QueueLinesTest {
  private static final long KEY = 7;
  private static final int UNITS = 16;
  private static final byte[] SMALL = {1, 2, 3};
  private static final byte[] LARGE = new byte[(UNITS - 1) * Long.BYTES];
  private static final byte[] TOO_LARGE = new byte[2 * UNITS * Long.BYTES];

  private final Street street = Street.sound(1_000_000);
  private final HeapCells cells = new HeapCells(UNITS);
  private final Party first = new Party(true);
  private final Party second = new Party(false);
  private final List<Thread> threads = new ArrayList<>();

  private final class Party {
    final Street.House house = street.newHouse();
    final Ring ring;
    final QueueLines lines;

    Party(boolean isFirst) {
      if (isFirst) {
        Ring.first(house, 2, UNITS);
      }
      Members members = new Members(house, house);
      ring = new Ring(members, cells);
      lines = new QueueLines(members, KEY, ring);
    }

    boolean put(byte[] item, long nanos) throws InterruptedException {
      return lines.put(item, nanos) == Ring.Tried.DONE;
    }

    byte[] take(long nanos) throws InterruptedException {
      Ring.Taken taken = new Ring.Taken();
      return lines.take(taken, nanos) == Ring.Tried.DONE ? taken.item : new byte[0];
    }
  }

  private interface Call<T> {
    T run() throws Exception;
  }

  /** Starts it, and waits until it waits. */
  private <T> Future<T> waits(Call<T> call) throws InterruptedException {
    CompletableFuture<T> future = new CompletableFuture<>();
    threads.add(
        Thread.ofVirtual()
            .start(() -> {
              try {
                future.complete(call.run());
              } catch (Throwable e) {
                future.completeExceptionally(e);
              }
            }));
    Await.blocked(threads.getLast());
    return future;
  }

  /**
   * Who waits while another one has the turn, goes on when that gives it, with or without a time to
   * wait.
   */
  @Test
  void take_othersTurnIsLong_goesOnAfterIt() throws Exception {
    first.put(SMALL, 0);
    first.put(SMALL, 0);
    List<Future<byte[]>> takers = new ArrayList<>();
    first.lines.inTakeTurn(() -> {
      try {
        takers.add(waits(() -> second.take(Nanos.FOREVER)));
        takers.add(waits(() -> second.take(0)));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return 0;
    });
    for (Future<byte[]> taker : takers) {
      assertThat(Await.result(taker)).isEqualTo(SMALL);
    }
  }

  /** Who waits for room with a large item gets it when there is enough. */
  @Test
  void put_largeItem_waitsUntilItFits() throws Exception {
    first.put(SMALL, 0);
    first.put(SMALL, 0);
    Future<Boolean> large = waits(() -> second.put(LARGE, Nanos.FOREVER));
    assertThat(first.take(0)).isEqualTo(SMALL);
    assertThat(large.isDone()).isFalse();
    assertThat(first.take(0)).isEqualTo(SMALL);
    assertThat(Await.result(large)).isTrue();
    assertThat(first.take(0)).isEqualTo(LARGE);
  }

  /** One item at a time goes into the annex, whose memory is given up when it has been taken. */
  @Test
  void put_itemLargerThanRing_goesIntoAnnexOneAtATime() throws Exception {
    assertThat(first.put(TOO_LARGE, 0)).isTrue();
    assertThat(second.put(TOO_LARGE, 0)).isFalse();
    Future<Boolean> next = waits(() -> second.put(TOO_LARGE, Nanos.FOREVER));
    assertThat(first.take(0)).isEqualTo(TOO_LARGE);
    assertThat(Await.result(next)).isTrue();
    assertThat(first.take(0)).isEqualTo(TOO_LARGE);
    first.lines.tidy();
    assertThat(cells.annexBytes()).isZero();
  }

  /** Where somebody put when a large item was taken, the next put gives up its memory. */
  @Test
  void put_largeItemWasTaken_givesUpItsMemory() throws Exception {
    assertThat(first.put(TOO_LARGE, 0)).isTrue();
    assertThat(first.put(SMALL, 0)).isTrue();
    assertThat(second.ring.putTurn().tryTake()).isTrue(); // as one who puts
    assertThat(first.take(0)).isEqualTo(TOO_LARGE);
    first.lines.tidy();
    second.ring.putTurn().give();
    assertThat(first.take(0)).isEqualTo(SMALL);
    assertThat(cells.annexBytes()).isEqualTo(TOO_LARGE.length);
    assertThat(second.put(SMALL, 0)).isTrue();
    assertThat(cells.annexBytes()).isZero();
    assertThat(first.take(0)).isEqualTo(SMALL);
  }

  /** A process that dies in its turn to put leaves its room and its turn to the others. */
  @Test
  void put_diesInItsTurn_nextOneHasIt() throws Exception {
    assertThat(first.ring.putTurn().tryTake()).isTrue();
    first.house.kill();
    Future<Boolean> putter = waits(() -> second.put(SMALL, Nanos.FOREVER));
    first.house.gone();
    Await.until(
        "it is taken over",
        () -> {
          street.look();
          return putter.isDone();
        });
    assertThat(second.take(0)).isEqualTo(SMALL);
    assertThat(second.take(0)).isEmpty();
  }

  /**
   * A process that dies before the head has moved on has taken nothing: it is neither lost nor
   * gone.
   */
  @Test
  void take_diesBeforeTheHeadHasMoved_itemStays() throws Exception {
    first.put(SMALL, 0);
    assertThat(first.ring.takeTurn().tryTake()).isTrue();
    first.ring.hands().take(1);
    first.house.kill();
    first.house.gone();
    Await.until("it is taken over", () -> Arrays.equals(second.take(0), SMALL));
    second.ring.hands().delivered();
    assertThat(second.lines.inTakeTurn(second.ring.hands()::lost)).isZero();
    assertThat(second.ring.unfinished()).isEqualTo(1);
  }

  /** What a process had taken and not marked done ends with it, for those who join. */
  @Test
  void join_takerDies_goesOn() throws Exception {
    first.put(SMALL, 0);
    first.put(SMALL, 0);
    first.take(0);
    first.ring.hands().delivered();
    first.take(0);
    Future<Boolean> joined = waits(() -> second.lines.awaitDone(Nanos.FOREVER));
    first.house.kill();
    first.house.gone();
    Await.until(
        "join is over",
        () -> {
          street.look();
          return joined.isDone();
        });
    assertThat(second.lines.inTakeTurn(second.ring.hands()::lost)).isEqualTo(1);
    assertThat(second.lines.inTakeTurn(second.ring.hands()::abandoned)).isEqualTo(2);
    Party third = new Party(false); // in the place of the first
    assertThat(third.lines.inTakeTurn(third.ring.hands()::lost)).isEqualTo(1);
    assertThat(third.ring.unfinished()).isZero();
    assertThat(third.ring.hands().done()).isFalse();
  }

  /** Who joins does not wait for a turn, whose holder may be stopped; nor has it taken anything. */
  @Test
  void join_anotherHasTheTurn_doesNotWait() throws Exception {
    assertThat(first.put(SMALL, 0)).isTrue();
    assertThat(first.ring.takeTurn().tryTake()).isTrue();
    Party third = Await.result(CompletableFuture.supplyAsync(() -> new Party(false)));
    assertThat(third.lines.done()).isFalse();
    first.ring.takeTurn().give();
    assertThat(third.take(0)).isEqualTo(SMALL);
    assertThat(third.lines.done()).isTrue();
  }
}
