package dev.tutti.memory;

import java.io.IOException;
import java.io.Serial;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/**
 * An array of {@code double} that all processes which have it read and write without a copy.
 *
 * {@snippet class=dev.tutti.process.SharedMemorySnippets region=doubles lang=java}
 *
 * <p>It is a memory of its own ({@link #create}), a part of one ({@link SharedMemory#doubles}), or
 * a {@link #slice}. It travels as a handle. Indexes are {@code long}.
 *
 * <p><b>Lifetime.</b> That of its {@code memory()}: {@link #close} closes that, with all that lies
 * in it, in this process.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread of any process. No number is
 * ever seen in parts. Copies, {@link #fill} and streams are not atomic as a whole.
 *
 * <p><b>Memory consistency.</b> {@link #get} and {@link #set} are those of a Java array: writes may
 * be seen late and in any order. The others are as in {@link VarHandle}: what is written before
 * {@link #setRelease}, {@link #setVolatile} or an atomic change is seen by whoever, in whichever
 * process, finds that with {@link #getAcquire}, {@link #getVolatile} or an atomic change.
 *
 * <p><b>Failure.</b> As of {@link SharedMemory}.
 *
 * @since 0.1
 */
public final class SharedDoubles extends View {
  @Serial private static final long serialVersionUID = 1L;
  private static final ValueLayout.OfDouble LAYOUT = ValueLayout.JAVA_DOUBLE;
  private static final VarHandle SLOT = LAYOUT.varHandle();

  SharedDoubles(SharedMemory memory, long offset, long length) {
    super(memory, offset, length, Double.BYTES);
  }

  /**
   * Makes an array of zeros.
   *
   * @param length how many, at least 1
   * @return the array, in a memory of its own
   * @throws IOException if there is no room for it
   */
  public static SharedDoubles create(long length) throws IOException {
    long bytes = Bounds.bytes(length, Double.BYTES);
    return new SharedDoubles(SharedMemory.create(bytes), 0, length);
  }

  @Override
  ViewForm.Kind kind() {
    return ViewForm.Kind.DOUBLES;
  }

  /** {@return how many numbers it has} */
  public long length() {
    return count();
  }

  /**
   * {@return a number, as from a Java array}
   *
   * @param index from 0 to the length less 1
   */
  public double get(long index) {
    return kept(slots().get(LAYOUT, at(index)));
  }

  /**
   * Sets a number, as in a Java array.
   *
   * @param index from 0 to the length less 1
   * @param value the number
   */
  public void set(long index, double value) {
    slots().set(LAYOUT, at(index), value);
    keep();
  }

  /**
   * {@return a number, by an acquire}
   *
   * @param index from 0 to the length less 1
   */
  public double getAcquire(long index) {
    return kept((double) SLOT.getAcquire(slots(), at(index))); // pairs with any release
  }

  /**
   * Sets a number, by a release.
   *
   * @param index from 0 to the length less 1
   * @param value the number
   */
  public void setRelease(long index, double value) {
    SLOT.setRelease(slots(), at(index), value); // pairs with any acquire
    keep();
  }

  /**
   * {@return a number, as a volatile read}
   *
   * @param index from 0 to the length less 1
   */
  public double getVolatile(long index) {
    return kept((double) SLOT.getVolatile(slots(), at(index)));
  }

  /**
   * Sets a number, as a volatile write.
   *
   * @param index from 0 to the length less 1
   * @param value the number
   */
  public void setVolatile(long index, double value) {
    SLOT.setVolatile(slots(), at(index), value);
    keep();
  }

  /**
   * Sets a number if it is what is expected, as a volatile read and write in one.
   *
   * @param index from 0 to the length less 1
   * @param expected what it must be; compared by its bits, so 0.0 is not -0.0
   * @param value what it becomes
   * @return whether it was so
   */
  public boolean compareAndSet(long index, double expected, double value) {
    return kept(SLOT.compareAndSet(slots(), at(index), expected, value));
  }

  /**
   * Adds to a number, as a volatile read and write in one.
   *
   * @param index from 0 to the length less 1
   * @param delta what to add
   * @return the number before
   */
  public double getAndAdd(long index, double delta) {
    MemorySegment slots = slots();
    long at = at(index);
    double before;
    do {
      before = (double) SLOT.getVolatile(slots, at);
    } while (!SLOT.compareAndSet(slots, at, before, before + delta));
    return kept(before);
  }

  /**
   * {@return one of the numbers as an atomic number}
   *
   * @param index from 0 to the length less 1
   */
  public SharedDouble slot(long index) {
    return new SharedDouble(memory(), offsetOf(index, 1));
  }

  /**
   * Copies numbers out, as many as fit into an array.
   *
   * @param index where they begin
   * @param into where they go
   */
  public void read(long index, double[] into) {
    MemorySegment.copy(slots(), LAYOUT, at(index, into.length), into, 0, into.length);
    keep();
  }

  /**
   * Copies all numbers of an array in.
   *
   * @param index where they go
   * @param from the numbers
   */
  public void write(long index, double... from) {
    MemorySegment.copy(from, 0, slots(), LAYOUT, at(index, from.length), from.length);
    keep();
  }

  /**
   * Sets all numbers.
   *
   * @param value what each becomes
   */
  public void fill(double value) {
    MemorySegment slots = slots();
    for (long i = 0; i < length(); i++) {
      slots.setAtIndex(LAYOUT, i, value);
    }
    keep();
  }

  /**
   * {@return a copy of all numbers}
   *
   * @throws IllegalStateException if there are more than an array can hold
   */
  public double[] toArray() {
    double[] copy = new double[arrayLength()];
    read(0, copy);
    return copy;
  }

  /** {@return the numbers, read when the stream comes to them} */
  public DoubleStream stream() {
    return LongStream.range(0, length()).mapToDouble(this::get);
  }

  /**
   * {@return a part of this array; the same numbers, not a copy}
   *
   * @param index where it begins
   * @param length how many numbers
   */
  public SharedDoubles slice(long index, long length) {
    return new SharedDoubles(memory(), offsetOf(index, length), length);
  }

  /** {@return its place and its memory} */
  @Override
  public String toString() {
    return "SharedDoubles[length=%d, offset=%d, %s]".formatted(length(), offset(), memory());
  }
}
