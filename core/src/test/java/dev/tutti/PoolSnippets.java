package dev.tutti;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.plan.Batching;
import dev.tutti.task.Done;
import dev.tutti.task.TaskFuture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The samples in the documents of {@code dev.tutti}. */
@Tag("unit")
final class PoolSnippets {
  @Test
  void pool() throws Exception {
    List<String> words = List.of("all", "together");
    // @start region=pool
    try (Pool pool = Pool.threads(4)) { // or processes(4), virtualThreads(), sequential()
      List<Integer> lengths = pool.map(words, String::length);
      TaskFuture<Integer> sum = pool.submit(() -> 3 + 8);
      assertThat(lengths).containsExactly(3, 8);
      assertThat(sum.get()).isEqualTo(11);
    }
    // @end region=pool
  }

  @Test
  void bulk() {
    List<String> words = List.of("all", "together");
    try (Pool pool = Pool.threads(2)) {
      // @start region=bulk
      Bulk bulk = Parallel.on(pool).window(256).batch(Batching.fixed(16));
      List<String> loud = bulk.map(words, word -> word.toUpperCase(Locale.ROOT));
      Stream<Done<String, Integer>> outcomes = bulk.outcomes(words, Integer::parseInt);
      long failed = outcomes.filter(done -> !done.outcome().succeeded()).count();
      // @end region=bulk
      assertThat(loud).containsExactly("ALL", "TOGETHER");
      assertThat(failed).isEqualTo(2);
    }
  }

  @Test
  void parallel(@TempDir Path folder) throws Exception {
    List<Path> files =
        List.of(
            Files.writeString(folder.resolve("a"), "12"),
            Files.writeString(folder.resolve("b"), "345"));
    try (Pool pool = Pool.threads(2)) {
      long bytes = 0;
      // @start region=parallel
      try (Stream<Long> sizes = Parallel.on(pool).window(64).unordered(files, Files::size)) {
        bytes = sizes.mapToLong(Long::longValue).sum();
      }
      // @end region=parallel
      assertThat(bytes).isEqualTo(5);
    }
  }

  @Test
  void current() throws Exception {
    List<String> words = List.of("all", "together");
    try (Pool pool = Pool.threads(2)) {
      // @start region=current
      TaskFuture<Integer> longest =
          pool.submit(() -> {
            TaskFuture<Integer> other = Pool.current().submit(() -> words.get(0).length());
            return Math.max(words.get(1).length(), other.get());
          });
      // @end region=current
      assertThat(longest.get()).isEqualTo(8);
    }
  }
}
