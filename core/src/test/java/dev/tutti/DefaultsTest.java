package dev.tutti;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tutti.plan.Cpus;
import dev.tutti.plan.Defaults;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

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
