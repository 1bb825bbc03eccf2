package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.Pool;
import dev.tutti.plan.Cpus;
import dev.tutti.plan.DataSize;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class ProcessOptionsTest {
  private static final ProcessOptions DEFAULTS = ProcessOptions.DEFAULTS;

  /** By default there is a worker for each processor, and everything else is inherited. */
  @Test
  void defaults_always_inherit() {
    assertThat(DEFAULTS.workers()).isEqualTo(Cpus.available());
    assertThat(DEFAULTS.jvm().heap()).isEmpty();
    assertThat(DEFAULTS.jvm().flags()).isEmpty();
    assertThat(DEFAULTS.jvm().environment()).isEmpty();
    assertThat(DEFAULTS.jvm().directory()).isEmpty();
    assertThat(DEFAULTS.jvm().java()).isEmpty();
    assertThat(DEFAULTS.jvm().classPath()).isEmpty();
    assertThat(DEFAULTS.grace()).isEqualTo(Duration.ofSeconds(1));
    assertThat(DEFAULTS.output()).isEqualTo(WorkerOutput.INHERIT);
    assertThat(DEFAULTS.backend()).isEqualTo("processes");
  }

  /** Each wither changes its own part and leaves all others. */
  @Test
  void with_each_changesItsOwnPart() {
    ProcessOptions all =
        DEFAULTS
            .withWorkers(3)
            .withHeap(DataSize.mib(64))
            .withJvmFlags("-Xint")
            .withEnvironment(Map.of("A", "1"))
            .withDirectory(Path.of("/tmp"))
            .withJava(Path.of("/opt/java"))
            .withClassPath(List.of(Path.of("x.jar")))
            .withGrace(Duration.ofMillis(5))
            .withOutput(WorkerOutput.STDERR)
            .withResults(ResultFilter.onlyThese());
    assertThat(all.workers()).isEqualTo(3);
    assertThat(all.jvm().heap()).contains(DataSize.mib(64));
    assertThat(all.jvm().flags()).containsExactly("-Xint");
    assertThat(all.jvm().environment()).containsExactly(Map.entry("A", "1"));
    assertThat(all.jvm().directory()).contains(Path.of("/tmp"));
    assertThat(all.jvm().java()).contains(Path.of("/opt/java"));
    assertThat(all.jvm().classPath()).containsExactly(Path.of("x.jar"));
    assertThat(all.grace()).isEqualTo(Duration.ofMillis(5));
    assertThat(all.output()).isEqualTo(WorkerOutput.STDERR);
    assertThat(all.results()).isEqualTo(ResultFilter.onlyThese());
    assertThat(DEFAULTS.results()).isEqualTo(ResultFilter.DEFAULTS);
    assertThat(DEFAULTS.jvm().flags()).isEmpty();
    WorkerJvm jvm = WorkerJvm.DEFAULTS.withMetaspace(DataSize.mib(64)).withDirect(DataSize.mib(8));
    assertThat(all.withJvm(jvm).jvm()).isEqualTo(jvm);
    assertThat(jvm.metaspace()).contains(DataSize.mib(64));
    assertThat(jvm.direct()).contains(DataSize.mib(8));
  }

  /** Values that no pool can have are refused with the rule and the value. */
  @Test
  void with_wrongValue_namesRuleAndValue() {
    assertThatThrownBy(() -> DEFAULTS.withWorkers(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("workers must be >= 1: workers=0");
    assertThatThrownBy(() -> DEFAULTS.withHeap(DataSize.kib(2_047)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("heap must be >= 2 MiB: heap=2047 KiB");
    assertThatThrownBy(() -> DEFAULTS.withGrace(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("grace must not be negative: grace=PT-0.001S");
    assertThatThrownBy(() -> Pool.processes(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Pool.processes(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThat(DEFAULTS.withGrace(Duration.ZERO).grace()).isZero();
    assertThat(DEFAULTS.withHeap(DataSize.mib(2)).jvm().heap()).contains(DataSize.mib(2));
  }

  /** What is given later to the lists of the caller does not reach the options. */
  @Test
  void with_mutableCollections_areCopied() {
    Map<String, String> variables = new HashMap<>(Map.of("A", "1"));
    List<Path> entries = new ArrayList<>(List.of(Path.of("a.jar")));
    ProcessOptions options = DEFAULTS.withEnvironment(variables).withClassPath(entries);
    variables.put("B", "2");
    entries.clear();
    assertThat(options.jvm().environment()).containsOnlyKeys("A");
    assertThat(options.jvm().classPath()).hasSize(1);
  }

  /** No part may be null. */
  @Test
  void with_null_isRefused() {
    assertThatThrownBy(() -> DEFAULTS.withHeap(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> DEFAULTS.withJava(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> DEFAULTS.withOutput(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> DEFAULTS.withGrace(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> DEFAULTS.withJvmFlags("-Xint", null))
        .isInstanceOf(NullPointerException.class);
  }
}
