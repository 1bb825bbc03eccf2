package dev.tutti.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A JVM that opens pools of its own, as the program of a user does. */
final class ParentJvm implements AutoCloseable {
  private final Process process;
  private final List<String> out = new CopyOnWriteArrayList<>();
  private final List<String> err = new CopyOnWriteArrayList<>();
  private final Thread outReader;
  private final Thread errReader;

  private ParentJvm(Process process) {
    this.process = process;
    this.outReader = reader(process.getInputStream(), out);
    this.errReader = reader(process.getErrorStream(), err);
  }

  /** Starts a JVM with the class path of this one. */
  static ParentJvm start(Class<?> main, List<String> flags, String... args) {
    List<String> line = new ArrayList<>(flags);
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    line.addAll(List.of(args));
    return start(line, _ -> {});
  }

  /** Starts a JVM with what follows the word {@code java} on its command line. */
  static ParentJvm start(List<String> line, Consumer<ProcessBuilder> settings) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(line);
    ProcessBuilder builder = new ProcessBuilder(command);
    settings.accept(builder);
    try {
      return new ParentJvm(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Thread reader(InputStream in, List<String> lines) {
    return Thread.ofVirtual()
        .start(() -> {
          List<String> batch = new ArrayList<>();
          try (BufferedReader reader = new BufferedReader(new InputStreamReader(in, UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
              batch.add(line);
              if (!reader.ready()) {
                lines.addAll(batch); // one copy for many lines
                batch.clear();
              }
            }
          } catch (IOException closed) {
            lines.add("(stream broke: " + closed + ")");
          }
          lines.addAll(batch);
        });
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  List<String> out() {
    return out;
  }

  List<String> err() {
    return err;
  }

  /** Waits for a line that begins so, and gives the rest of it. */
  String awaitLine(String begin) {
    await()
        .atMost(30, SECONDS)
        .until(() -> find(begin) != null || (!process.isAlive() && !outReader.isAlive()));
    String line = find(begin);
    assertThat(line).as("line '%s': out=%s err=%s", begin, out, err).isNotNull();
    return line.substring(begin.length());
  }

  private String find(String begin) {
    return out.stream().filter(line -> line.startsWith(begin)).findFirst().orElse(null);
  }

  /** Waits for its end, and for the last of what it has printed. */
  int awaitEnd() throws InterruptedException {
    assertThat(process.waitFor(45, SECONDS)).as("it ends: out=%s err=%s", out, err).isTrue();
    outReader.join();
    errReader.join();
    return process.exitValue();
  }

  /** Waits for its end, which is to be a good one. */
  void awaitSuccess() throws InterruptedException {
    int status = awaitEnd();
    assertThat(status).as("exit status: out=%s err=%s", out, err).isZero();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
