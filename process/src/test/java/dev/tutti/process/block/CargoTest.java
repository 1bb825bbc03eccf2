package dev.tutti.process.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.codec.Codec;
import dev.tutti.codec.Filters;
import dev.tutti.codec.Role;
import dev.tutti.task.NotSendableException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Values whose large parts go in blocks. */
@Tag("unit")
@Timeout(60)
class CargoTest extends BlockFixture {
  /** What does not fit beside a block takes none. */
  @Test
  void of_restTooLarge_takesNoBlock() {
    List<Object> value = List.of(new double[1 << 17], "x".repeat(1 << 16));
    assertThatThrownBy(() -> Cargo.of(value, Role.ITEM, blocks, 1 << 12, "do so"))
        .isInstanceOf(NotSendableException.class)
        .hasMessageContaining("do so");
    assertThat(blocks.bytes()).isZero();
  }

  private static @Nullable Object unload(Cargo cargo, BlockReader reader) throws Exception {
    ByteBuffer bytes = ByteBuffer.wrap(cargo.bytes());
    ByteBuffer table = cargo.table();
    if (table == null) {
      return Codec.decode(bytes, loader(), Filters.tasks());
    }
    try (BlockReader.Reading reading = reader.read(table)) {
      return Codec.decode(bytes, reading.parts(), loader(), Filters.tasks());
    }
  }

  /** A cargo has a block until the last of its holders has let it go; without room it has none. */
  @Test
  void of_withAndWithoutRoom_isTheSameValue() throws Exception {
    double[] value = new double[1 << 17];
    value[99] = 0.5;
    try (BlockReader reader = new BlockReader(SELF, false, around)) {
      Cargo cargo = Cargo.of(value, Role.ITEM, blocks, 1 << 30, "x");
      assertThat(cargo.hasBlock()).isTrue();
      assertThat(cargo.size()).isGreaterThan(MIB);
      assertThat(unload(cargo, reader)).isEqualTo(value);
      assertThat(cargo.hold()).isTrue();
      cargo.letGo();
      assertThat(unload(cargo, reader)).isEqualTo(value);
      cargo.letGo();
      assertThat(cargo.hold()).as("nobody holds it").isFalse();
      full = true;
      Block only = lend(MIB);
      now += 2_000_000_000L;
      Cargo without = Cargo.of(value, Role.ITEM, blocks, 1 << 30, "x");
      assertThat(without.hasBlock()).isFalse();
      assertThat(unload(without, reader)).isEqualTo(value);
      assertThatThrownBy(() -> Cargo.of(value, Role.ITEM, blocks, 1 << 19, "do so"))
          .isInstanceOf(NotSendableException.class)
          .hasMessageContaining("bytes=1048576 most=524288; do so");
      blocks.giveBack(only);
    }
  }

  /** A segment that its owner closes while it is sent costs that call, and no block. */
  @Test
  void of_closedSegment_givesItsBlockBack() {
    Arena arena = Arena.ofShared();
    MemorySegment large = arena.allocate(2 * MIB);
    arena.close();
    assertThatThrownBy(() -> Cargo.of(large, Role.ITEM, blocks, 1 << 30, "x"))
        .isInstanceOf(NotSendableException.class)
        .hasMessageContaining("cannot be read here");
    pass(Blocks.KEPT_NANOS);
    assertThat(blocks.bytes()).isZero();
  }
}
