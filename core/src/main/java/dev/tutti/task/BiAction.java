package dev.tutti.task;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Work on two items, one of each of two inputs, without a result, which may throw a checked
 * exception and can be sent to another process.
 *
 * {@snippet class=dev.tutti.BulkSnippets region=biAction lang=java}
 *
 * @param <A> the type of the first item
 * @param <B> the type of the second item
 * @since 0.1
 */
@FunctionalInterface
public interface BiAction<A extends @Nullable Object, B extends @Nullable Object>
    extends Serializable {
  /**
   * Works on two items.
   *
   * @param first an element of the first input
   * @param second the element of the second input at the same place
   * @throws Exception if these two fail; other items are not touched by it
   */
  void accept(A first, B second) throws Exception;
}
