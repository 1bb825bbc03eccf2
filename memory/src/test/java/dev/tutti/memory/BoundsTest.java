package dev.tutti.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("unit")
class BoundsTest {
  private static final long FOUR_GIB = 4L << 30;

  /** A view may lie anywhere in a memory that is larger than an int can count. */
  @ParameterizedTest
  @CsvSource({"0,536870912", "4294967288,1", "4294967296,0", "2147483648,268435456"})
  void ensureInside_largeMemory_isTaken(long offset, long length) {
    assertThatNoException().isThrownBy(() -> Bounds.ensureInside(FOUR_GIB, offset, length, 8));
  }

  /** A view that ends behind the memory is refused, also where a product would overflow. */
  @ParameterizedTest
  @CsvSource({
    "-8,1",
    "0,-1",
    "0,536870913",
    "4294967288,2",
    "4294967304,0",
    "8,2305843009213693952",
    "0,9223372036854775807",
    "9223372036854775800,1"
  })
  void ensureInside_beyondMemory_isRefused(long offset, long length) {
    assertThrows(
        IndexOutOfBoundsException.class, () -> Bounds.ensureInside(FOUR_GIB, offset, length, 8));
  }

  /** Slots that are not aligned cannot be changed atomically. */
  @Test
  void ensureInside_notAligned_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Bounds.ensureInside(64, 12, 1, 8))
        .withMessageContaining("multiple of 8");
    assertThatNoException().isThrownBy(() -> Bounds.ensureInside(64, 12, 1, 4));
  }

  /** The size of an array is computed without overflow. */
  @Test
  void bytes_manySlots_areExactOrRefused() {
    assertThat(Bounds.bytes(1L << 40, 8)).isEqualTo(1L << 43);
    assertThatIllegalArgumentException().isThrownBy(() -> Bounds.bytes(1L << 61, 8));
    assertThatIllegalArgumentException().isThrownBy(() -> Bounds.bytes(0, 8));
    assertThatIllegalArgumentException().isThrownBy(() -> Bounds.bytes(-1, 4));
  }
}
