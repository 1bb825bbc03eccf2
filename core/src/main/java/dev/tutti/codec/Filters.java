package dev.tutti.codec;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Predicate;

/** The usual filters. */
public final class Filters {
  /** No lambdas: each of them would make the start of a worker longer. */
  private enum Rule implements Predicate<Class<?>> {
    ANY,
    USUAL,
    BASIC;

    @Override
    public boolean test(Class<?> type) {
      return this == ANY || (this == USUAL ? isUsual(type) : isBasic(type));
    }
  }

  private static final ValueFilter TASKS =
      new ValueFilter(
          Rule.ANY, ValueFilter.DEPTH, ValueFilter.REFERENCES, Long.MAX_VALUE, "allow it");

  private static final ValueFilter OWN_COPIES =
      new ValueFilter(Rule.ANY, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, "allow it");

  private static final ValueFilter RESULTS =
      new ValueFilter(
          Rule.USUAL, ValueFilter.DEPTH, ValueFilter.REFERENCES, Long.MAX_VALUE, "allow it");

  private static final ValueFilter NARROWEST =
      new ValueFilter(
          Rule.BASIC,
          ValueFilter.DEPTH,
          ValueFilter.REFERENCES,
          Long.MAX_VALUE,
          "it is no part of what stands for an exception");

  private static final Set<String> BASIC =
      Set.of(
          "java.lang.Boolean",
          "java.lang.Character",
          "java.lang.Enum",
          "java.lang.Exception",
          "java.lang.Object",
          "java.lang.RuntimeException",
          "java.lang.StackTraceElement",
          "java.lang.String",
          "java.lang.Throwable",
          "java.util.ArrayList", // in what an exception keeps those that it has suppressed
          "java.util.CollSer",
          "java.util.Collections$EmptyList",
          "java.util.ImmutableCollections$ListN");

  /** The predicates below look at names; each class is asked about for each value. */
  private static final ClassValue<Boolean> USUAL =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          return !JdkValues.isOfJdk(type) || JdkValues.isOne(type);
        }
      };

  private static final ClassValue<Boolean> BASIC_ONES =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          return isNeeded(type);
        }
      };

  /** A system property of a process that has no filter of the whole program when it starts. */
  public static final String PROGRAM_HAS_NONE = "tutti.noSerialFilter";

  private Filters() {}

  /**
   * Code of a user is about to run, which may set a filter of the whole program. It is asked from
   * then on, but not about {@link #tasks}.
   */
  public static void programMayHaveOne() {
    ProgramFilter.mayBeSet();
  }

  /**
   * An initialiser has run: a filter of the whole program that it has set is asked about {@link
   * #tasks}, too.
   */
  public static void initialiserHasRun() {
    ProgramFilter.initialiserHasRun();
  }

  /**
   * {@return the filter for what a worker reads from the pool that started it} The pool is the
   * worker's master, so any class may come; only depth and number of references are bounded. A
   * filter of the whole program is asked if a flag, the JDK's settings or an initialiser have set
   * it. The same filter is that of an actor's calls.
   */
  public static ValueFilter tasks() {
    return TASKS;
  }

  /**
   * {@return the filter for what an actor's process reads that one before it has written} It takes
   * all that could be written: a copy that cannot be read is found out when it is too late.
   */
  public static ValueFilter ownCopies() {
    return OWN_COPIES;
  }

  /** {@return a filter for what a pool reads from its workers, with the usual classes} */
  public static ValueFilter results() {
    return RESULTS;
  }

  /** {@return the filter for what stands for an exception} */
  static ValueFilter basic() {
    return NARROWEST;
  }

  /**
   * {@return whether a class may usually come from a worker} All classes that a task sees may, and
   * the plain values of the JDK: numbers, text, times, collections, exceptions. The other parts of
   * the JDK may not: among them are those by which a stream makes its reader run code, such as
   * proxies, method handles, remote objects, naming, management.
   *
   * @param type the class, no array
   */
  public static boolean isUsual(Class<?> type) {
    return USUAL.get(type);
  }

  /**
   * {@return whether a class is needed to read anything at all} These are text and numbers; paths,
   * optional values, buffers and segments of memory, which the JDK does not serialise; what stands
   * for an exception that cannot come itself; and what constants and exceptions extend.
   *
   * @param type the class, no array
   */
  public static boolean isBasic(Class<?> type) {
    return BASIC_ONES.get(type);
  }

  private static boolean isNeeded(Class<?> type) {
    String name = type.getName();
    return BASIC.contains(name)
        || (type.getModule() == Filters.class.getModule() && isOurs(type.getPackageName()))
        || (name.startsWith("java.util.Optional") && JdkValues.isOfJdk(type))
        || (Number.class.isAssignableFrom(type) && type.getPackageName().equals("java.lang"))
        || (JdkValues.isOfJdk(type)
            && (ByteBuffer.class.isAssignableFrom(type)
                || MemorySegment.class.isAssignableFrom(type)
                || Path.class.isAssignableFrom(type)));
  }

  private static boolean isOurs(String name) {
    return name.equals("dev.tutti.task") || name.equals("dev.tutti.codec");
  }
}
