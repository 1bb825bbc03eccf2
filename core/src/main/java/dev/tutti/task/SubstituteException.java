package dev.tutti.task;

import java.io.Serial;
import java.util.List;
import java.util.Objects;

/**
 * Stands for an exception of a task that could not cross to this process, because it, or something
 * that it holds, is not serialisable or not known here. It keeps the original's class name, message
 * and stack, and says why the original did not cross; its causes and suppressed exceptions have
 * substitutes too, up to 20 in all. A {@code RetryPolicy} takes it for what it stands for.
 *
 * @since 0.1
 */
public final class SubstituteException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** The class name of the exception that did not cross. */
  private final String originalClass;

  /** Why it did not cross. */
  private final String reason;

  /** The class names of the original's superclasses. */
  private final String[] superclasses;

  /**
   * Makes a substitute.
   *
   * @param originalClass the class name of the exception that did not cross
   * @param text what the original says of itself, as {@link Throwable#toString} gives it
   * @param reason why it did not cross
   * @param stack the stack of the original
   * @param superclasses the class names of the original's superclasses
   */
  public SubstituteException(
      String originalClass,
      String text,
      String reason,
      StackTraceElement[] stack,
      List<String> superclasses) {
    super(text);
    this.originalClass = Objects.requireNonNull(originalClass, "originalClass");
    this.reason = Objects.requireNonNull(reason, "reason");
    this.superclasses = Objects.requireNonNull(superclasses, "superclasses").toArray(new String[0]);
    setStackTrace(stack);
  }

  /** {@return the class name of the exception that did not cross} */
  public String originalClass() {
    return originalClass;
  }

  /** {@return why the original did not cross} */
  public String reason() {
    return reason;
  }

  /** {@return the class names of the original's superclasses, the nearest first} */
  public List<String> superclasses() {
    return List.of(superclasses);
  }

  /**
   * {@return whether the original was one of these, by the names of its class and superclasses}
   *
   * @param type a class of exceptions
   */
  public boolean standsFor(Class<?> type) {
    Objects.requireNonNull(type, "type");
    return originalClass.equals(type.getName()) || superclasses().contains(type.getName());
  }

  @Override
  @SuppressWarnings("OverrideThrowableToString") // the message stays the original's own
  public String toString() {
    return getMessage() + " (did not cross to this process: " + reason + ")";
  }
}
