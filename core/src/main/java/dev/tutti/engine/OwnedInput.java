package dev.tutti.engine;

import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An input that its call closes once it reads no further. On the thread that reads it, so that
 * nobody reads what is being closed.
 *
 * <p><b>Thread safety.</b> It may be closed from any thread, again and again.
 */
public final class OwnedInput implements Iterable<Object> {
  private final Iterable<?> elements;
  private final Runnable close;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Makes an input.
   *
   * @param elements what is read
   * @param close what is done once after that
   */
  public OwnedInput(Iterable<?> elements, Runnable close) {
    this.elements = Objects.requireNonNull(elements, "elements");
    this.close = Objects.requireNonNull(close, "close");
  }

  /** {@return what is read} */
  Iterable<?> elements() {
    return elements;
  }

  @Override
  @SuppressWarnings("unchecked") // elements are only taken out
  public Iterator<Object> iterator() {
    return (Iterator<Object>) elements.iterator();
  }

  /** Closes the input if it is not closed. Throws what that throws. */
  void close() {
    if (closed.compareAndSet(false, true)) {
      close.run();
    }
  }

  /** Closes an input of a call that has failed, if it is to be closed. */
  static void closeAfter(Iterable<?> input, Throwable failure) {
    if (input instanceof OwnedInput owned) {
      try {
        owned.close();
      } catch (RuntimeException | Error e) { // it is told with what came before it
        if (e != failure) {
          failure.addSuppressed(e);
        }
      }
    }
  }
}
