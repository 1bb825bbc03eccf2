package dev.tutti.process.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.memory.segment.Segment;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;

/** Blocks of a system that is played: its clock stands, its room ends when a test says so. */
abstract class BlockFixture {
  static final long MIB = 1 << 20;
  static final long SELF = ProcessHandle.current().pid();

  final List<Block> lent = new ArrayList<>();
  final List<Segment> made = new ArrayList<>();
  final ArrayDeque<Runnable> alarms = new ArrayDeque<>();
  long now;
  boolean full;

  final Surroundings around =
      new Surroundings() {
        @Override
        public Segment make(long bytes) throws IOException {
          return BlockFixture.this.make(bytes);
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
  final Blocks blocks = new Blocks(8 * MIB, false, around);

  final Segment make(long bytes) throws IOException {
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

  final long open() {
    return made.stream().filter(s -> s.memory().scope().isAlive()).count();
  }

  final void pass(long nanos) {
    now += nanos;
    List<Runnable> due = List.copyOf(alarms);
    alarms.clear();
    due.forEach(Runnable::run);
  }

  static Block lend(Blocks from, long bytes) {
    return Objects.requireNonNull(from.lend(bytes, false));
  }

  final Block lend(long bytes) {
    Block block = lend(blocks, bytes);
    lent.add(block);
    return block;
  }

  static PartsTable filled(Blocks of, Block block, long value) {
    block.parts().set(ValueLayout.JAVA_LONG_UNALIGNED, 0, value);
    return Objects.requireNonNull(of.filled(block, new long[] {Long.BYTES}));
  }

  static ClassLoader loader() {
    return ClassLoader.getSystemClassLoader();
  }
}
