package dev.tutti.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.Pool;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two different tasks, joined. */
@Tag("unit")
class SideBySideTest {

  /** Both results are those that a plain call would have given. */
  @Test
  void find_onThreads_bothResults() {
    try (Pool pool = Pool.threads(2)) {
      assertThat(SideBySide.find(pool, 100, 20)).isEqualTo(new SideBySide.Found(25, 19));
    }
  }

  /** The tasks can travel: worker processes give the same. */
  @Test
  @Tag("system")
  void find_onProcesses_bothResults() {
    try (Pool pool = Pool.processes(2)) {
      assertThat(SideBySide.find(pool, 100, 20)).isEqualTo(new SideBySide.Found(25, 19));
    }
  }
}
