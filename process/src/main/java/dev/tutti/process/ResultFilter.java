package dev.tutti.process;

import dev.tutti.codec.Filters;
import dev.tutti.codec.ValueFilter;
import dev.tutti.plan.DataSize;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * What a pool takes from its worker processes as a result or an exception: which classes, and how
 * much.
 *
 * {@snippet class=dev.tutti.process.ProcessSnippets region=results lang=java}
 *
 * <p>By default these classes may come: all that the task's own class sees and that are no part of
 * the JDK, and the plain values of the JDK, such as numbers, text, times, collections, exceptions.
 * {@link #allow} adds others, {@link #onlyThese} takes away all that are not named. Null, numbers,
 * text, paths, optional values, buffers, {@code ArrayList}, plain exceptions and arrays of all
 * these may always come. If the program has a filter of its own ({@code jdk.serialFilter}), that
 * has to agree.
 *
 * <p>Depth, references and bytes are bounded; arrays and hash tables may claim room only for what
 * can have come; JDK collections that hold each other so often that to hash them would take for
 * ever are refused. What cannot be bounded before it runs is the code of a class itself: its {@code
 * readObject}, {@code equals} and {@code hashCode} run in the pool's JVM, with all that they do. If
 * reading one value takes longer than {@code maxTime}, its item fails and the pool goes on with
 * another thread; the thread that reads is interrupted, and lives on for as long as that code runs.
 *
 * <p><b>Failure.</b> An item whose result is refused fails with a {@link
 * dev.tutti.task.NotSendableException} that names the class and the way out. An exception that is
 * refused arrives as a {@link dev.tutti.task.SubstituteException}.
 *
 * @param usual whether the classes of the default may come
 * @param classes the names of further classes that may come
 * @param maxDepth how deep objects may hold objects, at least 1
 * @param maxReferences how many objects and references there may be, at least 1
 * @param maxBytes how many bytes a result may take, with its large arrays, at least 1
 * @param maxTime how long reading a result may take, more than zero
 * @since 0.1
 */
public record ResultFilter(
    boolean usual,
    Set<String> classes,
    int maxDepth,
    long maxReferences,
    DataSize maxBytes,
    Duration maxTime) {
  /** The usual classes; as much as memory can hold, and a minute to read it. */
  public static final ResultFilter DEFAULTS =
      new ResultFilter(
          true,
          Set.of(),
          ValueFilter.DEPTH,
          ValueFilter.REFERENCES,
          DataSize.gib(1_024),
          Duration.ofMinutes(1));

  /** What a {@code ConcurrentHashMap} is written with, though nothing of it is used. */
  private static final Set<String> IN_CONCURRENT_MAPS =
      Set.of(
          "java.util.concurrent.ConcurrentHashMap$Segment",
          "java.util.concurrent.locks.ReentrantLock",
          "java.util.concurrent.locks.ReentrantLock$Sync",
          "java.util.concurrent.locks.ReentrantLock$NonfairSync",
          "java.util.concurrent.locks.AbstractQueuedSynchronizer",
          "java.util.concurrent.locks.AbstractOwnableSynchronizer");

  /** Makes the filter. */
  public ResultFilter {
    classes = Set.copyOf(classes);
    Checks.require(maxDepth >= 1, "maxDepth must be >= 1: maxDepth=" + maxDepth);
    Checks.require(
        maxReferences >= 1, "maxReferences must be >= 1: maxReferences=" + maxReferences);
    Checks.require(maxBytes.bytes() >= 1, "maxBytes must be >= 1: maxBytes=" + maxBytes);
    Checks.require(maxTime.isPositive(), "maxTime must be positive: maxTime=" + maxTime);
  }

  /**
   * {@return a filter that takes no classes but some}
   *
   * @param types the classes; what they extend may come too
   */
  public static ResultFilter onlyThese(Class<?>... types) {
    ResultFilter none =
        new ResultFilter(
            false,
            Set.of(),
            DEFAULTS.maxDepth,
            DEFAULTS.maxReferences,
            DEFAULTS.maxBytes,
            DEFAULTS.maxTime);
    return none.allow(types);
  }

  /**
   * {@return this filter with further classes}
   *
   * @param types the classes; what they extend may come too
   */
  public ResultFilter allow(Class<?>... types) {
    Set<String> all = new LinkedHashSet<>(classes);
    Stream.of(types)
        .map(ResultFilter::element)
        .flatMap(type -> Stream.<Class<?>>iterate(type, Objects::nonNull, Class::getSuperclass))
        .filter(type -> type != Object.class)
        .forEach(type -> all.add(type.getName()));
    if (all.contains(ConcurrentHashMap.class.getName())) {
      all.addAll(IN_CONCURRENT_MAPS);
    }
    return new ResultFilter(usual, all, maxDepth, maxReferences, maxBytes, maxTime);
  }

  private static Class<?> element(Class<?> type) {
    return type.isArray() ? element(type.getComponentType()) : type;
  }

  /**
   * {@return this filter with another bound on depth}
   *
   * @param most how deep objects may hold objects, at least 1
   */
  public ResultFilter withMaxDepth(int most) {
    return new ResultFilter(usual, classes, most, maxReferences, maxBytes, maxTime);
  }

  /**
   * {@return this filter with another bound on the number of objects and references}
   *
   * @param most how many, at least 1
   */
  public ResultFilter withMaxReferences(long most) {
    return new ResultFilter(usual, classes, maxDepth, most, maxBytes, maxTime);
  }

  /**
   * {@return this filter with another bound on size}
   *
   * @param most how many bytes a result may take, at least 1
   */
  public ResultFilter withMaxBytes(DataSize most) {
    return new ResultFilter(usual, classes, maxDepth, maxReferences, most, maxTime);
  }

  /**
   * {@return this filter with another bound on the time that reading takes}
   *
   * @param most how long reading a result may take, more than zero
   */
  public ResultFilter withMaxTime(Duration most) {
    return new ResultFilter(usual, classes, maxDepth, maxReferences, maxBytes, most);
  }

  /** {@return this filter as the reader of values takes it} */
  ValueFilter toValueFilter() {
    return toValueFilter("return something else, or allow it: ProcessOptions.withResults(%s)");
  }

  /**
   * {@return this filter as the reader of values takes it}
   *
   * @param wayOut what to do about a class that is refused, with %s for a filter that allows it
   */
  ValueFilter toValueFilter(String wayOut) {
    String wider = (usual ? "ResultFilter.DEFAULTS" : "filter") + ".allow(%s.class)";
    return new ValueFilter(
        this::takes, maxDepth, maxReferences, maxBytes.bytes(), wayOut.replace("%s", wider));
  }

  private boolean takes(Class<?> type) {
    return Filters.isBasic(type)
        || (usual && Filters.isUsual(type))
        || classes.contains(type.getName());
  }
}
