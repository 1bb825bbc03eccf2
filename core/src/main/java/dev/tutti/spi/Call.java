package dev.tutti.spi;

import dev.tutti.plan.CallOptions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One function and the items that it is applied to: a submitted task (one item), or a bulk call.
 *
 * @since 0.1
 */
public abstract class Call {
  private final Body body;
  private final Object function;
  private final CallOptions options;
  private volatile @Nullable Object form;

  /**
   * For the engine.
   *
   * @param body in which way the function is called
   * @param function the function
   * @param options what the call is to keep to
   */
  protected Call(Body body, Object function, CallOptions options) {
    this.body = Objects.requireNonNull(body, "body");
    this.function = Objects.requireNonNull(function, "function");
    this.options = Objects.requireNonNull(options, "options");
  }

  /** {@return in which way the function is called} */
  public final Body body() {
    return body;
  }

  /** {@return the function} */
  public final Object function() {
    return function;
  }

  /**
   * {@return what the call is to keep to} The group tells the engine when an attempt has run for
   * longer than the time-out; all else is the engine's.
   */
  public final CallOptions options() {
    return options;
  }

  /** {@return whether somebody asks how long each element of a pack has run} */
  public boolean isTimed() {
    return true;
  }

  /**
   * {@return what the group kept of this call when it {@linkplain WorkerGroup#admit admitted} it,
   * such as its bytes}
   */
  public final @Nullable Object form() {
    return form;
  }

  /**
   * Keeps the group's own form of this call.
   *
   * @param form the form
   */
  public final void form(@Nullable Object form) {
    this.form = form;
  }
}
