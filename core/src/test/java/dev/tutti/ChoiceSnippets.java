package dev.tutti;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.plan.Choice;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The samples of what chooses by measurement. */
@Tag("unit")
final class ChoiceSnippets {
  private final List<Choice> printed = new ArrayList<>();

  private void print(Choice choice) {
    printed.add(choice);
  }

  /** What somebody has a function in. */
  private static final class Model {
    static long score(int row) {
      return (long) row * row;
    }
  }

  @Test
  void map() {
    List<Integer> rows = IntStream.range(0, 100).boxed().toList();
    // @start region=map
    List<Long> scores = Parallel.map(rows, Model::score); // caller, threads or virtual
    // @end region=map
    assertThat(scores).hasSize(100).startsWith(0L, 1L, 4L);
  }

  @Test
  void auto() {
    List<Integer> rows = List.of(1, 2, 3);
    // @start region=auto
    Pool pool = Pool.auto(); // for all of this JVM; nobody closes it
    List<Long> scores = pool.map(rows, Model::score);
    // @end region=auto
    assertThat(scores).containsExactly(1L, 4L, 9L);
  }

  @Test
  void explain() {
    List<Integer> rows = IntStream.range(0, 100).boxed().toList();
    // @start region=explain
    Bulk bulk = Parallel.on(Pool.auto()).explain(this::print); // tells a Choice
    List<Long> scores = bulk.map(rows, Model::score);
    // @end region=explain
    assertThat(scores).hasSize(100);
    assertThat(printed)
        .singleElement()
        .satisfies(choice -> {
          assertThat(choice.last().backend()).isNotEmpty();
          assertThat(choice.toString()).contains("because");
        });
  }
}
