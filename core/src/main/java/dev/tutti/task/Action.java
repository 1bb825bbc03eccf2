package dev.tutti.task;

import java.io.Serializable;

/**
 * A task without a result, which may throw a checked exception and can be sent to another process.
 *
 * {@snippet class=dev.tutti.TaskSnippets region=action lang=java}
 *
 * @since 0.1
 */
@FunctionalInterface
@SuppressWarnings("FunctionalInterfaceMethodChanged") // run() does the same, for the JDK's callers
public interface Action extends Runnable, Serializable {
  /**
   * Does the work.
   *
   * @throws Exception if the work fails
   */
  void act() throws Exception;

  /**
   * Does the work, for callers that know only {@link Runnable}. What {@link #act} throws passes
   * through as it is, a checked exception too.
   */
  @Override
  default void run() {
    try {
      act();
    } catch (Exception e) {
      throw Unchecked.<RuntimeException>same(e);
    }
  }
}
