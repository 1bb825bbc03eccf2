package dev.tutti.stress;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;

/**
 * Has a model checker try interleavings of methods of a class, called by several threads, and
 * compare what they return with what they may return one after another.
 */
public final class Model {
  private static final int SHORT = Integer.getInteger("tutti.model.invocations", 60);
  private static final int LONG = Math.max(SHORT, 2_000);

  /** More rounds than any loop has that ends by itself: there are places for 64 processes. */
  private static final int LOOP_BOUND = 500;

  private Model() {}

  /**
   * {@return what is wrong with a model that should be right; empty if nothing was found}
   *
   * @param model has a public constructor, which sets it up, and methods without arguments
   * @param results has the same methods, which return what they may return one after another
   * @param calls the names of the methods that each thread calls, with blanks between them
   */
  public static String check(Class<?> model, Class<?> results, String... calls) {
    return check(SHORT, model, results, "", calls);
  }

  /**
   * {@return what is wrong with a model that should be right, also when all threads have come to
   * their ends}
   *
   * @param model as above
   * @param results as above
   * @param end the name of the method that is called then
   * @param calls as above
   */
  public static String checkToEnd(Class<?> model, Class<?> results, String end, String... calls) {
    return check(SHORT, model, results, end, calls);
  }

  /**
   * {@return what is wrong with a model that is wrong, for which more is tried}
   *
   * @param model as above
   * @param results as above
   * @param calls as above
   */
  public static String findFault(Class<?> model, Class<?> results, String... calls) {
    return check(LONG, model, results, "", calls);
  }

  private static String check(
      int invocations, Class<?> model, Class<?> results, String end, String... calls) {
    ExecutionScenario scenario =
        new ExecutionScenario(
            List.of(),
            Arrays.stream(calls).map(names -> actors(model, names)).toList(),
            actors(model, end),
            null);
    try {
      new ModelCheckingOptions()
          .iterations(0)
          .invocationsPerIteration(invocations)
          .loopBound(LOOP_BOUND)
          .minimizeFailedScenario(false)
          .sequentialSpecification(results)
          .addCustomScenario(scenario)
          .check(model);
      return "";
    } catch (LincheckAssertionError found) {
      return String.valueOf(found.getMessage());
    }
  }

  private static List<Actor> actors(Class<?> model, String names) {
    return names.isEmpty()
        ? List.of()
        : Arrays.stream(names.split(" ", -1)).map(name -> actor(model, name)).toList();
  }

  private static Actor actor(Class<?> model, String name) {
    try {
      Method method = model.getMethod(name);
      return new Actor(method, List.of());
    } catch (NoSuchMethodException e) {
      throw new IllegalArgumentException("a model must have the method: method=" + name, e);
    }
  }
}
