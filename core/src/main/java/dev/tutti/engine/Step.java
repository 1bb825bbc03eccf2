package dev.tutti.engine;

import dev.tutti.spi.Body;
import dev.tutti.task.Pair;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What a node of a graph does: its function, and where the argument comes from. */
public final class Step {
  private final Body body;
  private final Object function;
  private final @Nullable Object item;
  private final int[] inputs;
  private final boolean listed;

  private Step(Body body, Object function, @Nullable Object item, int[] inputs, boolean listed) {
    this.body = body;
    this.function = Objects.requireNonNull(function, "function");
    this.item = item;
    this.inputs = inputs;
    this.listed = listed;
  }

  /**
   * {@return a step without an argument}
   *
   * @param task the function
   */
  public static Step task(Object task) {
    return new Step(Body.CALLABLE, task, null, new int[0], false);
  }

  /**
   * {@return a step whose argument is known}
   *
   * @param fn the function
   * @param item the argument
   */
  public static Step item(Object fn, @Nullable Object item) {
    return new Step(Body.FN, fn, item, new int[0], false);
  }

  /**
   * {@return a step whose argument is the value of another node}
   *
   * @param fn the function
   * @param input the number of that node
   */
  public static Step then(Object fn, int input) {
    return new Step(Body.FN, fn, null, new int[] {input}, false);
  }

  /**
   * {@return a step whose arguments are the values of two other nodes}
   *
   * @param fn the function
   * @param first the number of one of them
   * @param second the number of the other
   */
  public static Step both(Object fn, int first, int second) {
    return new Step(Body.BI_FN, fn, null, new int[] {first, second}, false);
  }

  /**
   * {@return a step whose argument is the list of the values of other nodes}
   *
   * @param fn the function
   * @param inputs the numbers of those nodes
   */
  public static Step all(Object fn, int[] inputs) {
    return new Step(Body.FN, fn, null, inputs.clone(), true);
  }

  /** {@return a word for what this is, for a node without a name} */
  public String word() {
    if (body == Body.CALLABLE) {
      return "task";
    }
    if (body == Body.BI_FN || listed) {
      return "combine";
    }
    return inputs.length == 0 ? "item" : "then";
  }

  /** {@return how many inputs it has} */
  public int inputs() {
    return inputs.length;
  }

  /**
   * {@return the number of the node that an input comes from}
   *
   * @param which the place of the input, from 0
   */
  public int input(int which) {
    return inputs[which];
  }

  /** {@return the numbers of the nodes that the inputs come from} */
  public IntStream inputNodes() {
    return Arrays.stream(inputs);
  }

  Body body() {
    return body;
  }

  Object function() {
    return function;
  }

  /** {@return whether nodes with the same function are items of one call} */
  boolean canShare() {
    return body.hasItem();
  }

  /** {@return what the function is called with, made of the values of the inputs} */
  @Nullable Object argument(IntFunction<@Nullable Object> value) {
    if (listed) {
      @Nullable Object[] all = new Object[inputs.length];
      boolean hasNull = false;
      for (int i = 0; i < inputs.length; i++) {
        all[i] = value.apply(inputs[i]);
        hasNull |= all[i] == null;
      }
      return hasNull ? Collections.unmodifiableList(Arrays.asList(all)) : List.of(all);
    }
    return switch (inputs.length) {
      case 0 -> item;
      case 1 -> value.apply(inputs[0]);
      default ->
          new Pair<@Nullable Object, @Nullable Object>(
              value.apply(inputs[0]), value.apply(inputs[1]));
    };
  }
}
