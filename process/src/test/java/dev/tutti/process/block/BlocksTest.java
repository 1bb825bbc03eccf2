package dev.tutti.process.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.codec.Codec;
import dev.tutti.codec.DecodeException;
import dev.tutti.codec.Filters;
import dev.tutti.codec.Role;
import dev.tutti.memory.segment.Segment;
import dev.tutti.memory.segment.SegmentGoneException;
import dev.tutti.task.NotSendableException;
import dev.tutti.testkit.Await;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Blocks and those who read them, in one process, with a clock that stands. */
@Tag("unit")
@Timeout(60)
class BlocksTest {
  private static final long MIB = 1 << 20;
  private static final long SELF = ProcessHandle.current().pid();

  private final List<Block> lent = new ArrayList<>();
  private final List<Segment> made = new ArrayList<>();
  private final ArrayDeque<Runnable> alarms = new ArrayDeque<>();
  private long now;
  private boolean full;

  private final Blocks.Around around =
      new Blocks.Around() {
        @Override
        public Segment make(long bytes) throws IOException {
          return BlocksTest.this.make(bytes);
        }

        @Override
        public long nanoTime() {
          return now;
        }

        @Override
        public Future<?> after(long nanos, Runnable action) {
          alarms.add(action);
          return new CompletableFuture<>();
        }
      };
  private final Blocks blocks = new Blocks(8 * MIB, false, around);

  private Segment make(long bytes) throws IOException {
    if (full) {
      throw new IOException("no room");
    }
    Segment segment = Segment.create(bytes);
    made.add(segment);
    return segment;
  }

  @AfterEach
  void close() {
    blocks.close();
    lent.forEach(blocks::giveBack);
    assertThat(open()).isZero();
    assertThat(blocks.bytes()).isZero();
  }

  private long open() {
    return made.stream().filter(s -> s.memory().scope().isAlive()).count();
  }

  private void pass(long nanos) {
    now += nanos;
    List<Runnable> due = List.copyOf(alarms);
    alarms.clear();
    due.forEach(Runnable::run);
  }

  private static Block lend(Blocks from, long bytes) {
    return Objects.requireNonNull(from.lend(bytes, false));
  }

  private Block lend(long bytes) {
    Block block = lend(blocks, bytes);
    lent.add(block);
    return block;
  }

  private static PartsTable filled(Blocks of, Block block, long value) {
    block.parts().set(ValueLayout.JAVA_LONG_UNALIGNED, 0, value);
    return Objects.requireNonNull(of.filled(block, new long[] {Long.BYTES}));
  }

  // ---------------------------------------------------------------- lending

  /** What comes back is lent again, the last one first, to what it is not much too large for. */
  @Test
  void lend_afterGiveBack_isTheSameBlock() {
    Block one = lend(MIB);
    Block two = lend(MIB);
    assertThat(two).isNotSameAs(one);
    blocks.giveBack(one);
    blocks.giveBack(two);
    assertThat(lend(MIB - 7)).isSameAs(two);
    assertThat(lend(MIB / 2 + 1)).isSameAs(one);
    blocks.giveBack(one);
    assertThat(lend(MIB / 4)).as("one that is much too large stays").isNotSameAs(one);
    assertThat(made).hasSize(3);
    assertThat(one.room()).isBetween(MIB, MIB + MIB / 8);
  }

  /** Giving back twice is giving back once, also when somebody else has the block meanwhile. */
  @Test
  void giveBack_twice_countsOnce() {
    Block one = lend(MIB);
    blocks.giveBack(one);
    blocks.giveBack(one);
    assertThat(lend(MIB)).isSameAs(one);
    assertThat(lend(MIB)).isNotSameAs(one);
  }

  /** Where the store is full there is none; a single one may be larger; what is free makes room. */
  @Test
  void lend_aboveBound_onlyASingleOne() {
    Block huge = lend(20 * MIB);
    assertThat(blocks.lend(MIB, false)).isNull();
    Block must = Objects.requireNonNull(blocks.lend(MIB, true));
    lent.add(must);
    blocks.giveBack(must);
    blocks.giveBack(huge);
    assertThat(open()).isEqualTo(2);
    lend(6 * MIB);
    assertThat(open()).as("the huge one went").isEqualTo(2);
    assertThat(blocks.bytes()).isEqualTo(7 * MIB);
    lend(2 * MIB); // of which one was free, and made room
    assertThat(blocks.lend(MIB, false)).isNull();
  }

  /** Where the system has no room there is no block, and it is not asked at once again. */
  @Test
  void lend_systemIsFull_givesNoneForAWhile() {
    full = true;
    assertThat(blocks.lend(MIB, false)).isNull();
    full = false;
    assertThat(blocks.lend(MIB, false)).as("soon after").isNull();
    now += 2_000_000_000L;
    lend(MIB);
    assertThat(blocks.bytes()).isEqualTo(MIB);
  }

  /** An interrupt of whoever sends does neither harm a block nor get lost. */
  @Test
  void lend_interruptedThread_getsABlock() {
    Thread.currentThread().interrupt();
    Block block = lend(MIB);
    assertThat(Thread.interrupted()).isTrue();
    blocks.giveBack(block);
  }

  // ---------------------------------------------------------------- giving back to the system

  /** What nobody has needed for ten seconds goes; what is lent stays. */
  @Test
  void tick_afterTenSeconds_givesBackWhatIsFree() {
    Block kept = lend(MIB);
    Block unused = lend(2 * MIB);
    blocks.giveBack(unused);
    pass(Blocks.KEPT_NANOS / 2);
    assertThat(open()).isEqualTo(2);
    pass(Blocks.KEPT_NANOS / 2);
    assertThat(open()).isEqualTo(1);
    assertThat(blocks.bytes()).isEqualTo(kept.room());
    blocks.giveBack(kept);
    pass(Blocks.KEPT_NANOS);
    assertThat(open()).isZero();
    assertThat(alarms).as("nobody looks where nothing is").isEmpty();
    assertThat(lend(MIB)).isNotSameAs(kept);
  }

  /** A closed store keeps what is just being filled until it comes back, and lends nothing. */
  @Test
  void close_whileFilling_closesItWhenItComesBack() {
    Block filling = lend(MIB);
    Block sent = lend(MIB);
    filled(blocks, sent, 1);
    blocks.close();
    assertThat(open()).isEqualTo(1);
    assertThat(blocks.lend(MIB, true)).isNull();
    assertThat(blocks.filled(filling, new long[] {1})).isNull();
    blocks.giveBack(filling);
    blocks.giveBack(sent);
    assertThat(open()).isZero();
    assertThat(blocks.bytes()).isZero();
  }

  // ---------------------------------------------------------------- readers

  private static long read(BlockReader reader, PartsTable table) throws Exception {
    try (BlockReader.Reading reading = reader.read(table.toBytes())) {
      return Objects.requireNonNull(
          (long[]) Codec.decode(LONGS.duplicate(), reading.parts(), loader(), Filters.tasks()))[0];
    }
  }

  private static ClassLoader loader() {
    return ClassLoader.getSystemClassLoader();
  }

  /** The bytes of a value that is one array of longs, and a part. */
  private static final ByteBuffer LONGS =
      ByteBuffer.wrap(Codec.encode(new long[1 << 17], Role.RESULT, new dev.tutti.codec.Parts()));

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
    Blocks.Around hurrying =
        new Blocks.Around() {
          @Override
          public Segment make(long bytes) throws IOException {
            return BlocksTest.this.make(bytes);
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

  // ---------------------------------------------------------------- cargo

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
