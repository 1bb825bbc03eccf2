package dev.tutti.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A JVM that a test has started; it ends with the test. */
final class OtherJvm implements AutoCloseable {
  private final Process process;
  private final BufferedReader out;

  private OtherJvm(Process process) {
    this.process = process;
    this.out = process.inputReader(UTF_8);
  }

  /** Starts the main method of a class. */
  static OtherJvm start(Class<?> main, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-XX:-UsePerfData", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(args));
    return new OtherJvm(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** {@return a value as an argument} */
  static String argument(Serializable value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream stream = new ObjectOutputStream(bytes)) {
      stream.writeObject(value);
    }
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  /** {@return the value of an argument} */
  static Object value(String argument) throws IOException {
    byte[] bytes = HexFormat.of().parseHex(argument);
    try (ObjectInputStream stream = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      return stream.readObject();
    } catch (ClassNotFoundException e) {
      throw new IOException(e);
    }
  }

  long pid() {
    return process.pid();
  }

  /** Waits for the next line, which is to be this one. */
  void says(String line) throws IOException {
    String said = out.readLine();
    if (!line.equals(said)) {
      StringBuilder all = new StringBuilder(String.valueOf(said));
      for (String more = out.readLine(); more != null; more = out.readLine()) {
        all.append('\n').append(more);
      }
      assertThat(all.toString()).isEqualTo(line);
    }
  }

  /** Lets it go on, where it waits by {@link #awaitGo}. */
  void go() throws IOException {
    process.outputWriter(UTF_8).append("go\n").flush();
  }

  /** In the other JVM: says something, and waits until it is to go on. */
  static void awaitGo(String line) throws IOException {
    System.out.println(line);
    if (System.in.read() < 0) {
      System.exit(2); // the test is gone
    }
    while (System.in.available() > 0) {
      System.in.read();
    }
  }

  /** Sends a signal, and waits for its end. */
  void kill(String signal) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + signal, "" + pid()).start().waitFor()).isZero();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
  }

  /** Waits for its end, which is to be a good one. */
  void ends() throws Exception {
    String rest = out.lines().collect(Collectors.joining("\n"));
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(rest).isZero();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
