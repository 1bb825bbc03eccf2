package dev.tutti.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.spi.PartOutcomes;
import dev.tutti.task.Done;
import dev.tutti.task.Failure;
import dev.tutti.task.Outcome;
import dev.tutti.task.Success;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The order in which results are given. */
@Tag("unit")
final class ResequencerTest {
  private static Done<Object, Object> done(long index, Outcome<Object> outcome) {
    return new Done<>(index, index, outcome, Duration.ZERO, 1);
  }

  private static Done<Object, Object> done(long index) {
    return done(index, new Success<>("r" + index));
  }

  /** Any order of ends within the window gives the order of the input. */
  @Test
  void inOrder_anyOrderOfEnds_givesInputOrder() {
    int window = 7;
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Resequencer results = new Resequencer.InOrder(window);
      List<Long> running = new ArrayList<>();
      List<Long> given = new ArrayList<>();
      long next = 0;
      while (given.size() < 100) {
        while (next < 100 && next - given.size() < window) {
          running.add(next++);
        }
        Collections.shuffle(running, random);
        if (!running.isEmpty()) {
          results.add(done(running.removeLast()));
        }
        while (results.isReady()) {
          given.add(Objects.requireNonNull(results.take()).index());
        }
        assertThat(results.take()).isNull();
      }
      assertThat(given).isSorted().hasSize(100).doesNotHaveDuplicates();
    }
  }

  /** A window without a bound takes no room before there are results for it. */
  @Test
  void inOrder_windowIsHuge_roomGrowsAsNeeded() {
    Resequencer results = new Resequencer.InOrder(Integer.MAX_VALUE);
    List<Long> given = new ArrayList<>();
    for (long last : new long[] {100, 5_000, 100_000}) {
      long first = given.size();
      for (long i = last; i > first; i--) {
        results.add(done(i));
      }
      assertThat(results.isReady()).isFalse();
      results.add(done(first));
      while (results.isReady()) {
        given.add(Objects.requireNonNull(results.take()).index());
      }
    }
    assertThat(given).isEqualTo(LongStream.rangeClosed(0, 100_000).boxed().toList());
  }

  @Test
  void asEnded_anyOrderOfEnds_givesThatOrder() {
    Resequencer results = new Resequencer.AsEnded();
    assertThat(results.isReady()).isFalse();
    assertThat(results.take()).isNull();
    results.add(done(5));
    results.add(done(2));
    assertThat(results.isReady()).isTrue();
    assertThat(results.take()).isEqualTo(done(5));
    assertThat(results.take()).isEqualTo(done(2));
    assertThat(results.isReady()).isFalse();
  }

  @Test
  void all_anyOrderOfEnds_keepsValuesAtTheirPlaces() {
    Resequencer.All results = new Resequencer.All(true, 0);
    results.keepValue(2, null);
    results.keepValue(0, "r0");
    results.keepValue(1, "r1");
    assertThat(results.values()).containsExactly("r0", "r1", null);
    assertThat(results.keepsAll()).isTrue();
    Resequencer.All none = new Resequencer.All(false, 0);
    none.keepValue(0, "r0");
    assertThat(none.values()).isEmpty();
  }

  /** However many were expected, the list is as long as what has come. */
  @Test
  void all_severalAtOnce_keepsThemWhateverWasExpected() {
    PartOutcomes two = new PartOutcomes();
    two.addValue("r1");
    two.addOutcome(new Success<>(null));
    for (int expected : new int[] {0, 1, 4, 1_000, Integer.MAX_VALUE}) {
      Resequencer.All results = new Resequencer.All(true, expected);
      results.keepValues(1, two);
      results.keepValue(0, "r0");
      results.keepValue(3, "r3");
      assertThat(results.values()).containsExactly("r0", "r1", null, "r3");
    }
    Resequencer.All none = new Resequencer.All(false, 4);
    none.keepValues(0, two);
    assertThat(none.values()).isEmpty();
  }

  /** The first failure is the first by time: what is given up because of it comes later. */
  @Test
  void firstFailure_severalFail_isTheFirstByTime() {
    Resequencer results = new Resequencer.All(true, 0);
    assertThat(results.firstFailure()).isNull();
    Done<Object, Object> first = done(4, new Failure<>(new IllegalStateException()));
    results.add(done(7));
    results.add(first);
    results.add(done(1, new Failure<>(new IllegalStateException())));
    assertThat(results.firstFailure()).isSameAs(first);
  }
}
