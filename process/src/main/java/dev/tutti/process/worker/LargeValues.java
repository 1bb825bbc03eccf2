package dev.tutti.process.worker;

import dev.tutti.codec.Codec;
import dev.tutti.codec.DecodeException;
import dev.tutti.codec.Role;
import dev.tutti.codec.ValueFilter;
import dev.tutti.process.block.BlockReader;
import dev.tutti.process.block.Blocks;
import dev.tutti.process.block.Cargo;
import dev.tutti.process.wire.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads and writes the values of one worker, with their large parts in shared memory. */
final class LargeValues {
  /** How much may wait for the pool to copy it; one result may be larger. */
  private static final long MOST_BYTES = 1 << 27;

  /** For how long a pool may be busy with other values before it comes to the last ones. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final String WAY_OUT = "write it to a file";

  private final BlockReader fromPool;
  private final Blocks own;
  private @Nullable LargeGarbage garbage;

  /**
   * @param pool the process id of the pool's JVM
   */
  LargeValues(long pool) {
    this.fromPool = new BlockReader(pool, false);
    this.own = Blocks.waiting(MOST_BYTES);
  }

  /** {@return a function or an item} */
  @Nullable Object read(
      ByteBuffer bytes, @Nullable ByteBuffer parts, ClassLoader loader, ValueFilter filter)
      throws DecodeException {
    if (parts == null) {
      return Codec.decode(bytes, loader, filter);
    }
    try (BlockReader.Reading reading = fromPool.read(parts.duplicate())) {
      if (garbage == null) {
        garbage = new LargeGarbage();
      }
      garbage.comes(reading.bytes());
      return Codec.decode(bytes, reading.parts(), loader, filter);
    } catch (IOException e) {
      throw new DecodeException("its shared memory cannot be mapped: " + e, e);
    }
  }

  /** Waits until all large results have been read, or are not likely to be. */
  void awaitReader() {
    own.awaitReader(PATIENCE);
  }

  /** {@return a result; its block is the pool's to give back} */
  Cargo result(@Nullable Object value) {
    return Cargo.of(value, Role.RESULT, own, Frame.MAX_PAYLOAD_BYTES, WAY_OUT);
  }

  /**
   * {@return a result of an element of a pack: it has no block, which would have to be found with
   * it}
   */
  static Cargo inOnePiece(@Nullable Object value) {
    return Cargo.inOnePiece(value, Role.RESULT, Frame.MAX_PAYLOAD_BYTES, WAY_OUT);
  }

  /**
   * {@return a frame for a value, ready to take what stands before its bytes} The place of its
   * large parts is a frame before it.
   */
  static ByteBuffer begin(Cargo value, Frame.Kind kind, int headBytes) {
    int content = headBytes + value.bytes().length;
    ByteBuffer table = value.table();
    if (table == null) {
      return Frame.begin(kind, content);
    }
    int tableBytes = table.remaining();
    ByteBuffer both = ByteBuffer.allocate(2 * Frame.HEADER_BYTES + tableBytes + content);
    Frame.put(both, Frame.Kind.PARTS, tableBytes).put(table);
    return Frame.put(both, kind, content);
  }
}
