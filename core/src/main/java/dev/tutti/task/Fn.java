package dev.tutti.task;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A function of one argument that may throw a checked exception and can be sent to another process.
 * It is what a bulk call applies to each of its items.
 *
 * {@snippet class=dev.tutti.TaskSnippets region=fn lang=java}
 *
 * @param <A> the type of the item
 * @param <R> the type of the result
 * @since 0.1
 */
@FunctionalInterface
public interface Fn<A extends @Nullable Object, R extends @Nullable Object> extends Serializable {
  /**
   * Applies the function.
   *
   * @param item one element of the input
   * @return the result for this item
   * @throws Exception if this item fails; the other items are not touched by it
   */
  R apply(A item) throws Exception;
}
