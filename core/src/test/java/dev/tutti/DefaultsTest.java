package dev.tutti;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tutti.plan.CallOptions;
import dev.tutti.plan.Cpus;
import dev.tutti.plan.Defaults;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskTimeoutException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the call says, the scoped value, the property, what is built in: in this order. */
@Tag("unit")
final class DefaultsTest {
  private static <T> T with(Map<String, String> properties, Callable<T> action) throws Exception {
    properties.forEach(System::setProperty);
    try {
      return action.call();
    } finally {
      properties.keySet().forEach(System::clearProperty);
    }
  }

  private static int workers() {
    try (Pool pool = Pool.threads()) {
      return pool.workers();
    }
  }

  @Test
  void threads_scopedValueBeforeProperty_propertyBeforeBuiltIn() throws Exception {
    Map<String, String> five = Map.of("tutti.workers", "5");
    assertThat(workers()).isEqualTo(Cpus.available());
    assertThat(with(five, DefaultsTest::workers)).isEqualTo(5);
    Defaults three = Defaults.NONE.withWorkers(3);
    ScopedValue.Carrier scoped = ScopedValue.where(Defaults.CURRENT, three);
    int inScope = with(five, () -> scoped.call(DefaultsTest::workers));
    assertThat(inScope).isEqualTo(3);
    int said =
        with(
            five,
            () ->
                scoped.call(() -> {
                  try (Pool pool = Pool.threads(7)) {
                    return pool.workers();
                  }
                }));
    assertThat(said).isEqualTo(7);
  }

  /** What a scoped value does not say is looked for in the properties. */
  @Test
  void current_eachIsLookedForByItself() throws Exception {
    Map<String, String> properties =
        Map.of("tutti.workers", "-1", "tutti.timeout", "500ms", "tutti.idle", "2m");
    Defaults scoped = Defaults.NONE.withBackend("virtual").withTimeout(Duration.ofSeconds(3));
    Defaults found =
        with(properties, () -> ScopedValue.where(Defaults.CURRENT, scoped).call(Defaults::current));
    assertThat(found.backend()).contains("virtual");
    assertThat(found.workers()).hasValue(Cpus.all());
    assertThat(found.timeout()).contains(Duration.ofSeconds(3));
    assertThat(found.idle()).contains(Duration.ofMinutes(2));
  }

  @Test
  void open_backendByProperty_isOpened() throws Exception {
    try (Pool usual = Pool.open();
        Pool other = with(Map.of("tutti.backend", "sequential"), () -> Pool.open())) {
      assertThat(usual.toString()).contains("backend=threads");
      assertThat(other.toString()).contains("backend=sequential");
      Thread here = Thread.currentThread();
      assertThat(other.submit(() -> Thread.currentThread() == here).get()).isTrue();
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> with(Map.of("tutti.backend", "unit-testing"), () -> Pool.open()))
        .withMessageContaining("unit-testing");
  }

  /** The time-out holds for tasks and bulk calls of a pool that was opened under it. */
  @Test
  void timeout_byProperty_holdsForTasks() throws Exception {
    try (Pool pool = with(Map.of("tutti.timeout", "7s"), () -> Pool.threads(1))) {
      assertThat(((EnginePool) pool).options().timeout()).contains(Duration.ofSeconds(7));
    }
  }

  /** It holds where a call says other things and no time-out; for ever is none. */
  @Test
  void timeout_callSaysOtherThings_holds() throws Exception {
    Duration seven = Duration.ofSeconds(7);
    CallOptions urgent = CallOptions.DEFAULTS.withPriority(5);
    try (Pool pool = with(Map.of("tutti.timeout", "7s"), () -> Pool.threads(1))) {
      assertThat(timeout(pool.with(urgent))).contains(seven);
      assertThat(timeout(pool.with(urgent.withTimeout(Duration.ofSeconds(1)))))
          .contains(Duration.ofSeconds(1));
      Duration forEver = ChronoUnit.FOREVER.getDuration();
      assertThat(timeout(pool.with(urgent.withTimeout(forEver)))).isEmpty();
      assertThat(pool.submit(() -> timeout(Pool.current())).get()).contains(seven);
      assertThat(timeout(pool.with(urgent).with(CallOptions.DEFAULTS))).contains(seven);
    }
  }

  /** It holds for a node of a graph, too, that has other options of its own. */
  @Test
  @Timeout(60)
  void timeout_nodeSaysOtherThings_holds() throws Exception {
    TaskGraph graph = new TaskGraph();
    Node<Integer> endless =
        graph
            .task(() -> {
              new CountDownLatch(1).await();
              return 1;
            })
            .keepingTo(CallOptions.DEFAULTS.withPriority(5));
    try (Pool pool = with(Map.of("tutti.timeout", "20ms"), () -> Pool.threads(1))) {
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(() -> graph.compute(pool, endless))
          .withCauseInstanceOf(TaskTimeoutException.class);
    }
  }

  /** Who asks for the shared pool first does not decide for the others how long a task may run. */
  @Test
  void timeout_ofSharedPool_isOfWhoAsks() {
    Duration three = Duration.ofSeconds(3);
    Pool first =
        ScopedValue.where(Defaults.CURRENT, Defaults.NONE.withTimeout(three)).call(Pool::auto);
    assertThat(timeout(first)).contains(three);
    assertThat(timeout(Pool.auto())).isEmpty();
    assertThat(Pool.auto()).isSameAs(Pool.auto());
  }

  private static Optional<Duration> timeout(Pool pool) {
    return ((EnginePool) pool).options().timeout();
  }

  /** A property that makes no sense is refused, with its name and its value. */
  @Test
  void current_senselessProperty_isNamed() {
    for (String text : List.of("0", "2.3", "invalid_str")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> with(Map.of("tutti.workers", text), Defaults::current))
          .withMessageContaining("tutti.workers=" + text);
    }
    for (String text : List.of("0s", "7", "-3s", "5 apples")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> with(Map.of("tutti.timeout", text), Defaults::current))
          .withMessageContaining("tutti.timeout=" + text);
    }
  }

  @Test
  void counted_asJoblibCounts() {
    int all = Cpus.available();
    assertThat(Cpus.counted(-1)).isEqualTo(all);
    assertThat(Cpus.counted(-2)).isEqualTo(Math.max(1, all - 1)).isEqualTo(Cpus.allBut(1));
    assertThat(Cpus.counted(Integer.MIN_VALUE)).isEqualTo(1);
    assertThat(Cpus.counted(3)).isEqualTo(3);
    assertThatIllegalArgumentException().isThrownBy(() -> Cpus.counted(0));
    assertThatIllegalArgumentException().isThrownBy(() -> Cpus.allBut(-1));
  }
}
