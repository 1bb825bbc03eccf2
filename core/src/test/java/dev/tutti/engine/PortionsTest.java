package dev.tutti.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Portions are as large as the time that the last ones took allows, and the window. */
@Tag("unit")
final class PortionsTest {
  private static final long QUICK = TimeUnit.MICROSECONDS.toNanos(1);
  private static final long SLOW = TimeUnit.SECONDS.toNanos(1);

  private static Portions over(Iterable<?> items, int batch, int window) {
    Portions portions = new Portions(items, batch, window, false);
    portions.begin();
    return portions;
  }

  /** {@return how many elements the next portions have, each of which takes so long} */
  private static List<Integer> sizes(Portions portions, int many, long nanosEach) {
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      int size = Fold.count(portions.next());
      sizes.add(size);
      portions.ended(nanosEach);
    }
    return sizes;
  }

  @Test
  void next_quickRange_growsSixteenfoldToItsBound() {
    Portions portions = over(new Range(0, Long.MAX_VALUE, false), 0, 0);
    assertThat(sizes(portions, 7, QUICK))
        .containsExactly(1, 16, 256, 4096, 65536, 1048576, 1048576);
  }

  @Test
  void next_quickElements_growToAQuarterOfTheWindow() {
    Iterable<Integer> endless = () -> Stream.iterate(0, n -> n + 1).iterator();
    assertThat(sizes(over(endless, 0, 0), 5, QUICK)).containsExactly(1, 16, 256, 4096, 8192);
    assertThat(sizes(over(endless, 0, 100), 4, QUICK)).containsExactly(1, 16, 25, 25);
    assertThat(sizes(over(new Range(0, 1000, true), 0, 100), 4, QUICK))
        .containsExactly(1, 16, 25, 25);
  }

  /** Portions of about 5 ms: elements of 1 ms go five by five. */
  @Test
  void next_elementsOfAMillisecond_goFiveByFive() {
    Portions portions = over(new Range(0, 1000, true), 0, 0);
    assertThat(sizes(portions, 1, TimeUnit.MILLISECONDS.toNanos(1))).containsExactly(1);
    assertThat(sizes(portions, 2, TimeUnit.MILLISECONDS.toNanos(5))).containsExactly(5, 5);
  }

  @Test
  void next_slowAfterQuick_goesAloneAgain() {
    Portions portions = over(new Range(0, 100_000, true), 0, 0);
    sizes(portions, 3, QUICK);
    assertThat(sizes(portions, 3, SLOW)).containsExactly(4096, 20, 1);
  }

  @Test
  void next_chosenBatch_isThatAndNeverLearns() {
    Portions portions = over(IntStream.range(0, 10).boxed().toList(), 4, 0);
    assertThat(sizes(portions, 3, QUICK)).containsExactly(4, 4, 2);
    assertThat(portions.hasNext()).isFalse();
    assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(portions::next);
  }

  @Test
  void next_largeElements_areFewAtOnce() {
    Portions portions = over(new Range(0, 100_000, true), 0, 0);
    sizes(portions, 3, QUICK);
    portions.weigh(256L * 32 * 1024); // 32 KiB each
    assertThat(sizes(portions, 1, QUICK)).containsExactly(8);
    portions.weigh(1 << 30);
    assertThat(sizes(portions, 1, QUICK)).containsExactly(1);
    portions.weigh(8);
    assertThat(sizes(portions, 1, QUICK)).containsExactly(16);
  }

  /** What the input throws comes behind the portion of what it gave before. */
  @Test
  void next_inputThrowsInAPortion_portionComesFirst() {
    Iterable<Integer> input =
        () ->
            Stream.iterate(0, n -> n + 1)
                .peek(n -> {
                  if (n == 5) {
                    throw new IllegalStateException("five");
                  }
                })
                .iterator();
    Portions portions = over(input, 3, 0);
    assertThat(sizes(portions, 2, QUICK)).containsExactly(3, 2);
    assertThatIllegalStateException().isThrownBy(portions::hasNext).withMessage("five");
  }

  @Test
  void range_parts_areTwoNumbers() {
    Iterator<Object> longs = over(new Range(-1, 4, false), 3, 0);
    assertThat(longs.next()).isEqualTo(new long[] {-1, 2});
    assertThat(longs.next()).isEqualTo(new long[] {2, 4});
    assertThat(longs.hasNext()).isFalse();
    Iterator<Object> ints = over(new Range(Integer.MAX_VALUE - 2, Integer.MAX_VALUE, true), 5, 0);
    Object part = ints.next();
    assertThat(Fold.count(part)).isEqualTo(2);
    assertThat(Fold.element(part, 1)).isEqualTo(Integer.MAX_VALUE - 1);
  }
}
