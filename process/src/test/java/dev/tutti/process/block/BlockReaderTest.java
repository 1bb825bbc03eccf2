package dev.tutti.process.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.codec.Codec;
import dev.tutti.codec.DecodeException;
import dev.tutti.codec.Filters;
import dev.tutti.codec.Role;
import dev.tutti.memory.segment.Segment;
import dev.tutti.memory.segment.SegmentGoneException;
import dev.tutti.testkit.Await;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Blocks and those who read them, in one process. */
@Tag("unit")
@Timeout(60)
class BlockReaderTest extends BlockFixture {
  /** The bytes of a value that is one array of longs, and a part. */
  private static final ByteBuffer LONGS =
      ByteBuffer.wrap(Codec.encode(new long[1 << 17], Role.RESULT, new dev.tutti.codec.Parts()));

  private static long read(BlockReader reader, PartsTable table) throws Exception {
    try (BlockReader.Reading reading = reader.read(table.toBytes())) {
      return Objects.requireNonNull(
          (long[]) Codec.decode(LONGS.duplicate(), reading.parts(), loader(), Filters.tasks()))[0];
    }
  }

  /** A reader that gives back frees the block; what it was told is good once. */
  @Test
  void read_readerGivesBack_ownerFindsIt() throws Exception {
    try (BlockReader reader = new BlockReader(SELF, true, around)) {
      Block block = lend(MIB);
      PartsTable first = filled(blocks, block, 41);
      assertThat(blocks.collect()).isEqualTo(block.room());
      assertThat(read(reader, first)).isEqualTo(41);
      assertThat(blocks.collect()).isZero();
      assertThat(lend(MIB)).isSameAs(block);
      PartsTable second = filled(blocks, block, 42);
      assertThat(read(reader, first)).as("a late reader of the first").isEqualTo(42);
      assertThat(blocks.collect()).as("it gives back nothing").isEqualTo(block.room());
      assertThat(read(reader, second)).isEqualTo(42);
      assertThat(blocks.collect()).isZero();
      assertThat(reader.mapped()).isEqualTo(1);
    }
  }

  /** A reader that does not give back leaves the block to its owner. */
  @Test
  void read_readerDoesNotGiveBack_blockStaysLent() throws Exception {
    try (BlockReader reader = new BlockReader(SELF, false, around)) {
      Block block = lend(MIB);
      PartsTable table = filled(blocks, block, 41);
      assertThat(read(reader, table)).isEqualTo(41);
      assertThat(read(reader, table)).isEqualTo(41);
      assertThat(blocks.collect()).isEqualTo(block.room());
    }
  }

  /** What has not been read for ten seconds is unmapped, unless somebody reads it now. */
  @Test
  void tick_readerAfterTenSeconds_unmaps() throws Exception {
    BlockReader reader = new BlockReader(SELF, true, around);
    PartsTable table = filled(blocks, lend(MIB), 41);
    BlockReader.Reading reading = reader.read(table.toBytes());
    pass(2 * Blocks.KEPT_NANOS);
    assertThat(reader.mapped()).isEqualTo(1);
    reading.close();
    reading.close();
    pass(Blocks.KEPT_NANOS);
    assertThat(reader.mapped()).isZero();
    reader.close();
  }

  /** A reader that is closed while somebody reads lets him end. */
  @Test
  void close_readerWhileReading_lastsUntilItsEnd() throws Exception {
    BlockReader reader = new BlockReader(SELF, true, around);
    Block block = lend(MIB);
    BlockReader.Reading reading = reader.read(filled(blocks, block, 41).toBytes());
    reader.close();
    assertThat(reading.parts()).isNotNull();
    reading.close();
    assertThat(blocks.collect()).isZero();
    assertThatThrownBy(() -> reader.read(filled(blocks, lend(MIB), 1).toBytes()))
        .isInstanceOf(IOException.class);
  }

  /** A block that its owner has closed, and what is none, are told apart from each other. */
  @Test
  void read_goneOrWrong_saysWhich() throws Exception {
    try (BlockReader reader = new BlockReader(SELF, true, around)) {
      Block block = lend(MIB);
      PartsTable table = filled(blocks, block, 41);
      PartsTable larger =
          new PartsTable(99, 1, table.descriptor(), table.bytes() + 1, table.lengths());
      assertThatThrownBy(() -> reader.read(larger.toBytes()))
          .isInstanceOf(SegmentGoneException.class);
      blocks.close();
      assertThatThrownBy(() -> reader.read(table.toBytes()))
          .isInstanceOf(SegmentGoneException.class);
      for (long[] lengths : new long[][] {{-1}, {Long.MAX_VALUE, Long.MAX_VALUE}, {MIB * 2}}) {
        PartsTable lie = new PartsTable(1, 1, table.descriptor(), table.bytes(), lengths);
        assertThatThrownBy(() -> reader.read(lie.toBytes())).isInstanceOf(DecodeException.class);
      }
      assertThatThrownBy(() -> reader.read(ByteBuffer.allocate(7)))
          .isInstanceOf(DecodeException.class);
    }
  }

  /** A store that waits goes on as soon as a reader has given back. */
  @Test
  void lend_waitingStore_waitsForItsReader() throws Exception {
    Blocks waiting = new Blocks(2 * MIB, true, around);
    try (BlockReader reader = new BlockReader(SELF, true, around)) {
      Block first = lend(waiting, 2 * MIB);
      PartsTable table = filled(waiting, first, 41);
      List<Block> got = new ArrayList<>();
      Thread filler = Thread.ofPlatform().start(() -> got.add(lend(waiting, 2 * MIB)));
      Await.blocked(filler);
      assertThat(got).isEmpty();
      assertThat(read(reader, table)).isEqualTo(41);
      Await.ended(filler);
      assertThat(got).containsExactly(first);
      waiting.giveBack(first);
    } finally {
      waiting.close();
    }
  }

  /** A reader that may look for ever keeps its memory, and the store does without the block. */
  @Test
  void collect_abandonedBlock_isClosedAndNotLentAgain() throws Exception {
    Block block = lend(MIB);
    PartsTable table = filled(blocks, block, 41);
    BlockReader reader = new BlockReader(SELF, true, around);
    try (BlockReader.Reading reading = reader.read(table.toBytes())) {
      reading.abandon();
      assertThat(blocks.collect()).isZero();
      assertThat(open()).isZero();
      assertThat(blocks.bytes()).isZero();
      assertThat(reading.memory().get(ValueLayout.JAVA_LONG_UNALIGNED, 0)).isEqualTo(41);
    } finally {
      reader.close();
    }
    assertThat(lend(MIB)).isNotSameAs(block);
  }

  /** Who never gives back does not hold up others for ever, and only the first of them. */
  @Test
  void lend_readerNeverComes_goesWithoutAfterAWhile() {
    AtomicLong clock = new AtomicLong();
    Surroundings hurrying =
        new Surroundings() {
          @Override
          public Segment make(long bytes) throws IOException {
            return BlockReaderTest.this.make(bytes);
          }

          @Override
          public long nanoTime() {
            return clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
          }

          @Override
          public Future<?> after(long nanos, Runnable action) {
            return new CompletableFuture<>();
          }
        };
    try (Blocks waiting = new Blocks(2 * MIB, true, hurrying)) {
      Block never = lend(waiting, 2 * MIB);
      filled(waiting, never, 41);
      assertThat(waiting.lend(MIB, false)).isNull();
      long then = clock.get();
      assertThat(waiting.lend(MIB, false)).isNull();
      assertThat(clock.get() - then).isLessThan(TimeUnit.SECONDS.toNanos(4));
      assertThat(waiting.awaitReader(Duration.ofDays(1))).as("not waited for again").isFalse();
      waiting.giveBack(never);
      assertThat(waiting.awaitReader(Duration.ofDays(1))).isTrue();
      Block again = lend(waiting, MIB);
      filled(waiting, again, 42);
    }
  }
}
