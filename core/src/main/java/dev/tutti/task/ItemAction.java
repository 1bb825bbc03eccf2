package dev.tutti.task;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Work on one item, without a result, which may throw a checked exception and can be sent to
 * another process.
 *
 * {@snippet class=dev.tutti.TaskSnippets region=itemAction lang=java}
 *
 * @param <A> the type of the item
 * @since 0.1
 */
@FunctionalInterface
public interface ItemAction<A extends @Nullable Object> extends Serializable {
  /**
   * Works on one item.
   *
   * @param item one element of the input
   * @throws Exception if this item fails; the other items are not touched by it
   */
  void accept(A item) throws Exception;
}
