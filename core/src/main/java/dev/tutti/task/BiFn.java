package dev.tutti.task;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A function of two arguments that may throw a checked exception and can be sent to another
 * process: one element of each of two inputs, or two values that are to become one.
 *
 * {@snippet class=dev.tutti.BulkSnippets region=biFn lang=java}
 *
 * @param <A> the type of the first argument
 * @param <B> the type of the second argument
 * @param <R> the type of the result
 * @since 0.1
 */
@FunctionalInterface
public interface BiFn<
        A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
    extends Serializable {
  /**
   * Applies the function.
   *
   * @param first the first argument
   * @param second the second argument
   * @return the result for both
   * @throws Exception if these two fail; other items are not touched by it
   */
  R apply(A first, B second) throws Exception;
}
