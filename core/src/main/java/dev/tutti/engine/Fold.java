package dev.tutti.engine;

import dev.tutti.codec.ElementFailure;
import dev.tutti.task.BiFn;
import dev.tutti.task.Fn;
import dev.tutti.task.WorkerContext;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a worker does with one portion of a reduction: the function on each element, and the values
 * combined from the left. It is sent to workers like any function.
 *
 * @param fn the function; null where the elements are the values
 * @param combiner makes one value of two
 */
record Fold(
    @Nullable Fn<@Nullable Object, @Nullable Object> fn,
    BiFn<@Nullable Object, @Nullable Object, @Nullable Object> combiner)
    implements Fn<@Nullable Object, @Nullable Object> {
  /*
   * A portion travels as one of three things: elements (Object[]), or two numbers: the first of consecutive ints or
   * longs, and the one behind the last (int[], long[]). No record, so no class has to be named for each portion.
   */

  @Override
  public @Nullable Object apply(@Nullable Object portion) throws Exception {
    Object all = Objects.requireNonNull(portion, "portion");
    int count = count(all);
    int i = 0;
    try {
      @Nullable Object sum = valueOf(element(all, 0));
      for (i = 1; i < count; i++) {
        if (isStopped()) {
          throw new InterruptedException("the reduction was stopped");
        }
        sum = combiner.apply(sum, valueOf(element(all, i)));
      }
      return sum;
    } catch (OutOfMemoryError | InterruptedException e) {
      throw e; // the worker looks for these
    } catch (Exception | Error e) {
      if (count == 1) {
        throw e;
      }
      throw new ElementFailure(i, e);
    }
  }

  /** A flag that the function itself has left is not meant for this. */
  private static boolean isStopped() {
    return Thread.currentThread().isInterrupted()
        && WorkerContext.CURRENT.isBound()
        && WorkerContext.CURRENT.get().isCancelled();
  }

  private @Nullable Object valueOf(@Nullable Object element) throws Exception {
    return fn == null ? element : fn.apply(element);
  }

  /** {@return how many elements a portion has} */
  static int count(Object portion) {
    // No switch over types: its first use costs a JVM that starts some milliseconds.
    if (portion instanceof Object[] elements) {
      return elements.length;
    }
    return portion instanceof int[] ints
        ? ints[1] - ints[0]
        : (int) (((long[]) portion)[1] - ((long[]) portion)[0]);
  }

  /** {@return one element of a portion} */
  static @Nullable Object element(Object portion, int i) {
    if (portion instanceof Object[] elements) {
      return elements[i];
    }
    return portion instanceof int[] ints
        ? (Object) (ints[0] + i)
        : (Object) (((long[]) portion)[0] + i);
  }
}
