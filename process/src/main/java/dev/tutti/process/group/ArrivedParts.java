package dev.tutti.process.group;

import dev.tutti.codec.DecodeException;
import dev.tutti.codec.PartSource;
import dev.tutti.memory.segment.SegmentGoneException;
import dev.tutti.process.block.BlockReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The large parts of a result, found before its item is landed. They are the worker's again when
 * this is closed.
 */
final class ArrivedParts implements AutoCloseable {
  /** A result that has none. */
  static final ArrivedParts NONE = new ArrivedParts(null, null);

  private final BlockReader.@Nullable Reading reading;
  private final @Nullable Exception failure;

  private ArrivedParts(BlockReader.@Nullable Reading reading, @Nullable Exception failure) {
    this.reading = reading;
    this.failure = failure;
  }

  static ArrivedParts find(BlockReader blocks, ByteBuffer table) {
    try {
      return new ArrivedParts(blocks.read(table), null);
    } catch (IOException | DecodeException e) {
      return new ArrivedParts(null, e);
    }
  }

  /** {@return whether the worker has ended before its memory was mapped here} */
  boolean isGone() {
    return failure instanceof SegmentGoneException;
  }

  /** {@return how much memory they take} */
  long bytes() {
    return reading == null ? 0 : reading.bytes();
  }

  /** {@return the parts} */
  PartSource source() throws DecodeException {
    if (failure instanceof DecodeException e) {
      throw e;
    }
    if (failure != null) {
      throw new DecodeException("its memory cannot be mapped: " + failure.getMessage(), failure);
    }
    return reading == null ? PartSource.none() : reading.parts();
  }

  /** The thread that reads them may do so for ever. */
  void abandon() {
    if (reading != null) {
      reading.abandon();
    }
  }

  @Override
  public void close() {
    if (reading != null) {
      reading.close();
    }
  }
}
