package dev.tutti.origin;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which classes each process finds by their names: those of the JDK, the class path and the module
 * path, and Tutti's own.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
public final class Everywhere {
  private static final ClassLoader SYSTEM = ClassLoader.getSystemClassLoader();
  private static final ClassLoader OURS = ours();
  private static final List<ClassLoader> LOADERS = loaders();

  private Everywhere() {}

  /** Workers mostly find Tutti by their boot class path: then it has no loader. */
  private static ClassLoader ours() {
    ClassLoader own = Everywhere.class.getClassLoader();
    return own == null ? SYSTEM : own;
  }

  private static List<ClassLoader> loaders() {
    List<ClassLoader> all = new ArrayList<>();
    for (ClassLoader each = SYSTEM; each != null; each = each.getParent()) {
      all.add(each);
    }
    return all;
  }

  /**
   * {@return whether other processes do not find a class by its name}
   *
   * @param type any class; of an array its elements' counts
   */
  public static boolean lacks(Class<?> type) {
    ClassLoader loader = type.getClassLoader();
    return loader != null
        && loader != SYSTEM
        && !LOADERS.contains(loader)
        && !(loader == OURS && isOurs(type.getName()));
  }

  private static boolean isOurs(String name) {
    return name.startsWith("dev.tutti.");
  }

  /**
   * {@return the context class loader for code that has come from the process that started this
   * one, where that has the one for the class path, or one that has no name here}
   *
   * @param code what is to run, or runs already
   */
  public static ClassLoader contextOf(Object code) {
    ClassLoader own = code.getClass().getClassLoader();
    return own == null || !lacks(code.getClass()) ? SYSTEM : own;
  }

  /** {@return whether Tutti itself was loaded by a loader that other processes have not} */
  public static boolean lacksOurs() {
    return !LOADERS.contains(OURS);
  }

  /**
   * {@return where names without a number are looked up, in what another process sends back}
   *
   * @param loader that of the function which has gone there; null for that of the JDK
   */
  public static ClassLoader forNames(@Nullable ClassLoader loader) {
    if (loader == null) {
      return SYSTEM;
    }
    return LOADERS.contains(loader) ? loader : OURS; // it has found them on its class path
  }
}
