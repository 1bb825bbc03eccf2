package dev.tutti.codec;

import java.io.ObjectInputFilter;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which classes, and how much, may come from another process. The filter of the whole program, if
 * there is one ({@code jdk.serialFilter}), has to agree; with {@link Filters#tasks} only one that a
 * task has not set.
 *
 * <p>It is asked in both forms of a value, about the same classes.
 *
 * @param classes which classes may come; not asked for primitive types, and asked for an array's
 *     elements
 * @param maxDepth how deep objects may hold objects
 * @param maxReferences how many objects and references there may be
 * @param maxBytes how many bytes a value may take
 * @param wayOut what to do about a class that is refused, with %s for its name
 */
public record ValueFilter(
    Predicate<Class<?>> classes, long maxDepth, long maxReferences, long maxBytes, String wayOut)
    implements ObjectInputFilter {

  /** How deep the values of both directions may be: less than what overflows a thread's stack. */
  public static final int DEPTH = 2_000;

  /** How many references there may be in the values of both directions. */
  public static final long REFERENCES = 50_000_000;

  /** Makes a filter. */
  public ValueFilter {
    Objects.requireNonNull(classes, "classes");
    Objects.requireNonNull(wayOut, "wayOut");
  }

  @Override
  public Status checkInput(FilterInfo info) {
    return refusal(info) == null ? Status.ALLOWED : Status.REJECTED;
  }

  /** {@return why something may not come; null if it may} */
  @Nullable String refusal(FilterInfo info) {
    Class<?> type = info.serialClass();
    if (type != null && !takes(type)) {
      return "%s is outside the filter; %s".formatted(name(type), wayOut.formatted(name(type)));
    }
    if (info.depth() > maxDepth) {
      return "value is too deep: depth=%d most=%d".formatted(info.depth(), maxDepth);
    }
    if (info.references() > maxReferences) {
      return "value has too many references: references=%d most=%d"
          .formatted(info.references(), maxReferences);
    }
    ObjectInputFilter ofProgram = ProgramFilter.current(this);
    if (ofProgram != null && ofProgram.checkInput(info) == Status.REJECTED) {
      return "the program's own filter (jdk.serialFilter) refuses it: class=%s depth=%d references=%d"
          .formatted(type == null ? "-" : type.getName(), info.depth(), info.references());
    }
    return null;
  }

  private boolean takes(Class<?> type) {
    Class<?> element = element(type);
    return element.isPrimitive() || classes.test(element);
  }

  private static String name(Class<?> type) {
    return element(type).getName();
  }

  private static Class<?> element(Class<?> type) {
    Class<?> element = type;
    while (element.isArray()) {
      element = element.getComponentType();
    }
    return Proxy.isProxyClass(element) ? Proxy.class : element; // their own names mean nothing
  }
}
