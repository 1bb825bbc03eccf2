package dev.tutti.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the command as its user meets it: a process with arguments, two streams and an exit status.
 */
@Tag("system")
abstract class CommandRun {
  @TempDir Path folder;
  @TempDir Path temporary;

  final Ended tutti(String stdin, String... args) throws IOException, InterruptedException {
    return tutti(stdin, List.of(), args);
  }

  final Ended tutti(String stdin, List<String> flags, String... args)
      throws IOException, InterruptedException {
    return Ended.after(folder, temporary, stdin, flags, args);
  }
}
