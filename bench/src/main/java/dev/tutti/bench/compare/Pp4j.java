package dev.tutti.bench.compare;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;

/**
 * PP4J's pool of worker JVMs. Its jars are no dependency of this build: they are on the class path
 * where {@code bench/compare} could get them, so everything here is found by name.
 */
final class Pp4j {
  private static final String IMPL = "net.viktorc.pp4j.impl.";

  private Pp4j() {}

  /** Opens a pool with PP4J's own defaults for its processes. */
  static ExecutorService open(int workers) {
    try {
      Object defaults =
          Class.forName(IMPL + "SimpleJavaProcessOptions")
              .getConstructor(long.class)
              .newInstance(0);
      return (ExecutorService)
          Class.forName(IMPL + "JavaProcessPoolExecutor")
              .getConstructors()[0]
              .newInstance(defaults, workers, workers, 0, null, false);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("cannot open PP4J's pool: " + e.getCause(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("PP4J is not on the class path, or another version", e);
    }
  }
}
