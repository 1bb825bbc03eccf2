package dev.tutti.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A run of the command in a JVM of its own, which has ended: its status, and what it printed. */
record Ended(int status, String out, String err) {
  /**
   * Runs the command and waits for its end.
   *
   * @param folder its working directory
   * @param temporary its folder for temporary files
   * @param flags flags for its JVM
   * @param args the words after {@code tutti}
   */
  static Ended after(Path folder, Path temporary, String stdin, List<String> flags, String... args)
      throws IOException, InterruptedException {
    return after(folder, temporary, stdin.getBytes(StandardCharsets.UTF_8), flags, args);
  }

  /** The same, with any bytes on standard input. */
  static Ended after(Path folder, Path temporary, byte[] stdin, List<String> flags, String... args)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(flags);
    command.add("-Djava.io.tmpdir=" + temporary);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.tutti.cli.Main"));
    command.addAll(List.of(args));
    Path in = Files.write(folder.resolve("stdin"), stdin);
    Path out = folder.resolve("stdout");
    Path err = folder.resolve("stderr");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectInput(in.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("ended by itself").isTrue();
    } finally {
      process.destroyForcibly(); // its workers end with it
    }
    return new Ended(
        process.exitValue(),
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }
}
