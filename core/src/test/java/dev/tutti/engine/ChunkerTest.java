package dev.tutti.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.plan.Batching;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How many items go out together. */
@Tag("unit")
final class ChunkerTest {
  private static final long MICROSECONDS = TimeUnit.MICROSECONDS.toNanos(50);
  private static final long QUICK = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long MIDDLING = TimeUnit.MILLISECONDS.toNanos(40);
  private static final long SLOW = TimeUnit.MILLISECONDS.toNanos(200);

  @Test
  void take_fixed_waitsForAFullBatchUnlessEnded() {
    Chunker chunker = new Chunker(Batching.fixed(4), 100, true, false);
    assertThat(chunker.take(3, false)).isZero();
    assertThat(chunker.take(4, false)).isEqualTo(4);
    assertThat(chunker.take(9, false)).isEqualTo(4);
    assertThat(chunker.take(3, true)).isEqualTo(3);
    assertThat(chunker.take(0, true)).isZero();
  }

  /** A batch that the window can never hold would never go out. */
  @Test
  void take_fixedLargerThanWindow_countsAsTheWindow() {
    Chunker chunker = new Chunker(Batching.fixed(50), 10, true, false);
    assertThat(chunker.size()).isEqualTo(10);
    assertThat(chunker.take(10, false)).isEqualTo(10);
  }

  @Test
  void take_adaptive_neverWaits() {
    Chunker chunker = new Chunker(Batching.adaptive(), 100, true, false);
    assertThat(chunker.take(0, false)).isZero();
    assertThat(chunker.take(1, false)).isEqualTo(1);
    assertThat(chunker.take(5, false)).isEqualTo(1);
  }

  @Test
  void ended_quickBatches_doubleUpToAQuarterOfTheWindow() {
    Chunker chunker = new Chunker(Batching.adaptive(), 100, true, false);
    for (int expected : new int[] {1, 2, 4, 8, 16, 25, 25}) {
      assertThat(chunker.size()).isEqualTo(expected);
      chunker.ended(chunker.size(), QUICK);
    }
  }

  /** Only full batches tell that larger ones would be quick too. */
  @Test
  void ended_quickButNotFull_staysAsItIs() {
    Chunker chunker = new Chunker(Batching.adaptive(), 100, true, false);
    chunker.ended(1, QUICK);
    chunker.ended(1, QUICK);
    assertThat(chunker.size()).isEqualTo(2);
  }

  @Test
  void ended_slowBatch_halves() {
    Chunker chunker = new Chunker(Batching.adaptive(), 100, true, false);
    for (int i = 0; i < 4; i++) {
      chunker.ended(chunker.size(), QUICK);
    }
    chunker.ended(16, MIDDLING);
    assertThat(chunker.size()).isEqualTo(16);
    chunker.ended(16, SLOW);
    assertThat(chunker.size()).isEqualTo(8);
    for (int i = 0; i < 10; i++) {
      chunker.ended(chunker.size(), SLOW);
    }
    assertThat(chunker.size()).isEqualTo(1);
  }

  /** Quick batches of a fixed size travel together, whole ones; a slow one travels alone again. */
  @Test
  void ended_quickFixedBatches_travelTogether() {
    Chunker chunker = new Chunker(Batching.fixed(3), 100, true, false);
    for (int expected : new int[] {3, 6, 12, 24, 24}) {
      assertThat(chunker.size()).isEqualTo(expected);
      assertThat(chunker.take(99, false)).isEqualTo(expected);
      chunker.ended(expected, MICROSECONDS);
    }
    assertThat(chunker.take(23, false)).isEqualTo(21);
    assertThat(chunker.take(2, false)).isZero();
    for (int i = 0; i < 5; i++) {
      chunker.ended(chunker.size(), MIDDLING);
    }
    assertThat(chunker.size()).isEqualTo(3);
  }

  @Test
  void size_tinyWindowOrNoGain_staysOne() {
    for (Chunker chunker :
        new Chunker[] {
          new Chunker(Batching.adaptive(), 1, true, false),
          new Chunker(Batching.adaptive(), 100, false, false)
        }) {
      chunker.ended(1, QUICK);
      assertThat(chunker.size()).isEqualTo(1);
    }
  }
}
