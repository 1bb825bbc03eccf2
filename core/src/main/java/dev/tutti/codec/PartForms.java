package dev.tutti.codec;

import java.io.Serial;
import java.io.Serializable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** What stands in a JDK stream for segments of memory, and for large parts. */
final class PartForms {
  private PartForms() {}

  /** Stands for something that crosses as a part. */
  sealed interface Form extends Serializable {
    /** {@return the number of the part} */
    int part();

    /** {@return what it stands for} */
    Object value(MemorySegment part) throws DecodeException;
  }

  /** {@return what stands for an object that is to be a part; null if it is not to be one} */
  static @Nullable Form of(Object value, Parts parts) {
    if (!parts.takes(value)) {
      return null;
    }
    if (value instanceof ByteBuffer b) {
      return Forms.BufferForm.hasEnough(b) ? BufferPart.of(b, parts) : null;
    }
    if (value instanceof MemorySegment s) {
      return new SegmentPart(parts.add(s), s.isNative(), s.isReadOnly());
    }
    return new ArrayPart(parts.add(value), Large.kindOf(value).tag());
  }

  /** An array of numbers. */
  record ArrayPart(int part, byte kind) implements Form {
    @Override
    public Object value(MemorySegment part) throws DecodeException {
      if (kind < 0) {
        throw CompactReader.unknown(kind);
      }
      return Large.array(Kind.of(kind), part);
    }
  }

  /** A buffer: its state; the part is what is below its limit. */
  record BufferPart(
      int part,
      int position,
      int limit,
      int capacity,
      boolean big,
      boolean direct,
      boolean readOnly)
      implements Form {
    static BufferPart of(ByteBuffer b, Parts parts) {
      return new BufferPart(
          parts.add(b),
          b.position(),
          b.limit(),
          b.capacity(),
          b.order() == ByteOrder.BIG_ENDIAN,
          b.isDirect(),
          b.isReadOnly());
    }

    @Override
    public Object value(MemorySegment bytes) throws DecodeException {
      if (bytes.byteSize() != limit || !Forms.BufferForm.isState(position, limit, capacity)) {
        throw new DecodeException(
            "buffer has a wrong state: position=%d limit=%d capacity=%d bytes=%d"
                .formatted(position, limit, capacity, bytes.byteSize()),
            null);
      }
      ByteBuffer b = direct ? ByteBuffer.allocateDirect(capacity) : ByteBuffer.allocate(capacity);
      b.limit(limit);
      MemorySegment.ofBuffer(b).copyFrom(bytes);
      b.position(position);
      return (readOnly ? b.asReadOnlyBuffer() : b)
          .order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }
  }

  /** A segment of memory that is a part. */
  record SegmentPart(int part, boolean isNative, boolean readOnly) implements Form {
    @Override
    public Object value(MemorySegment bytes) {
      return segment(bytes, isNative, readOnly);
    }
  }

  /** A segment of memory that is none: what it holds, and of which sort it is. */
  @SuppressWarnings("ArrayRecordComponent") // written and read, never compared
  record SegmentForm(byte[] bytes, boolean isNative, boolean readOnly) implements Serializable {
    static SegmentForm of(MemorySegment s) {
      return new SegmentForm(s.toArray(ValueLayout.JAVA_BYTE), s.isNative(), s.isReadOnly());
    }

    @Serial
    private Object readResolve() {
      return segment(MemorySegment.ofArray(bytes), isNative, readOnly);
    }
  }

  /** A segment of its own with the same bytes. On the heap it lies so that all layouts fit. */
  private static MemorySegment segment(MemorySegment bytes, boolean isNative, boolean readOnly) {
    long size = bytes.byteSize();
    MemorySegment s =
        isNative
            ? Arena.ofAuto().allocate(size, Long.BYTES)
            : MemorySegment.ofArray(new long[Math.toIntExact((size + Long.BYTES - 1) / Long.BYTES)])
                .asSlice(0, size);
    s.copyFrom(bytes);
    return readOnly ? s.asReadOnly() : s;
  }
}
