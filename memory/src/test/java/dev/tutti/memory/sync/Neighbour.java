package dev.tutti.memory.sync;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tutti.memory.bell.Roads;
import dev.tutti.testkit.Await;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * A plain JVM that runs what it is told to, each call on a thread of its own: a line with a number
 * and the call goes in, a line with the number and the result comes out.
 */
final class Neighbour implements AutoCloseable {
  private final Process process;
  private final PrintStream in;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<Long, CompletableFuture<Object>> open = new ConcurrentHashMap<>();
  private final CompletableFuture<Void> reading;
  private final List<String> errors = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> readingErrors;

  private Neighbour(Process process) {
    this.process = process;
    this.in = new PrintStream(process.getOutputStream(), true, UTF_8);
    this.reading = CompletableFuture.runAsync(this::read, run -> Thread.ofVirtual().start(run));
    this.readingErrors =
        CompletableFuture.runAsync(this::readErrors, run -> Thread.ofVirtual().start(run));
  }

  /** One that allows native calls if this JVM does. */
  static Neighbour start() throws IOException {
    return Roads.isNative() ? start(Roads.NATIVE_ACCESS) : start(new String[0]);
  }

  /** One with flags; if they allow native calls, these are prepared. */
  static Neighbour start(String... flags) throws IOException {
    return start(true, flags);
  }

  /** One with flags, which takes the road that it finds. */
  static Neighbour startUnprepared(String... flags) throws IOException {
    return start(false, flags);
  }

  private static Neighbour start(boolean prepared, String... flags) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:-UsePerfData", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
    command.addAll(List.of(flags));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Neighbour.class.getName(), "" + prepared));
    return new Neighbour(new ProcessBuilder(command).start());
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(UTF_8)) {
      String line = lines.readLine();
      while (line != null) {
        String[] parts = line.split(" ", 2);
        Object result = decode(parts[1]);
        CompletableFuture<Object> future = open.remove(Long.parseLong(parts[0]));
        if (result instanceof Throwable thrown) {
          future.completeExceptionally(thrown);
        } else {
          future.complete(result);
        }
        line = lines.readLine();
      }
    } catch (IOException e) {
      // its end
    } finally {
      open.values().forEach(future -> future.completeExceptionally(new IOException("gone")));
    }
  }

  private void readErrors() {
    try (BufferedReader lines = process.errorReader(UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        errors.add(line);
        System.err.println(line);
      }
    } catch (IOException e) {
      // its end
    }
  }

  /** {@return what it has written to standard error until now} */
  List<String> errors() {
    return errors;
  }

  @SuppressWarnings("unchecked")
  <T> CompletableFuture<T> start(Remote<T> call) {
    long number = numbers.incrementAndGet();
    CompletableFuture<Object> future = new CompletableFuture<>();
    open.put(number, future);
    in.println(number + " " + encode(call));
    return (CompletableFuture<T>) future;
  }

  <T> T call(Remote<T> call) throws Exception {
    return Await.result(start(call));
  }

  long pid() {
    return process.pid();
  }

  /** As by a debugger, or Ctrl-Z: it does nothing more. */
  void stop() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-STOP", Long.toString(pid())).start().waitFor();
    Await.until("all its threads are stopped", this::isStopped);
  }

  private boolean isStopped() throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid() + "/task"))) {
      for (Path thread : threads.toList()) {
        if (!Files.readString(thread.resolve("stat")).contains(") T ")) {
          return false;
        }
      }
    }
    return true;
  }

  /** As {@code kill -9}; it has ended when this returns. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    kill();
    reading.join();
    readingErrors.join();
  }

  private static String encode(Object value) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(value);
      }
      return Base64.getEncoder().encodeToString(bytes.toByteArray());
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static Object decode(String text) throws IOException {
    byte[] bytes = Base64.getDecoder().decode(text);
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      return in.readObject();
    } catch (ClassNotFoundException e) {
      throw new IOException(e);
    }
  }

  static Object copy(Object value) throws IOException {
    return decode(encode(value));
  }

  /** The other side; it ends with its parent. */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (Boolean.parseBoolean(args[0])) {
      Roads.open();
    }
    PrintStream out = System.out;
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    String line = lines.readLine();
    while (line != null) {
      String[] parts = line.split(" ", 2);
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            String result = encode(run(parts[1]));
            synchronized (out) {
              out.println(parts[0] + " " + result);
            }
          });
      line = lines.readLine();
    }
  }

  private static Object run(String call) {
    try {
      return ((Callable<?>) decode(call)).call();
    } catch (Throwable e) {
      return e;
    }
  }
}
