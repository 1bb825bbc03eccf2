package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tutti.Pool;
import dev.tutti.memory.sync.ProcessLock;
import java.io.Serializable;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What users' tests do whose build runs them on the module path; it runs in a Surefire of its own.
 */
@Tag("system")
@Timeout(60)
class SurefireModulePathTest {

  private record Point(int x, int y) implements Serializable {}

  private static final class Stumble extends Exception {
    private static final long serialVersionUID = 1L;

    Stumble(String message) {
      super(message);
    }
  }

  /** Lambdas, method references, captured values and classes of a test in a named module travel. */
  @Test
  void map_testsOnModulePath_workersSeeTheirClasses() throws Exception {
    assertThat(SurefireModulePathTest.class.getModule().getName()).isEqualTo("dev.tutti.process");
    int base = 40;
    Point captured = new Point(1, 2);
    try (Pool pool = Pool.processes(1)) {
      assertThat(pool.map(List.of(1, 2), n -> n + base)).containsExactly(41, 42);
      assertThat(pool.map(List.of("a", "b"), SurefireModulePathTest::twice))
          .containsExactly("aa", "bb");
      assertThat(pool.map(List.of("c"), String::toUpperCase)).containsExactly("C");
      assertThat(pool.submit(() -> new Point(captured.y(), base)).get())
          .isEqualTo(new Point(2, 40));
      assertThat(pool.submit(() -> SurefireModulePathTest.class.getModule().getName()).get())
          .isEqualTo("dev.tutti.process");
      assertThat(pool.submit(() -> ProcessLock.class.getModule().isNativeAccessEnabled()).get())
          .isTrue();
      ExecutionException e =
          catchThrowableOfType(
              ExecutionException.class,
              () ->
                  pool.submit(
                          () -> {
                            throw new Stumble("over a stone");
                          })
                      .get());
      assertThat(e).hasCauseInstanceOf(Stumble.class).hasRootCauseMessage("over a stone");
    }
  }

  private static String twice(String text) {
    return text + text;
  }
}
