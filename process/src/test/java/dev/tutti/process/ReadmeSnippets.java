package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.Pool;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Done;
import dev.tutti.task.Failure;
import dev.tutti.task.Success;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.TimedOut;
import dev.tutti.task.WorkerLost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample of the README, as a test. */
@Tag("system")
class ReadmeSnippets {
  @Test
  void firstScreen_twoGoodFilesAndTwoBad_eachHasItsOwnOutcome(@TempDir Path folder)
      throws Exception {
    List<Path> files = new ArrayList<>();
    for (String name : List.of("a", "b")) {
      files.add(Files.writeString(folder.resolve(name), name));
    }
    files.add(folder.resolve("missing"));
    files.add(Files.writeString(folder.resolve("deadly"), "exit"));
    Path file = files.getFirst();
    List<String> lines = new ArrayList<>();

    // @start region=readme
    try (Pool pool = Pool.processes()) { // one worker JVM a core; also threads(), virtualThreads()
      TaskFuture<Long> size = pool.submit(() -> Files.size(file)); // a CompletableFuture
      try (Stream<Done<Path, String>> outcomes = pool.outcomes(files, Thumbs::make)) {
        outcomes.forEach(done ->
            lines.add(
                switch (done.outcome()) {
                  case Success<String>(var thumb) -> thumb;
                  case Failure<String>(var cause) -> done.item() + ": " + cause;
                  case TimedOut<String>(var cause) ->
                      done.item() + ": longer than " + cause.limit();
                  case WorkerLost<String>(var cause) -> done.item() + ": " + cause.reason();
                  case Cancelled<String> _ -> done.item() + ": cancelled";
                })); // one bad file costs one line
      }
      size.cancel(true); // stops the work, whatever it does: its process is killed if it must be
    }
    // @end region=readme

    assertThat(lines).hasSize(4);
    assertThat(lines.subList(0, 2)).containsExactly("thumb of a", "thumb of b");
    assertThat(lines.get(2)).contains("NoSuchFileException");
    assertThat(lines.get(3)).contains("System.exit(7) was called by the task");
  }

  /** Stands for a library that a reader of the README would call. */
  static final class Thumbs {
    private Thumbs() {}

    static String make(Path file) throws Exception {
      String content = Files.readString(file);
      if (content.equals("exit")) {
        System.exit(7);
      }
      return "thumb of " + content;
    }
  }
}
