package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tutti.Pool;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Task;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A filter of the whole program ({@code jdk.serialFilter}) within a worker. */
@Tag("system")
@Timeout(60)
class WorkerFilterTest {
  private static final String NO_SCORE = "!" + WorkerFilterTest.class.getName() + "$Score;*";
  private static final ProcessOptions ONE = ProcessOptions.DEFAULTS.withWorkers(1);

  @AfterEach
  void nothingIsLeft() {
    assertThat(Os.workers()).isEmpty();
    assertThat(Os.leftOvers()).isEmpty();
  }

  record Score(int points) implements Serializable {}

  /** Not in the compact form, so that the JDK reads it. */
  static final class Old implements Serializable {
    private static final long serialVersionUID = 1;
    private final Score score = new Score(3);
  }

  private static boolean set() {
    ObjectInputFilter.Config.setSerialFilter(ObjectInputFilter.Config.createFilter(NO_SCORE));
    return true;
  }

  private static Object copyByStream(Object value) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(value);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return in.readObject();
    }
  }

  private static boolean isRefused(Object value) throws IOException, ClassNotFoundException {
    try {
      copyByStream(value);
      return false;
    } catch (InvalidClassException e) {
      return true;
    }
  }

  /** It is about what tasks read: it does not make those that come after it fail. */
  @Test
  void set_byATask_isAskedAboutStreamsOfTasksAndNotAboutTasks() throws Exception {
    try (Pool pool = Pool.open(ONE)) {
      assertThat(pool.submit(WorkerFilterTest::set).get()).isTrue();
      assertThat(pool.submit(() -> isRefused(new Score(1))).get()).isTrue();
      assertThat(pool.map(List.of(new Score(1), new Score(2)), Score::points))
          .containsExactly(1, 2);
      assertThat(pool.map(List.of(new Old()), old -> old.score.points())).containsExactly(3);
    }
  }

  /** What a worker reads from its own pools, it reads under the filter that its task has set. */
  @Test
  void set_byATask_isAskedAboutResultsOfItsOwnPool() throws Exception {
    try (Pool pool = Pool.open(ONE)) {
      String failure =
          pool.submit(
                  () -> {
                    set();
                    try (Pool inner = Pool.open(ONE)) {
                      return String.valueOf(inner.submit(() -> new Score(1)).get());
                    } catch (ExecutionException e) {
                      return String.valueOf(e.getCause().getMessage());
                    }
                  })
              .get();
      assertThat(failure).contains("the program's own filter (jdk.serialFilter) refuses it");
    }
  }

  /**
   * The pool cannot rule out that such a flag brings a filter; the worker asks before its first
   * task.
   */
  @Test
  void set_byATaskWhereAFlagMightSetOne_isNotAskedAboutTasks() throws Exception {
    try (Pool pool = Pool.open(ONE.withJvmFlags("-Dmail=somebody@example.org"))) {
      assertThat(pool.submit(WorkerFilterTest::set).get()).isTrue();
      assertThat(pool.map(List.of(new Score(1)), Score::points)).containsExactly(1);
    }
  }

  static final class SetsOne {
    static {
      set();
    }

    static int points(Score score) {
      return score.points();
    }
  }

  @Test
  void set_byTheClassOfAFunction_isNotAskedAboutTasks() {
    try (Pool pool = Pool.open(ONE)) {
      assertThat(pool.map(List.of(new Score(1), new Score(2)), SetsOne::points))
          .containsExactly(1, 2);
    }
  }

  @Test
  void set_byAnInitialiser_isAskedAboutTasks() {
    try (Pool pool = Pool.open(ONE.withInitialiser(WorkerFilterTest::set))) {
      assertThat(pool.submit(() -> 1).join()).isEqualTo(1);
      assertIsRefused(pool, score(new Score(1)));
      Old old = new Old();
      assertIsRefused(pool, () -> old.score.points());
    }
  }

  @Test
  void set_byAFlag_isAskedAboutTasks() {
    try (Pool pool = Pool.open(ONE.withJvmFlags("-Djdk.serialFilter=" + NO_SCORE))) {
      assertThat(pool.submit(() -> 1).join()).isEqualTo(1);
      assertIsRefused(pool, score(new Score(1)));
    }
  }

  private static void assertIsRefused(Pool pool, Task<Integer> task) {
    assertThatExceptionOfType(CompletionException.class)
        .isThrownBy(() -> pool.submit(task).join())
        .withCauseInstanceOf(NotSendableException.class)
        .withMessageContaining("the program's own filter (jdk.serialFilter) refuses it");
  }

  private static Task<Integer> score(Score score) {
    return score::points;
  }
}
