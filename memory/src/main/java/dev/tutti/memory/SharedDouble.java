package dev.tutti.memory;

import java.io.IOException;
import java.io.Serial;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * A {@code double} that all processes which have it change atomically.
 *
 * {@snippet class=dev.tutti.memory.MemorySnippets region=total lang=java}
 *
 * <p>It is a memory of its own ({@link #create}), a slot of one ({@link SharedMemory#doubleAt}), or
 * one of an array's numbers ({@link SharedDoubles#slot}). It travels as a handle. A memory of its
 * own takes a page and a descriptor; where many are needed, take the slots of one.
 *
 * <p><b>Lifetime.</b> That of its {@code memory()}: {@link #close} closes that, with all that lies
 * in it, in this process.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread of any process. Sums of
 * fractions depend on the order of the summands.
 *
 * <p><b>Memory consistency.</b> Each access is volatile: what is written before a change is seen by
 * whoever, in whichever process, has read what was changed.
 *
 * <p><b>Failure.</b> As of {@link SharedMemory}. A process that dies leaves the number as it was
 * before or after a change, never between.
 *
 * @since 0.1
 */
public final class SharedDouble extends View {
  @Serial private static final long serialVersionUID = 1L;
  private static final VarHandle SLOT = ValueLayout.JAVA_DOUBLE.varHandle();

  SharedDouble(SharedMemory memory, long offset) {
    super(memory, offset, 1, Double.BYTES);
  }

  /**
   * Makes a number.
   *
   * @param initial its value
   * @return the number, in a memory of its own
   * @throws IOException if there is no room for it
   */
  public static SharedDouble create(double initial) throws IOException {
    SharedDouble made = SharedMemory.create(Double.BYTES).doubleAt(0);
    made.set(initial);
    return made;
  }

  @Override
  ViewForm.Kind kind() {
    return ViewForm.Kind.DOUBLE;
  }

  /** {@return the number} */
  public double get() {
    return kept((double) SLOT.getVolatile(slots(), 0L));
  }

  /**
   * Sets the number.
   *
   * @param value what it becomes
   */
  public void set(double value) {
    SLOT.setVolatile(slots(), 0L, value);
    keep();
  }

  /**
   * Sets the number.
   *
   * @param value what it becomes
   * @return what it was
   */
  public double getAndSet(double value) {
    return kept((double) SLOT.getAndSet(slots(), 0L, value));
  }

  /**
   * Sets the number if it is what is expected.
   *
   * @param expected what it must be; compared by its bits, so 0.0 is not -0.0
   * @param value what it becomes
   * @return whether it was so
   */
  public boolean compareAndSet(double expected, double value) {
    return kept(SLOT.compareAndSet(slots(), 0L, expected, value));
  }

  /**
   * Adds to the number.
   *
   * @param delta what to add
   * @return what it is then
   */
  public double addAndGet(double delta) {
    return updateAndGet(before -> before + delta);
  }

  /**
   * Changes the number by a function, which may be called more than once.
   *
   * @param change from what it is to what it becomes; without effects of its own
   * @return what it is then
   */
  public double updateAndGet(DoubleUnaryOperator change) {
    MemorySegment slots = slots();
    while (true) {
      double before = (double) SLOT.getVolatile(slots, 0L);
      double after = change.applyAsDouble(before);
      if (SLOT.compareAndSet(slots, 0L, before, after)) {
        return kept(after);
      }
    }
  }

  /**
   * Combines the number with another by a function, which may be called more than once.
   *
   * @param value the other, second argument of the function
   * @param combine without effects of its own, such as {@code Math::max}
   * @return what it is then
   */
  public double accumulateAndGet(double value, DoubleBinaryOperator combine) {
    return updateAndGet(before -> combine.applyAsDouble(before, value));
  }

  /** {@return the number, and its memory; only the latter if that is closed} */
  @Override
  public String toString() {
    return memory().isOpen()
        ? "SharedDouble[%s, offset=%d, %s]".formatted(get(), offset(), memory())
        : "SharedDouble[offset=%d, %s]".formatted(offset(), memory());
  }
}
