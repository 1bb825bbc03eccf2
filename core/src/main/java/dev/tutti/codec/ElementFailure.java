package dev.tutti.codec;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * What one of several elements that a worker had together has thrown, with which it was. If that
 * exception cannot be sent, its substitute travels in its place.
 */
public final class ElementFailure extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  /** Which element, from 0. */
  private final int element;

  /** What it has thrown; null only while it is read. */
  private transient @Nullable Throwable failure;

  /**
   * Makes the exception.
   *
   * @param element which element, from 0
   * @param failure what it has thrown
   */
  public ElementFailure(int element, Throwable failure) {
    super("element " + element + " of several", null, false, false);
    this.element = element;
    this.failure = failure;
  }

  /** {@return which element, from 0} */
  public int element() {
    return element;
  }

  /** {@return what the element has thrown} */
  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized") // it is set before anybody can ask
  public @Nullable Throwable getCause() {
    return failure;
  }

  @Serial
  private void writeObject(ObjectOutputStream out) throws IOException {
    out.defaultWriteObject();
    out.writeObject(failure == null ? null : FailureCodec.sendable(failure));
  }

  @Serial
  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    if (element < 0 || !(in.readObject() instanceof Throwable thrown)) {
      throw new InvalidObjectException("failure of an element without its exception");
    }
    failure = thrown;
  }
}
