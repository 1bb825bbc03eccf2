package dev.tutti.spi;

import dev.tutti.task.BiAction;
import dev.tutti.task.BiFn;
import dev.tutti.task.Fn;
import dev.tutti.task.ItemAction;
import dev.tutti.task.Pair;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * In which way the function of a call is called. An object can be several of these at once, so the
 * way in which it was submitted decides.
 *
 * @since 0.1
 */
public enum Body {
  /** A {@link Callable}: no item, a result. */
  CALLABLE {
    @Override
    public @Nullable Object invoke(Object function, @Nullable Object item) throws Exception {
      return ((Callable<?>) function).call();
    }
  },
  /** A {@link Runnable}: no item, no result. */
  RUNNABLE {
    @Override
    public @Nullable Object invoke(Object function, @Nullable Object item) {
      ((Runnable) function).run();
      return null;
    }
  },
  /** A {@link Fn}: an item, a result. */
  FN {
    @Override
    @SuppressWarnings("unchecked") // the front door paired this function with items of its type
    public @Nullable Object invoke(Object function, @Nullable Object item) throws Exception {
      return ((Fn<@Nullable Object, @Nullable Object>) function).apply(item);
    }
  },
  /** An {@link ItemAction}: an item, no result. */
  ITEM_ACTION {
    @Override
    @SuppressWarnings("unchecked") // as above
    public @Nullable Object invoke(Object function, @Nullable Object item) throws Exception {
      ((ItemAction<@Nullable Object>) function).accept(item);
      return null;
    }
  },
  /** A {@link BiFn}: an item that is a {@link Pair}, a result. */
  BI_FN {
    @Override
    @SuppressWarnings("unchecked") // as above
    public @Nullable Object invoke(Object function, @Nullable Object item) throws Exception {
      Pair<?, ?> pair = (Pair<?, ?>) Objects.requireNonNull(item, "item");
      return ((BiFn<@Nullable Object, @Nullable Object, @Nullable Object>) function)
          .apply(pair.first(), pair.second());
    }
  },
  /** A {@link BiAction}: an item that is a {@link Pair}, no result. */
  BI_ACTION {
    @Override
    @SuppressWarnings("unchecked") // as above
    public @Nullable Object invoke(Object function, @Nullable Object item) throws Exception {
      Pair<?, ?> pair = (Pair<?, ?>) Objects.requireNonNull(item, "item");
      ((BiAction<@Nullable Object, @Nullable Object>) function).accept(pair.first(), pair.second());
      return null;
    }
  };

  /** {@return whether the function is called with an item} */
  public boolean hasItem() {
    return this != CALLABLE && this != RUNNABLE;
  }

  /** {@return whether the function has a result} */
  public boolean hasResult() {
    return this == CALLABLE || this == FN || this == BI_FN;
  }

  /**
   * Calls the function.
   *
   * @param function the function, of the type that this constant names
   * @param item the item; not looked at where there is none
   * @return the result; null where there is none
   * @throws Exception what the function throws
   */
  public abstract @Nullable Object invoke(Object function, @Nullable Object item) throws Exception;
}
