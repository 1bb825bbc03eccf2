package dev.tutti.plan;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What holds where a call does not say it: for {@link dev.tutti.Pool#open()}, for the pools that
 * are asked for without a number, and for the time-out of tasks.
 *
 * {@snippet class=dev.tutti.PlanSnippets region=defaults lang=java}
 *
 * <p>Each is looked for in this order: what the call itself says; the scoped value {@link #CURRENT}
 * of the thread; the system property; what is built in. A pool looks when it is opened and keeps to
 * that. {@link dev.tutti.Pool#shared} and the pool that chooses are opened by the first who asks
 * for them, and have the number of workers and the idle time that hold there; their time-out is
 * that of each who asks.
 *
 * <p>The time-out holds for all tasks and calls of a pool whose own options name none, of {@link
 * dev.tutti.Pool#with} too; {@code ChronoUnit.FOREVER.getDuration()} is none. Where a pool chooses,
 * as {@code Parallel.map} does, a time-out is a wall: its calls go to worker processes then, where
 * what cannot be sent is refused. Options that are made in code, such as {@code
 * ProcessOptions.DEFAULTS}, say how many workers there are: {@code tutti.workers} does not hold for
 * them.
 *
 * <table>
 * <caption>The defaults</caption>
 * <tr><th>property</th><th>value</th><th>built in</th></tr>
 * <tr><td>{@code tutti.backend}</td><td>{@code sequential}, {@code threads}, {@code virtual},
 *   {@code processes}, {@code auto}</td><td>{@code threads}</td></tr>
 * <tr><td>{@code tutti.workers}</td><td>a number; -1 is all processors, -2 all but one</td>
 *   <td>-1</td></tr>
 * <tr><td>{@code tutti.timeout}</td><td>such as {@code 30s}, {@code 500ms}, {@code 2m}</td>
 *   <td>none</td></tr>
 * <tr><td>{@code tutti.idle}</td><td>the same; after how long without work a worker of the shared
 *   pool leaves</td><td>{@code 60s}</td></tr>
 * </table>
 *
 * @param backend the name of the backend
 * @param workers how many workers at most, at least 1
 * @param timeout how long one attempt of a task may run
 * @param idle after how long without work a worker of the shared pool leaves
 * @since 0.1
 */
public record Defaults(
    Optional<String> backend,
    OptionalInt workers,
    Optional<Duration> timeout,
    Optional<Duration> idle) {
  /** Nothing that is not built in. */
  public static final Defaults NONE =
      new Defaults(Optional.empty(), OptionalInt.empty(), Optional.empty(), Optional.empty());

  /** The defaults of a thread. Bind it to have others for a part of a program. */
  public static final ScopedValue<Defaults> CURRENT = ScopedValue.newInstance();

  /** After how long without work a worker of the shared pool leaves, if nobody says it. */
  public static final Duration BUILT_IN_IDLE = Duration.ofSeconds(60);

  private static final String BUILT_IN_BACKEND = "threads";

  /** Compiled when it is needed: most programs set no time, and all have this class initialised. */
  private static final String TIME = "(\\d{1,9})(ms|s|m|h)";

  /** Makes defaults. */
  public Defaults {
    Objects.requireNonNull(backend, "backend");
    Checks.require(workers.orElse(1) >= 1, "workers must be >= 1: workers=%d", workers.orElse(1));
    timeout.ifPresent(
        d -> Checks.require(!d.isNegative(), "timeout must not be negative: timeout=%s", d));
    idle.ifPresent(d -> Checks.require(d.isPositive(), "idle must be positive: idle=%s", d));
  }

  /**
   * {@return what holds on this thread: the scoped value, and the system properties for what it
   * does not say}
   *
   * @throws IllegalArgumentException if a property has a value that makes no sense
   */
  public static Defaults current() {
    Defaults properties = ofProperties();
    return CURRENT.isBound() ? CURRENT.get().orElse(properties) : properties;
  }

  /**
   * {@return what the system properties say}
   *
   * @throws IllegalArgumentException if one has a value that makes no sense
   */
  public static Defaults ofProperties() {
    Optional<Integer> workers = property("tutti.workers", Defaults::workersOf);
    return new Defaults(
        property("tutti.backend", (_, text) -> text),
        workers.isPresent() ? OptionalInt.of(workers.get()) : OptionalInt.empty(),
        property("tutti.timeout", Defaults::timeOf),
        property("tutti.idle", Defaults::timeOf));
  }

  private static <T> Optional<T> property(String name, BiFunction<String, String, T> read) {
    return Optional.ofNullable(System.getProperty(name))
        .filter(text -> !text.isBlank())
        .map(text -> read.apply(name, text.strip()));
  }

  private static Integer workersOf(String name, String text) {
    try {
      int count = Integer.parseInt(text);
      if (count != 0) {
        return Cpus.counted(count);
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(unreadable(name, text, "a number such as 4 or -1"), e);
    }
    throw new IllegalArgumentException(unreadable(name, text, "a number such as 4 or -1"));
  }

  private static Duration timeOf(String name, String text) {
    Matcher parts = Pattern.compile(TIME).matcher(text);
    if (!parts.matches() || Long.parseLong(parts.group(1)) == 0) {
      throw new IllegalArgumentException(unreadable(name, text, "a time such as 30s or 500ms"));
    }
    long number = Long.parseLong(parts.group(1));
    TimeUnit unit =
        switch (parts.group(2)) {
          case "ms" -> TimeUnit.MILLISECONDS;
          case "m" -> TimeUnit.MINUTES;
          case "h" -> TimeUnit.HOURS;
          default -> TimeUnit.SECONDS;
        };
    return Duration.of(number, unit.toChronoUnit());
  }

  private static String unreadable(String name, String text, String wanted) {
    return "system property %s must be %s: %s=%s".formatted(name, wanted, name, text);
  }

  /**
   * {@return these defaults, and others for what they do not say}
   *
   * @param others the others
   */
  public Defaults orElse(Defaults others) {
    return new Defaults(
        backend.or(others::backend),
        workers.isPresent() ? workers : others.workers,
        timeout.or(others::timeout),
        idle.or(others::idle));
  }

  /** {@return the name of the backend, or the one that is built in} */
  public String backendName() {
    return backend.orElse(BUILT_IN_BACKEND);
  }

  /** {@return how many workers, or one for each processor} */
  public int workerCount() {
    return workers.orElseGet(Cpus::available);
  }

  /** {@return options of a call with the time-out, if there is one} */
  public CallOptions callOptions() {
    return timeout.map(CallOptions.DEFAULTS::withTimeout).orElse(CallOptions.DEFAULTS);
  }

  /**
   * {@return these defaults with another backend}
   *
   * @param name its name, such as {@code processes}
   */
  public Defaults withBackend(String name) {
    return new Defaults(Optional.of(Objects.requireNonNull(name, "name")), workers, timeout, idle);
  }

  /**
   * {@return these defaults with another number of workers}
   *
   * @param number how many at most, at least 1
   */
  public Defaults withWorkers(int number) {
    return new Defaults(backend, OptionalInt.of(number), timeout, idle);
  }

  /**
   * {@return these defaults with a time-out}
   *
   * @param limit how long one attempt of a task may run, not negative
   */
  public Defaults withTimeout(Duration limit) {
    return new Defaults(
        backend, workers, Optional.of(Objects.requireNonNull(limit, "limit")), idle);
  }

  /**
   * {@return these defaults with another time after which a worker of the shared pool leaves}
   *
   * @param time how long it stays without work, positive
   */
  public Defaults withIdle(Duration time) {
    return new Defaults(
        backend, workers, timeout, Optional.of(Objects.requireNonNull(time, "time")));
  }
}
