package dev.tutti;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.task.BiAction;
import dev.tutti.task.BiFn;
import dev.tutti.task.Done;
import dev.tutti.task.Pair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The samples of bulk calls: their inputs, two of them at once, reductions, and in a stream. */
@Tag("unit")
final class BulkSnippets {
  @Test
  @SuppressWarnings("StreamResourceLeak") // the call closes it
  void items(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "one\ntwo\n");
    String[] names = {"all", "together"};
    try (Pool pool = Pool.threads(2)) {
      // @start region=items
      List<Integer> lines =
          pool.map(Items.of(Files.lines(file)), String::length); // closes the file
      List<Integer> lengths = pool.map(Items.of(names), String::length);
      List<Long> squares = pool.map(Items.range(0L, 4L), n -> n * n);
      List<String> numbered =
          pool.map(Items.zip(Items.range(1, 100), List.of("a", "b")), Pair::toString);
      // @end region=items
      assertThat(lines).containsExactly(3, 3);
      assertThat(lengths).containsExactly(3, 8);
      assertThat(squares).containsExactly(0L, 1L, 4L, 9L);
      assertThat(numbered).containsExactly("(1, a)", "(2, b)");
    }
  }

  @Test
  void reduce() {
    List<String> words = List.of("all", "together", "now");
    try (Pool pool = Pool.threads(2)) {
      // @start region=reduce
      Bulk bulk = Parallel.on(pool);
      int letters = bulk.reduce(words, 0, String::length, Integer::sum);
      long sum = bulk.reduce(Items.range(0L, 1_000_000L), 0L, Long::sum);
      Optional<String> longest = bulk.reduce(words, (a, b) -> a.length() >= b.length() ? a : b);
      // @end region=reduce
      assertThat(letters).isEqualTo(14);
      assertThat(sum).isEqualTo(499_999_500_000L);
      assertThat(longest).hasValue("together");
    }
  }

  @Test
  void biFn() {
    List<Integer> counts = List.of(1, 2, 3);
    List<String> words = List.of("a", "b");
    try (Pool pool = Pool.threads(2)) {
      // @start region=biFn
      BiFn<String, Integer, String> repeat = (word, count) -> word.repeat(count);
      List<String> repeated = Parallel.on(pool).map(words, counts, repeat); // as many as words
      // @end region=biFn
      assertThat(repeated).containsExactly("a", "bb");
    }
  }

  @Test
  void biAction(@TempDir Path folder) {
    try (Pool pool = Pool.threads(2)) {
      List<Path> files = List.of(folder.resolve("a"), folder.resolve("b"));
      List<String> texts = List.of("one", "two");
      // @start region=biAction
      BiAction<Path, String> write = (file, text) -> Files.writeString(file, text);
      Parallel.on(pool).forEach(files, texts, write);
      // @end region=biAction
      assertThat(folder.resolve("b")).hasContent("two");
    }
  }

  @Test
  void pair() {
    List<Integer> dividends = List.of(6, 1);
    List<Integer> divisors = List.of(3, 0);
    try (Pool pool = Pool.threads(2)) {
      // @start region=pair
      Stream<Done<Pair<Integer, Integer>, Integer>> outcomes =
          Parallel.on(pool).outcomes(dividends, divisors, (a, b) -> a / b);
      List<Pair<Integer, Integer>> failed =
          outcomes.filter(done -> !done.outcome().succeeded()).map(Done::item).toList();
      // @end region=pair
      assertThat(failed).containsExactly(new Pair<>(1, 0));
    }
  }

  @Test
  void mapping() {
    List<String> words = List.of("all", "together", "now");
    try (Pool pool = Pool.threads(2)) {
      // @start region=mapping
      List<Integer> lengths =
          words.stream()
              .filter(word -> !word.isEmpty())
              .gather(Parallel.on(pool).mapping(String::length)) // on the pool's workers
              .limit(2)
              .toList();
      // @end region=mapping
      assertThat(lengths).containsExactly(3, 8);
    }
  }
}
