package dev.tutti.stress;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The outside process, as the program sees it that has started it. */
final class OutsideProcess implements AutoCloseable {
  private static final long END_SECONDS = 10;

  private final Process process;
  private final BufferedWriter in;
  private final BufferedReader out;
  private long workersSeen;

  private OutsideProcess(Process process) {
    this.process = process;
    this.in = process.outputWriter(StandardCharsets.UTF_8);
    this.out = process.inputReader(StandardCharsets.UTF_8);
  }

  static OutsideProcess start(TortureOptions options, Path home) throws IOException {
    Files.createDirectories(home.resolve("orders"));
    Files.createFile(home.resolve("acts"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Outside.class.getName(),
                Long.toString(ProcessHandle.current().pid()),
                Long.toString(options.seed()),
                Long.toString(options.every().toMillis()),
                home.toString())
            .redirectError(home.resolve("outside.err").toFile())
            .start();
    return new OutsideProcess(process);
  }

  void torment(Path round) throws IOException {
    tell("go " + round);
  }

  /** Waits until the outside process does nothing more, and what it has paused goes on. */
  void rest() throws IOException {
    tell("rest");
    String answer = out.readLine();
    if (answer == null) {
      throw new IOException("the outside process has ended; see outside.err");
    }
    workersSeen = Long.parseLong(answer.substring("resting ".length()));
  }

  private void tell(String command) throws IOException {
    in.write(command + "\n");
    in.flush();
  }

  long workersSeen() {
    return workersSeen;
  }

  @Override
  public void close() throws IOException {
    in.close();
    var _ = process.onExit().completeOnTimeout(process, END_SECONDS, TimeUnit.SECONDS).join();
    process.destroyForcibly();
    out.close();
  }
}
