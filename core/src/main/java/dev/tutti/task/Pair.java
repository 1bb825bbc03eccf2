package dev.tutti.task;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Two elements at the same place of two inputs, as one item of a bulk call.
 *
 * {@snippet class=dev.tutti.BulkSnippets region=pair lang=java}
 *
 * @param <A> the type of the first element
 * @param <B> the type of the second element
 * @param first the element of the first input
 * @param second the element of the second input
 * @since 0.1
 */
public record Pair<A extends @Nullable Object, B extends @Nullable Object>(A first, B second)
    implements Serializable {
  /** {@return both, as in {@code (1, a)}} */
  @Override
  public String toString() {
    return "(" + first + ", " + second + ")";
  }
}
