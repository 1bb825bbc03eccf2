package dev.tutti;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tutti.task.Action;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Done;
import dev.tutti.task.Failure;
import dev.tutti.task.Fn;
import dev.tutti.task.ItemAction;
import dev.tutti.task.Outcome;
import dev.tutti.task.Success;
import dev.tutti.task.Task;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.TimedOut;
import dev.tutti.task.WorkerContext;
import dev.tutti.task.WorkerLost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The samples in the documents of {@code dev.tutti.task}. */
@Tag("unit")
final class TaskSnippets {
  private final Pool pool = Pool.threads(2);

  @AfterEach
  void close() {
    pool.close();
  }

  @Test
  void task() throws Exception {
    // @start region=task
    Task<Integer> answer = () -> 6 * 7;
    TaskFuture<Integer> future = pool.submit(answer);
    int result = future.get();
    // @end region=task
    assertThat(result).isEqualTo(42);
  }

  @Test
  void action(@TempDir Path folder) throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    // @start region=action
    Action clean = () -> Files.delete(file); // may throw an IOException
    pool.submit(clean).get();
    // @end region=action
    assertThat(file).doesNotExist();
  }

  @Test
  void fn(@TempDir Path folder) throws Exception {
    List<Path> files = List.of(Files.writeString(folder.resolve("file"), "text"));
    // @start region=fn
    Fn<Path, Long> size = Files::size; // may throw an IOException
    List<Long> sizes = pool.map(files, size);
    // @end region=fn
    assertThat(sizes).containsExactly(4L);
  }

  @Test
  void itemAction(@TempDir Path folder) throws Exception {
    List<Path> files = List.of(Files.createFile(folder.resolve("file")));
    // @start region=itemAction
    ItemAction<Path> delete = Files::delete; // may throw an IOException
    pool.forEach(files, delete);
    // @end region=itemAction
    assertThat(files.getFirst()).doesNotExist();
  }

  @Test
  void done() {
    List<String> rows = List.of("1", "n/a", "3");
    List<String> report = new ArrayList<>();
    // @start region=done
    try (Stream<Done<String, Integer>> all = pool.outcomes(rows, Integer::parseInt)) {
      all.filter(done -> !done.outcome().succeeded())
          .forEach(done -> report.add("row " + done.index() + ": " + done.item()));
    }
    // @end region=done
    assertThat(report).containsExactly("row 1: n/a");
  }

  @Test
  void outcome() {
    assertThat(words(new Success<>(7))).isEqualTo("gave 7");
    assertThat(words(new Failure<>(new IllegalStateException("x"))))
        .isEqualTo("threw java.lang.IllegalStateException: x");
    assertThat(words(new Cancelled<>())).isEqualTo("was given up");
    assertThat(new Success<>(7).orElse(0)).isEqualTo(7);
    assertThat(new Cancelled<Integer>().orElse(0)).isZero();
  }

  // @start region=outcome
  static String words(Outcome<Integer> outcome) {
    return switch (outcome) {
      case Success<Integer>(Integer value) -> "gave " + value;
      case Failure<Integer>(Throwable cause) -> "threw " + cause;
      case TimedOut<Integer>(var cause) -> "ran for longer than " + cause.limit();
      case WorkerLost<Integer>(var cause) -> "took its worker down: exit=" + cause.exitStatus();
      case Cancelled<Integer> _ -> "was given up";
    };
  }

  // @end region=outcome

  @Test
  void future() {
    // @start region=future
    TaskFuture<Integer> endless = pool.submit(() -> waitForEver());
    endless.cancel(true); // the future ends at once
    endless.stopped().join(); // the work has ended too
    // @end region=future
    assertThat(endless).isCancelled();
    assertThatExceptionOfType(CancellationException.class).isThrownBy(endless::join);
  }

  private static int waitForEver() throws InterruptedException {
    new CountDownLatch(1).await();
    return 0;
  }

  @Test
  void workerContext() throws Exception {
    List<Path> files = List.of(Path.of("a.txt"), Path.of("b.txt"));
    // @start region=workerContext
    List<String> types =
        pool.map(
            files,
            file -> {
              WorkerContext context = WorkerContext.current();
              MimeTable table =
                  context.perWorker(MimeTable.class, MimeTable::load); // once a worker
              context.progress(1, 2); // of two steps one is done
              return context.isCancelled() ? "" : table.typeOf(file);
            });
    // @end region=workerContext
    assertThat(types).containsExactly("text/plain", "text/plain");
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(WorkerContext::current)
        .withMessageContaining("no task of a pool runs on this thread");
  }

  /** Something that is slow to make and is used again and again. */
  private record MimeTable(Map<String, String> types) {
    static MimeTable load() {
      return new MimeTable(Map.of("txt", "text/plain"));
    }

    String typeOf(Path file) {
      String name = file.toString();
      return types.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "?");
    }
  }
}
