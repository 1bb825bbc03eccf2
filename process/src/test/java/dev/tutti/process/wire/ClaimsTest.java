package dev.tutti.process.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.memory.segment.Segment;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class ClaimsTest {
  private Claims pool;
  private Claims worker;

  @BeforeEach
  void map() throws IOException {
    pool = Claims.create();
    worker = Claims.open(pool.handle());
  }

  @AfterEach
  void unmap() throws IOException {
    worker.close();
    pool.close();
  }

  /** An item goes from queued to running to done, and both sides see each step. */
  @Test
  void claim_queuedItem_runsUntilDone() {
    pool.queue(5);
    assertThat(pool.isBegun(5)).isFalse();

    long before = System.nanoTime();
    assertThat(worker.claim(5)).isTrue();
    assertThat(pool.isRunning(5)).isTrue();
    assertThat(pool.isBegun(5)).isTrue();
    assertThat(pool.startNanos(5)).isBetween(before, System.nanoTime());
    assertThat(pool.takeBack(5)).isFalse();
    assertThat(worker.claim(5)).isFalse();

    worker.done(5);
    assertThat(pool.isRunning(5)).isFalse();
    assertThat(pool.isBegun(5)).isTrue();
    assertThat(pool.takeBack(5)).isFalse();
  }

  /** What the pool has taken back cannot be claimed any more. */
  @Test
  void takeBack_queuedItem_isNotClaimedAnyMore() {
    pool.queue(0);
    assertThat(pool.takeBack(0)).isTrue();
    assertThat(pool.takeBack(0)).isFalse();
    assertThat(worker.claim(0)).isFalse();
    assertThat(pool.isBegun(0)).isFalse();
  }

  /** The words are used in turn: the same word serves the next item once it is queued again. */
  @Test
  void queue_nextItemOfSameWord_startsAnew() {
    long first = Claims.WORDS - 1;
    long next = first + Claims.WORDS;
    pool.queue(first);
    assertThat(worker.claim(first)).isTrue();
    worker.done(first);

    pool.queue(next);
    assertThat(pool.isBegun(next)).isFalse();
    assertThat(worker.claim(next)).isTrue();
    assertThat(pool.isRunning(next)).isTrue();
  }

  @Test
  void takeBackFrom_elementsAreBegun_theyStay() {
    long pack = 7;
    pool.queuePack(pack, 5);
    assertThat(pool.runningOf(pack)).isEqualTo(-1);
    assertThat(worker.claimElement(pack, 0)).isTrue();
    assertThat(worker.claimElement(pack, 1)).isTrue();
    assertThat(pool.runningOf(pack)).isEqualTo(1);
    assertThat(pool.begunOf(pack)).isEqualTo(2);

    assertThat(pool.takeBackFrom(pack, 4)).isEqualTo(4);
    assertThat(pool.takeBackFrom(pack, 0)).isEqualTo(2);
    assertThat(worker.claimElement(pack, 2)).isFalse();
    worker.noneRuns(pack);
    assertThat(pool.runningOf(pack)).isEqualTo(-1);
    assertThat(pool.begunOf(pack)).isEqualTo(2);
  }

  /** What the pool sends twice is not run twice. */
  @Test
  void claimElement_notTheNext_isRefused() {
    pool.queuePack(7, 5);
    assertThat(worker.claimElement(7, 1)).isFalse();
    assertThat(worker.claimElement(7, 0)).isTrue();
    assertThat(worker.claimElement(7, 0)).isFalse();
  }

  /** When both sides reach for an item at the same moment, exactly one gets it. */
  @Test
  void claim_againstTakeBack_exactlyOneWins() throws Exception {
    int rounds = 100_000;
    AtomicInteger poolAt = new AtomicInteger(-1);
    AtomicInteger workerAt = new AtomicInteger(-1);
    boolean[] claimed = new boolean[rounds];
    int takenBack = 0;
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      Future<?> claimer =
          executor.submit(() -> {
            for (int i = 0; i < rounds; i++) {
              meet(workerAt, poolAt, i);
              claimed[i] = worker.claim(i);
            }
            workerAt.set(rounds);
          });
      boolean[] taken = new boolean[rounds];
      for (int i = 0; i < rounds; i++) {
        pool.queue(i);
        meet(poolAt, workerAt, i);
        taken[i] = pool.takeBack(i);
      }
      poolAt.set(rounds);
      claimer.get();
      for (int i = 0; i < rounds; i++) {
        assertThat(claimed[i] ^ taken[i]).as("item %d", i).isTrue();
        takenBack += taken[i] ? 1 : 0;
      }
    }
    assertThat(takenBack).as("rounds that the pool has won").isBetween(1, rounds - 1);
  }

  /** Once the pool has seen behind its shut gate that an item runs, nothing else is begun. */
  @Test
  void shutGate_itemStillRuns_nextOneIsNeverBegun() throws Exception {
    int rounds = 200_000;
    AtomicInteger poolAt = new AtomicInteger(-1);
    AtomicInteger workerAt = new AtomicInteger(-1);
    AtomicInteger spared = new AtomicInteger(-1);
    AtomicInteger killed = new AtomicInteger(-1);
    int kills = 0;
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      Future<?> runner =
          executor.submit(() -> {
            for (int i = 0; i < rounds; i++) {
              long item = 2L * i;
              worker.claim(item);
              meet(workerAt, poolAt, i);
              worker.done(item);
              while (worker.isGateShut() && killed.get() < i) {
                Thread.onSpinWait();
              }
              if (killed.get() < i) {
                worker.claim(item + 1);
              }
              while (killed.get() < i && spared.get() < i) {
                Thread.onSpinWait();
              }
            }
            workerAt.set(rounds);
          });
      try {
        for (int i = 0; i < rounds; i++) {
          long item = 2L * i;
          pool.queue(item + 1);
          meet(poolAt, workerAt, i);
          pool.shutGate();
          boolean runs = pool.isRunning(item);
          if (runs) {
            kills++;
            assertThat(pool.takeBack(item + 1)).as("item behind the one that runs").isTrue();
          }
          pool.queue(item + 2);
          if (runs) {
            killed.set(i);
          } else {
            spared.set(i);
          }
          pool.openGate();
        }
      } finally { // also when an assertion fails: the other thread must come to its end
        killed.set(rounds);
        poolAt.set(rounds);
      }
      runner.get();
    }
    assertThat(kills).as("rounds in which the item still ran").isPositive();
  }

  /** The first record of a cause stays; the other side reads it with its item. */
  @Test
  void record_twice_firstStays() {
    assertThat(pool.cause()).isEqualTo(Claims.Cause.NONE);
    worker.record(Claims.Cause.EXIT_IN_ITEM, 17);
    worker.record(Claims.Cause.OUT_OF_MEMORY, 18);
    assertThat(pool.cause()).isEqualTo(Claims.Cause.EXIT_IN_ITEM);
    assertThat(pool.causeItem()).isEqualTo(17);
  }

  /** Memory of another size or with other content is not taken for claim words. */
  @Test
  void open_otherMemory_isRefused() throws IOException {
    try (Segment small = Segment.create(64);
        Segment blank = Segment.create(pool.handle().bytes())) {
      assertThatThrownBy(() -> Claims.open(small.handle()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("wrong size");
      assertThatThrownBy(() -> Claims.open(blank.handle()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("not of this version");
    }
  }

  private static void meet(AtomicInteger mine, AtomicInteger other, int round) {
    mine.set(round);
    while (other.get() < round) {
      Thread.onSpinWait();
    }
  }
}
