package dev.tutti.memory;

import dev.tutti.memory.segment.Names;
import dev.tutti.memory.segment.SharedSegment;
import dev.tutti.plan.DataSize;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A piece of memory that all processes which have it read and write without a copy.
 *
 * {@snippet class=dev.tutti.process.SharedMemorySnippets region=memory lang=java}
 *
 * <p>It travels as a handle: captured in a lambda, an item or a result, it is the same memory in
 * the process that receives it. By a {@linkplain #named name} a process finds it that was given
 * nothing. It is filled with zeros, may be larger than 2 GiB, and all of it is reserved when it is
 * made. Numbers lie in it in the order of bytes of this machine.
 *
 * <p>{@link #longs}, {@link #ints} and {@link #doubles} show parts of it as arrays, {@link #longAt}
 * and {@link #doubleAt} single slots; these have the atomic operations. The methods of this class
 * itself read and write at any offset, aligned or not.
 *
 * <p><b>Lifetime.</b> {@link #close} gives up this process's mapping; others keep theirs, and the
 * system frees the memory with the last of them, whoever ends in whichever way. A process that
 * drops it without {@code close} gives it up when the garbage collector finds that. A handle is
 * good as long as the process that gave it has the memory open; so make it where it lives longest.
 * A handle that comes to a process which has the memory by handle already leads to the same
 * mapping, which one {@code close} ends; what was opened by name is a mapping of its own.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread of any process. The reads and
 * writes of this class are plain ones: those that race may see each other in any order, and an
 * unaligned one in parts.
 *
 * <p><b>Memory consistency.</b> What one process writes before a release (a {@code setRelease},
 * {@code setVolatile} or an atomic change of a slot) is seen by whoever, in whichever process, has
 * read that slot by an acquire ({@code getAcquire}, {@code getVolatile} or an atomic change) and
 * found what was released. Submitting a task and taking its result have the same effect.
 *
 * <p><b>Failure.</b> No room is an {@code IOException} of the maker, never a fault later; a thread
 * that is interrupted cannot make or open one, as it cannot use any file channel. Access after
 * {@code close} is an {@code IllegalStateException}, access outside an {@code
 * IndexOutOfBoundsException}. A handle that leads nowhere any more fails where it is read, for a
 * task in a worker as a failure of that task.
 *
 * @since 0.1
 */
public final class SharedMemory implements AutoCloseable, Serializable {
  @Serial private static final long serialVersionUID = 1L;

  private final transient SharedSegment segment;
  private final transient MemorySegment data;
  private final transient @Nullable String name;

  private SharedMemory(SharedSegment segment, @Nullable String name) {
    this.segment = segment;
    this.data = segment.data();
    this.name = name;
  }

  /**
   * Makes a memory, filled with zeros.
   *
   * @param bytes its size, at least 1
   * @return the memory
   * @throws IOException if there is no room for it
   */
  public static SharedMemory create(long bytes) throws IOException {
    ensureSize(bytes);
    return new SharedMemory(SharedSegment.create(bytes), null);
  }

  /**
   * Makes a memory, filled with zeros.
   *
   * @param size its size, at least a byte
   * @return the memory
   * @throws IOException if there is no room for it
   */
  public static SharedMemory create(DataSize size) throws IOException {
    return create(size.bytes());
  }

  /**
   * Makes a memory that other processes of this user find by a name. The name stands for it until
   * it is closed here or this process ends; whoever has opened it until then keeps it.
   *
   * @param name not empty, without {@code /} and NUL, and not long: at most 200 bytes when encoded
   *     as in a URL
   * @param bytes its size, at least 1
   * @return the memory
   * @throws java.nio.file.FileAlreadyExistsException if a process has a memory of that name; the
   *     message says which
   * @throws IOException if there is no room for it
   */
  public static SharedMemory named(String name, long bytes) throws IOException {
    Names.ensureName(name);
    ensureSize(bytes);
    Names names = Names.ofUser();
    names.ensureFree(name); // before all of the memory is written once
    SharedSegment segment = SharedSegment.create(bytes);
    try {
      names.claim(name, segment);
    } catch (IOException | RuntimeException e) {
      segment.close();
      throw e;
    }
    return new SharedMemory(segment, name);
  }

  /**
   * Makes a memory that other processes of this user find by a name, as {@link #named(String,
   * long)} does.
   *
   * @param name the name
   * @param size its size, at least a byte
   * @return the memory
   * @throws java.nio.file.FileAlreadyExistsException if a process has a memory of that name
   * @throws IOException if there is no room for it
   */
  public static SharedMemory named(String name, DataSize size) throws IOException {
    return named(name, size.bytes());
  }

  /**
   * Finds the memory of a name, which another or this process has made.
   *
   * @param name what was given to {@link #named(String, long)}
   * @return the memory, with a mapping of its own that is to be closed
   * @throws java.nio.file.NoSuchFileException if no live process has a memory of that name
   * @throws IOException if it cannot be mapped
   */
  public static SharedMemory open(String name) throws IOException {
    Names.ensureName(name);
    return new SharedMemory(Names.ofUser().open(name), name);
  }

  private static void ensureSize(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes must be >= 1: bytes=" + bytes);
    }
  }

  /** {@return the size in bytes} */
  public long bytes() {
    return data.byteSize();
  }

  /** {@return the name by which it was made or opened} */
  public Optional<String> name() {
    return Optional.ofNullable(name);
  }

  /** {@return whether it can be read and written here} */
  public boolean isOpen() {
    return segment.isOpen();
  }

  /**
   * {@return the byte at an offset}
   *
   * @param offset from 0 to the size less 1
   */
  public byte getByte(long offset) {
    byte value = open().get(ValueLayout.JAVA_BYTE, inside(offset, Byte.BYTES));
    keep();
    return value;
  }

  /**
   * Writes a byte.
   *
   * @param offset from 0 to the size less 1
   * @param value the byte
   */
  public void setByte(long offset, byte value) {
    open().set(ValueLayout.JAVA_BYTE, inside(offset, Byte.BYTES), value);
    keep();
  }

  /**
   * {@return the number in the four bytes from an offset on}
   *
   * @param offset from 0 to the size less 4
   */
  public int getInt(long offset) {
    int value = open().get(ValueLayout.JAVA_INT_UNALIGNED, inside(offset, Integer.BYTES));
    keep();
    return value;
  }

  /**
   * Writes a number into the four bytes from an offset on.
   *
   * @param offset from 0 to the size less 4
   * @param value the number
   */
  public void setInt(long offset, int value) {
    open().set(ValueLayout.JAVA_INT_UNALIGNED, inside(offset, Integer.BYTES), value);
    keep();
  }

  /**
   * {@return the number in the eight bytes from an offset on}
   *
   * @param offset from 0 to the size less 8
   */
  public long getLong(long offset) {
    long value = open().get(ValueLayout.JAVA_LONG_UNALIGNED, inside(offset, Long.BYTES));
    keep();
    return value;
  }

  /**
   * Writes a number into the eight bytes from an offset on.
   *
   * @param offset from 0 to the size less 8
   * @param value the number
   */
  public void setLong(long offset, long value) {
    open().set(ValueLayout.JAVA_LONG_UNALIGNED, inside(offset, Long.BYTES), value);
    keep();
  }

  /**
   * {@return the number in the eight bytes from an offset on}
   *
   * @param offset from 0 to the size less 8
   */
  public double getDouble(long offset) {
    double value = open().get(ValueLayout.JAVA_DOUBLE_UNALIGNED, inside(offset, Double.BYTES));
    keep();
    return value;
  }

  /**
   * Writes a number into the eight bytes from an offset on.
   *
   * @param offset from 0 to the size less 8
   * @param value the number
   */
  public void setDouble(long offset, double value) {
    open().set(ValueLayout.JAVA_DOUBLE_UNALIGNED, inside(offset, Double.BYTES), value);
    keep();
  }

  /**
   * Copies bytes out of the memory, as many as fit into an array.
   *
   * @param offset where they begin
   * @param into where they go
   */
  public void read(long offset, byte[] into) {
    MemorySegment from = open().asSlice(inside(offset, into.length), into.length);
    MemorySegment.ofArray(into).copyFrom(from);
    keep();
  }

  /**
   * Copies all bytes of an array into the memory.
   *
   * @param offset where they go
   * @param from the bytes
   */
  public void write(long offset, byte[] from) {
    open().asSlice(inside(offset, from.length), from.length).copyFrom(MemorySegment.ofArray(from));
    keep();
  }

  /**
   * {@return a part of the memory as an array of {@code int}}
   *
   * @param offset where it begins, a multiple of 4
   * @param length how many numbers
   */
  public SharedInts ints(long offset, long length) {
    return new SharedInts(this, offset, length);
  }

  /**
   * {@return a part of the memory as an array of {@code long}}
   *
   * @param offset where it begins, a multiple of 8
   * @param length how many numbers
   */
  public SharedLongs longs(long offset, long length) {
    return new SharedLongs(this, offset, length);
  }

  /**
   * {@return a part of the memory as an array of {@code double}}
   *
   * @param offset where it begins, a multiple of 8
   * @param length how many numbers
   */
  public SharedDoubles doubles(long offset, long length) {
    return new SharedDoubles(this, offset, length);
  }

  /**
   * {@return eight bytes of the memory as an atomic number}
   *
   * @param offset where they begin, a multiple of 8
   */
  public SharedLong longAt(long offset) {
    return new SharedLong(this, offset);
  }

  /**
   * {@return eight bytes of the memory as an atomic number}
   *
   * @param offset where they begin, a multiple of 8
   */
  public SharedDouble doubleAt(long offset) {
    return new SharedDouble(this, offset);
  }

  /**
   * {@return the memory, for as long as an arena lasts} It is mapped once more, so {@link #close}
   * does not end it.
   *
   * @param arena how long
   * @throws UncheckedIOException if there is no room for a mapping
   */
  public MemorySegment asMemorySegment(Arena arena) {
    ensureOpen();
    try {
      return segment.map(arena);
    } catch (ClosedChannelException closedMeanwhile) {
      throw closed();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot map once more: " + this, e);
    } finally {
      keep();
    }
  }

  /**
   * {@return the memory, for as long as the program holds the segment or a part of it} It is mapped
   * once more, so {@link #close} does not end it: take it once and keep it.
   *
   * @throws UncheckedIOException if there is no room for a mapping
   */
  public MemorySegment asMemorySegment() {
    return asMemorySegment(Arena.ofAuto());
  }

  /**
   * {@return the memory as a direct buffer in the order of bytes of this machine, for as long as
   * the program holds the buffer} It is mapped once more, so {@link #close} does not end it: take
   * it once and keep it.
   *
   * @throws IllegalStateException if the memory is larger than a buffer can be
   * @throws UncheckedIOException if there is no room for a mapping
   */
  public ByteBuffer asByteBuffer() {
    if (bytes() > Integer.MAX_VALUE) {
      throw new IllegalStateException(
          "too large for a buffer: bytes=%d most=%d; take a slice of asMemorySegment()"
              .formatted(bytes(), Integer.MAX_VALUE));
    }
    return asMemorySegment().asByteBuffer().order(ByteOrder.nativeOrder());
  }

  /**
   * Gives up this process's mapping, and the name if it was made with one here. Others keep theirs.
   * A second call does nothing.
   */
  @Override
  public void close() {
    Names.release(segment);
    segment.close();
  }

  MemorySegment data() {
    return data;
  }

  void ensureOpen() {
    if (!segment.isOpen()) {
      throw closed();
    }
  }

  private MemorySegment open() {
    ensureOpen();
    return data;
  }

  /** Ends each access, as in {@link View}. */
  @SuppressWarnings("ReachabilityFenceUsage")
  private void keep() {
    Reference.reachabilityFence(this);
  }

  private long inside(long offset, int count) {
    return Objects.checkFromIndexSize(offset, count, data.byteSize());
  }

  private IllegalStateException closed() {
    return new IllegalStateException("shared memory is closed in this process: " + this);
  }

  /** {@return whether the other is the same memory, by whichever mapping} */
  @Override
  public boolean equals(Object other) {
    return other instanceof SharedMemory memory && memory.segment.id().equals(segment.id());
  }

  @Override
  public int hashCode() {
    return segment.id().hashCode();
  }

  /** {@return its name, size and whether it is open} */
  @Override
  public String toString() {
    return "SharedMemory[%sbytes=%d, %s]"
        .formatted(
            name == null ? "" : "name=" + name + ", ", bytes(), isOpen() ? "open" : "closed");
  }

  /**
   * What it is while it travels.
   *
   * @param handle where to look, and who should be there
   * @param name for its text
   */
  private record Form(SharedSegment.Handle handle, @Nullable String name) implements Serializable {
    @Serial
    private Object readResolve() throws InvalidObjectException {
      try {
        return new SharedMemory(SharedSegment.attach(handle), name);
      } catch (IOException e) {
        throw new InvalidObjectException(String.valueOf(e.getMessage()), e);
      }
    }
  }

  /** {@return the handle, which is what is written} */
  @Serial
  private Object writeReplace() {
    ensureOpen();
    return new Form(segment.handle(), name);
  }

  /**
   * Refuses bytes that are no handle.
   *
   * @param in the stream
   * @throws InvalidObjectException always
   */
  @Serial
  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("shared memory comes as its handle");
  }
}
