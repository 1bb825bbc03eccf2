package dev.tutti.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tutti.testkit.LeakCheck;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("unit")
@ExtendWith(LeakCheck.class)
class SharedArraysTest {

  /** All ways to write a {@code long} are seen by all ways to read it. */
  @Test
  void longs_everyAccess_isSeen() throws IOException {
    try (SharedLongs longs = SharedLongs.create(4)) {
      longs.set(0, 1);
      longs.setRelease(1, 2);
      longs.setVolatile(2, 1L << 40);
      assertThat(longs.compareAndSet(3, 0, 4)).isTrue();
      assertThat(longs.compareAndSet(3, 0, 5)).isFalse();
      assertThat(longs.getAndAdd(3, 6)).isEqualTo(4);
      assertThat(longs.getAcquire(0)).isEqualTo(1);
      assertThat(longs.getVolatile(1)).isEqualTo(2);
      assertThat(longs.get(2)).isEqualTo(1L << 40);
      assertThat(longs.toArray()).containsExactly(1, 2, 1L << 40, 10);
      assertThat(longs.stream().sum()).isEqualTo(13 + (1L << 40));
      longs.slot(2).set(-1);
      assertThat(longs.get(2)).isEqualTo(-1);
      longs.fill(9);
      assertThat(longs.toArray()).containsOnly(9);
    }
  }

  /** All ways to write an {@code int} are seen by all ways to read it. */
  @Test
  void ints_everyAccess_isSeen() throws IOException {
    try (SharedInts ints = SharedInts.create(4)) {
      ints.set(0, 1);
      ints.setRelease(1, 2);
      ints.setVolatile(2, 1 << 30);
      assertThat(ints.compareAndSet(3, 0, 4)).isTrue();
      assertThat(ints.compareAndSet(3, 0, 5)).isFalse();
      assertThat(ints.getAndAdd(3, 6)).isEqualTo(4);
      assertThat(ints.getAcquire(0)).isEqualTo(1);
      assertThat(ints.getVolatile(1)).isEqualTo(2);
      assertThat(ints.get(2)).isEqualTo(1 << 30);
      assertThat(ints.toArray()).containsExactly(1, 2, 1 << 30, 10);
      assertThat(ints.stream().sum()).isEqualTo(13 + (1 << 30));
      ints.fill(9);
      assertThat(ints.toArray()).containsOnly(9);
    }
  }

  /** All ways to write a {@code double} are seen by all ways to read it. */
  @Test
  void doubles_everyAccess_isSeen() throws IOException {
    try (SharedDoubles doubles = SharedDoubles.create(4)) {
      doubles.set(0, 0.5);
      doubles.setRelease(1, 2);
      doubles.setVolatile(2, -4.25);
      assertThat(doubles.compareAndSet(3, 0, Double.NaN)).isTrue();
      assertThat(doubles.compareAndSet(3, 0, 5)).isFalse();
      assertThat(doubles.compareAndSet(3, Double.NaN, 4)).isTrue();
      assertThat(doubles.getAndAdd(3, 6)).isEqualTo(4);
      assertThat(doubles.getAcquire(0)).isEqualTo(0.5);
      assertThat(doubles.getVolatile(1)).isEqualTo(2);
      assertThat(doubles.get(2)).isEqualTo(-4.25);
      assertThat(doubles.toArray()).containsExactly(0.5, 2, -4.25, 10);
      assertThat(doubles.stream().sum()).isEqualTo(8.25);
      doubles.slot(2).set(-1);
      assertThat(doubles.get(2)).isEqualTo(-1);
      doubles.fill(9);
      assertThat(doubles.toArray()).containsOnly(9);
    }
  }

  /**
   * An index outside is refused, also one whose product with the width would overflow to inside.
   */
  @ParameterizedTest
  @ValueSource(longs = {-1, 4, 1L << 31, 1L << 61, (1L << 61) + 1, (1L << 62) + 2, Long.MIN_VALUE})
  void index_outside_isRefused(long index) throws IOException {
    try (SharedMemory memory = SharedMemory.create(128)) {
      SharedLongs longs = memory.longs(32, 4);
      SharedInts ints = memory.ints(32, 4);
      SharedDoubles doubles = memory.doubles(32, 4);
      Class<IndexOutOfBoundsException> outside = IndexOutOfBoundsException.class;
      assertThrows(outside, () -> longs.get(index));
      assertThrows(outside, () -> longs.set(index, 1));
      assertThrows(outside, () -> longs.getAcquire(index));
      assertThrows(outside, () -> longs.setRelease(index, 1));
      assertThrows(outside, () -> longs.getVolatile(index));
      assertThrows(outside, () -> longs.setVolatile(index, 1));
      assertThrows(outside, () -> longs.getAndAdd(index, 1));
      assertThrows(outside, () -> longs.compareAndSet(index, 0, 1));
      assertThrows(outside, () -> longs.slot(index));
      assertThrows(outside, () -> longs.slice(index, 1));
      assertThrows(outside, () -> longs.write(index, 1));
      assertThrows(outside, () -> longs.read(index, new long[1]));
      assertThrows(outside, () -> ints.set(index, 1));
      assertThrows(outside, () -> ints.write(index, 1));
      assertThrows(outside, () -> doubles.set(index, 1));
      assertThrows(outside, () -> doubles.write(index, 1));
      assertThat(memory.longs(0, 16).stream()).containsOnly(0L);
    }
  }

  /** A slice is a part of the same numbers, and a slice of a slice of that. */
  @Test
  void slice_ofSlice_isSameNumbers() throws IOException {
    try (SharedInts numbers = SharedInts.create(10)) {
      numbers.write(0, 680, 626, 934, 821, 150, 233, 548, 982, 714, 831);
      SharedInts part = numbers.slice(4, 4);
      part.write(0, 1, 2, 3, 4);
      part.slice(1, 2).set(1, 30);
      assertThat(numbers.toArray()).containsExactly(680, 626, 934, 821, 1, 2, 30, 4, 714, 831);
      assertThat(part.slice(4, 0).length()).isZero();
      assertThat(part.slice(1, 2)).isEqualTo(numbers.slice(5, 2)).isNotEqualTo(part);
      int[] two = new int[2];
      part.read(2, two);
      assertThat(two).containsExactly(30, 4);
    }
  }

  /** Views of different types on the same bytes see each other. */
  @Test
  void views_onSameBytes_overlap() throws IOException {
    try (SharedMemory memory = SharedMemory.create(16)) {
      memory.doubles(0, 2).set(1, 1.0);
      assertThat(memory.longs(8, 1).get(0)).isEqualTo(Double.doubleToLongBits(1.0));
      assertThat(memory.getDouble(8)).isEqualTo(1.0);
      memory.ints(12, 1).set(0, 0);
      assertThat(memory.getDouble(8)).isZero();
    }
  }

  /** An array without numbers, or of more bytes than a long can count, is refused. */
  @Test
  void create_lengthOutOfRange_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> SharedDoubles.create(0));
    assertThatIllegalArgumentException().isThrownBy(() -> SharedLongs.create(1L << 60));
    assertThatIllegalArgumentException().isThrownBy(() -> SharedInts.create(-1));
  }
}
