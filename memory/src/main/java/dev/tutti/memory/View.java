package dev.tutti.memory;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Objects;

/** Aligned slots of equal width in a shared memory. */
abstract sealed class View implements AutoCloseable, Serializable
    permits SharedDouble, SharedDoubles, SharedInts, SharedLong, SharedLongs {
  /*
   * The slots do not hold the memory, and a memory that nobody holds is unmapped. So every access keeps
   * `this`, which holds it, until the access is done: by `kept` or `keep`.
   */
  @Serial private static final long serialVersionUID = 1L;

  private final transient SharedMemory memory;
  private final transient long offset;
  private final transient long length;
  private final transient int width;
  private final transient MemorySegment slots;

  View(SharedMemory memory, long offset, long length, int width) {
    Objects.requireNonNull(memory, "memory");
    Bounds.ensureInside(memory.bytes(), offset, length, width);
    this.memory = memory;
    this.offset = offset;
    this.length = length;
    this.width = width;
    this.slots = memory.data().asSlice(offset, length * width);
  }

  abstract ViewForm.Kind kind();

  /** {@return the memory that this lies in} */
  public final SharedMemory memory() {
    return memory;
  }

  /** {@return at which byte of the memory this begins} */
  public final long offset() {
    return offset;
  }

  final long count() {
    return length;
  }

  /** {@return the slots, of a memory that is open} */
  final MemorySegment slots() {
    memory.ensureOpen();
    return slots;
  }

  /** {@return where a slot is} */
  final long at(long index) {
    return Objects.checkIndex(index, length) * width;
  }

  /** {@return where the first of several slots is} */
  final long at(long index, long count) {
    return Objects.checkFromIndexSize(index, count, length) * width;
  }

  /** {@return where a part begins, in the memory} */
  final long offsetOf(long index, long count) {
    return offset + at(index, count);
  }

  /** {@return the length as that of an array} */
  final int arrayLength() {
    if (length > Integer.MAX_VALUE) {
      throw new IllegalStateException(
          "too long for an array: length=%d most=%d; take slices"
              .formatted(length, Integer.MAX_VALUE));
    }
    return (int) length;
  }

  /** Ends each access. One that has failed needs no memory, so this stands in no finally. */
  @SuppressWarnings("ReachabilityFenceUsage")
  final void keep() {
    Reference.reachabilityFence(this);
  }

  final long kept(long value) {
    keep();
    return value;
  }

  final int kept(int value) {
    keep();
    return value;
  }

  final double kept(double value) {
    keep();
    return value;
  }

  final boolean kept(boolean value) {
    keep();
    return value;
  }

  /** Closes the memory that this lies in, in this process, as {@link SharedMemory#close} does. */
  @Override
  public final void close() {
    memory.close();
  }

  /** {@return whether the other is a view of the same kind on the same slots} */
  @Override
  public final boolean equals(Object other) {
    return other instanceof View view
        && view.kind() == kind()
        && view.offset == offset
        && view.length == length
        && view.memory.equals(memory);
  }

  @Override
  public final int hashCode() {
    return Objects.hash(kind(), offset, length, memory);
  }

  @Serial
  final Object writeReplace() {
    return new ViewForm(kind(), memory, offset, length);
  }

  @Serial
  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("a view comes as its form");
  }
}
