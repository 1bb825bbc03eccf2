package dev.tutti.memory;

import java.io.IOException;
import java.io.Serial;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/**
 * A {@code long} that all processes which have it change atomically: an {@link
 * java.util.concurrent.atomic.AtomicLong} for processes.
 *
 * {@snippet class=dev.tutti.process.SharedMemorySnippets region=counter lang=java}
 *
 * <p>It is a memory of its own ({@link #create}), a slot of one ({@link SharedMemory#longAt}), or
 * one of an array's numbers ({@link SharedLongs#slot}). It travels as a handle. A memory of its own
 * takes a page and a descriptor; where many are needed, take the slots of one.
 *
 * <p><b>Lifetime.</b> That of its {@code memory()}: {@link #close} closes that, with all that lies
 * in it, in this process.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread of any process.
 *
 * <p><b>Memory consistency.</b> Each access is volatile: what is written before a change is seen by
 * whoever, in whichever process, has read what was changed.
 *
 * <p><b>Failure.</b> As of {@link SharedMemory}. A process that dies leaves the number as it was
 * before or after a change, never between.
 *
 * @since 0.1
 */
public final class SharedLong extends View {
  @Serial private static final long serialVersionUID = 1L;
  private static final VarHandle SLOT = ValueLayout.JAVA_LONG.varHandle();

  SharedLong(SharedMemory memory, long offset) {
    super(memory, offset, 1, Long.BYTES);
  }

  /**
   * Makes a number.
   *
   * @param initial its value
   * @return the number, in a memory of its own
   * @throws IOException if there is no room for it
   */
  public static SharedLong create(long initial) throws IOException {
    SharedLong made = SharedMemory.create(Long.BYTES).longAt(0);
    made.set(initial);
    return made;
  }

  @Override
  ViewForm.Kind kind() {
    return ViewForm.Kind.LONG;
  }

  /** {@return the number} */
  public long get() {
    return kept((long) SLOT.getVolatile(slots(), 0L));
  }

  /**
   * Sets the number.
   *
   * @param value what it becomes
   */
  public void set(long value) {
    SLOT.setVolatile(slots(), 0L, value);
    keep();
  }

  /**
   * Sets the number.
   *
   * @param value what it becomes
   * @return what it was
   */
  public long getAndSet(long value) {
    return kept((long) SLOT.getAndSet(slots(), 0L, value));
  }

  /**
   * Sets the number if it is what is expected.
   *
   * @param expected what it must be
   * @param value what it becomes
   * @return whether it was so
   */
  public boolean compareAndSet(long expected, long value) {
    return kept(SLOT.compareAndSet(slots(), 0L, expected, value));
  }

  /**
   * Adds to the number.
   *
   * @param delta what to add
   * @return what it was
   */
  public long getAndAdd(long delta) {
    return kept((long) SLOT.getAndAdd(slots(), 0L, delta));
  }

  /**
   * Adds to the number.
   *
   * @param delta what to add
   * @return what it is then
   */
  public long addAndGet(long delta) {
    return getAndAdd(delta) + delta;
  }

  /** {@return what the number is after one has been added} */
  public long incrementAndGet() {
    return addAndGet(1);
  }

  /** {@return what the number is after one has been taken away} */
  public long decrementAndGet() {
    return addAndGet(-1);
  }

  /**
   * Changes the number by a function, which may be called more than once.
   *
   * @param change from what it is to what it becomes; without effects of its own
   * @return what it is then
   */
  public long updateAndGet(LongUnaryOperator change) {
    MemorySegment slots = slots();
    while (true) {
      long before = (long) SLOT.getVolatile(slots, 0L);
      long after = change.applyAsLong(before);
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
  public long accumulateAndGet(long value, LongBinaryOperator combine) {
    return updateAndGet(before -> combine.applyAsLong(before, value));
  }

  /** {@return the number, and its memory; only the latter if that is closed} */
  @Override
  public String toString() {
    return memory().isOpen()
        ? "SharedLong[%d, offset=%d, %s]".formatted(get(), offset(), memory())
        : "SharedLong[offset=%d, %s]".formatted(offset(), memory());
  }
}
