package dev.tutti.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.plan.Batching;
import dev.tutti.plan.Cpus;
import dev.tutti.plan.DataSize;
import dev.tutti.process.ProcessOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What options mean, and how wrong ones are refused. */
@Tag("unit")
class OptionsTest {

  private static void assertUsage(ThrowingCallable call, String message) {
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(call)
        .withMessageContaining(message)
        .satisfies(e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE));
  }

  @Test
  void positive_wrongNumbers_refused() {
    assertThat(Numbers.positive("--files", "3")).isEqualTo(3);
    assertUsage(() -> Numbers.positive("--files", "0"), "--files must be >= 1: files=0");
    assertUsage(() -> Numbers.positive("--files", "-2"), "files=-2");
    assertUsage(() -> Numbers.positive("--workers", "two"), "whole number");
  }

  @Test
  void upTo_wrongNumbers_refused() {
    assertThat(Numbers.upTo(5, "--retries", "0")).isZero();
    assertThat(Numbers.upTo(5, "--retries", " 5 ")).isEqualTo(5);
    for (String wrong : List.of("-1", "6", "2147483648", "99999999999999999999", "1.5", "x", "")) {
      assertUsage(
          () -> Numbers.upTo(5, "--retries", wrong),
          "--retries must be a whole number from 0 to 5: retries=" + wrong);
    }
  }

  /** -1 is all processors, -2 all but one. */
  @Test
  void workers_numbers_countedAsJoblibDoes() {
    assertThat(Numbers.workers("3")).isEqualTo(3);
    assertThat(Numbers.workers("-1")).isEqualTo(Cpus.all());
    assertThat(Numbers.workers("-2")).isEqualTo(Cpus.allBut(1));
    assertThat(Numbers.workers(null)).isEqualTo(Cpus.all());
    assertThat(Numbers.workerCounts("1,-1")).containsExactly(1, Cpus.all());
    assertThat(Numbers.workerCounts(null)).containsExactly(Cpus.all());
    assertUsage(() -> Numbers.workers("0"), "workers=0");
    assertUsage(() -> Numbers.workers("two"), "whole number");
    assertUsage(() -> Numbers.workerCounts("1,,2"), "workers=");
  }

  @Test
  void seconds_wrongNumbers_refused() {
    assertThat(Numbers.seconds("--seconds", "0.5", 100)).isEqualTo(0.5);
    for (String wrong : List.of("0", "-1", "NaN", "Infinity", "101", "long")) {
      assertUsage(() -> Numbers.seconds("--seconds", wrong, 100), "seconds=" + wrong);
    }
  }

  @Test
  void chunks_numbersAndAdaptive_inOrder() {
    assertThat(Numbers.chunks("1,8,adaptive"))
        .containsExactly(Batching.fixed(1), Batching.fixed(8), Batching.adaptive());
    assertUsage(() -> Numbers.chunks("1,some"), "chunk=some");
  }

  @Test
  void list_backends_allOrNamed() {
    assertThat(BackendName.list("all")).containsExactly(BackendName.values());
    assertThat(BackendName.list("threads,processes,threads"))
        .containsExactly(BackendName.THREADS, BackendName.PROCESSES);
    assertUsage(() -> BackendName.list("fibers"), "sequential, threads, virtual, processes");
  }

  @Test
  void options_processes_printToStderr() {
    assertThat(BackendName.PROCESSES.options(3, List.of(Path.of("x"))))
        .isInstanceOfSatisfying(
            ProcessOptions.class,
            options -> {
              assertThat(options.workers()).isEqualTo(3);
              assertThat(options.jvm().classPath()).containsExactly(Path.of("x"));
            });
  }

  @Test
  void parse_source_fileAndMethod(@TempDir Path folder) throws Exception {
    Path file = Files.createFile(folder.resolve("Thumbs.java"));
    assertThat(SourceName.parse(file.toString())).isEqualTo(new SourceName(file, null));
    assertThat(SourceName.parse(file + "::make")).isEqualTo(new SourceName(file, "make"));
    assertThat(SourceName.parse(file.toString()).mainClass()).isEqualTo("Thumbs");
    assertUsage(() -> SourceName.parse(file + "::"), "must follow '::'");
    assertUsage(() -> SourceName.parse("Thumbs.class"), "must be a .java file");
    assertUsage(() -> SourceName.parse(folder.resolve("No.java").toString()), "not there");
  }

  /** Times and sizes are read with their units, and refused without. */
  @Test
  void durationAndSize_units_areRead() {
    assertThat(Numbers.duration("--timeout", "30s")).isEqualTo(Duration.ofSeconds(30));
    assertThat(Numbers.duration("--timeout", "1.5m")).isEqualTo(Duration.ofSeconds(90));
    assertThat(Numbers.duration("--timeout", "250ms")).isEqualTo(Duration.ofMillis(250));
    assertThat(Numbers.duration("--timeout", "2h")).isEqualTo(Duration.ofHours(2));
    assertThat(Numbers.size("--heap", "512m")).isEqualTo(DataSize.mib(512));
    assertThat(Numbers.size("--heap", "2G")).isEqualTo(DataSize.mib(2_048));
    for (String wrong : new String[] {"", "30", "s", "-1s", "0s", "1d", "1e9s"}) {
      assertThatThrownBy(() -> Numbers.duration("--timeout", wrong))
          .isInstanceOf(CommandException.class)
          .hasMessageContaining("timeout=" + wrong);
    }
    for (String wrong : new String[] {"", "512", "1k", "x", "-1g"}) {
      assertThatThrownBy(() -> Numbers.size("--heap", wrong))
          .isInstanceOf(CommandException.class)
          .hasMessageContaining("heap=" + wrong);
    }
  }
}
