package dev.tutti.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.tutti.Pool;
import dev.tutti.task.Failure;
import dev.tutti.task.Outcome;
import dev.tutti.task.Success;
import dev.tutti.testkit.LeakCheck;
import java.io.IOException;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The programs for Python users: they do what Python's do, in no more lines. */
@Tag("system")
@ExtendWith(LeakCheck.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PythonProgramsTest {
  private static final List<String> FILES = List.of("a.txt", "b.txt", "c.txt");
  private static final List<String> WITH_EMPTY = List.of("a.txt", "b.txt", "c.txt", "empty.txt");
  private static final Map<String, String> TEXTS =
      Map.of(
          "a.txt",
          "now is\nthe time\n",
          "b.txt",
          "for all\n",
          "c.txt",
          "the time\nto come\n",
          "empty.txt",
          "");

  private final Map<String, Outcome<PythonProgram.Output>> outputs = new HashMap<>();

  private static List<PythonProgram> programs(String server) {
    return List.of(
        PythonProgram.of("timeout", "Timeout", List.of(), "too slow", "worked 0 s"),
        PythonProgram.of(
            "map_files",
            "MapFiles",
            FILES,
            "ba18c392e00703e298ea15f3d5c4dee38080a2c26c73ff428586a1906696c360",
            "42ee4bb21fb05e82a6f318862ddd5dc5243b4eba761ab0df348d78b42bbd9f47",
            "e5c92a37c565da06e22ab1518b421753d43fa7ae42ff0a02fddae52877891563"),
        PythonProgram.of(
            "starmap",
            "Starmap",
            List.of(),
            "1267650600228229401496703205376",
            "717897987691852588770249",
            "1000000000000000000000000000000"),
        PythonProgram.of("sizes_with_progress", "SizesWithProgress", FILES, "41 bytes"),
        PythonProgram.of(
                "as_completed",
                "AsCompleted",
                List.of("a.txt", "missing.txt", "b.txt", "empty.txt"),
                "a.txt: 4 words",
                "b.txt: 2 words",
                "empty.txt: 0 words",
                "missing.txt: failed")
            .inAnyOrder(),
        PythonProgram.of("thread_map", "ThreadMap", FILES, "now is", "for all", "the time"),
        PythonProgram.of("joblib_words", "JoblibWords", WITH_EMPTY, "10").needing("joblib"),
        PythonProgram.of("queue_workers", "QueueWorkers", List.of(), "285"),
        PythonProgram.of("shared_array", "SharedArray", List.of(), "6000.0"),
        PythonProgram.of(
                "gather_limit",
                "GatherLimit",
                List.of(server + "1", server + "22", server + "333", server + "4444"),
                "[1, 2, 3, 4]")
            .needing("aiohttp"),
        PythonProgram.of(
            "manager_dict",
            "ManagerDict",
            FILES,
            "1 for all",
            "1 now is",
            "2 the time",
            "1 to come"),
        PythonProgram.of("stock_actor", "StockActor", List.of(), "20"),
        PythonProgram.of("dask_delayed", "DaskDelayed", WITH_EMPTY, "2.5").needing("dask"));
  }

  /** All of them, two at a time. */
  @BeforeAll
  void run(@TempDir Path input, @TempDir Path classes, @TempDir Path logs) throws Exception {
    writeTexts(input);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] page = exchange.getRequestURI().getPath().substring(1).getBytes(UTF_8);
          exchange.sendResponseHeaders(200, page.length);
          try (var body = exchange.getResponseBody()) {
            body.write(page);
          }
        });
    server.start();
    try (Pool pool = Pool.threads(2)) {
      List<PythonProgram> all = programs("http://127.0.0.1:" + server.getAddress().getPort() + "/");
      compile(all, classes);
      try (var ended = pool.outcomes(all, one -> one.run(input, classes, logs))) {
        ended.forEach(done -> outputs.put(done.item().python(), done.outcome()));
      }
    } finally {
      server.stop(0);
    }
  }

  private static void writeTexts(Path folder) throws IOException {
    for (Map.Entry<String, String> text : TEXTS.entrySet()) {
      Files.writeString(folder.resolve(text.getKey()), text.getValue());
    }
  }

  private static void compile(List<PythonProgram> programs, Path classes) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter told = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, UTF_8)) {
      List<String> options =
          List.of(
              "-d",
              classes.toString(),
              "-cp",
              System.getProperty("java.class.path"),
              "-Xlint:all,-path,-processing",
              "-proc:none",
              "-Werror");
      boolean compiled =
          compiler
              .getTask(
                  told,
                  files,
                  null,
                  options,
                  null,
                  files.getJavaFileObjectsFromPaths(
                      programs.stream().map(PythonProgram::javaFile).toList()))
              .call();
      assertThat(compiled).as(told.toString()).isTrue();
    }
  }

  private static Stream<String> names() {
    return programs("").stream().map(PythonProgram::python);
  }

  private static PythonProgram named(String name) {
    return programs("").stream().filter(one -> one.python().equals(name)).findAny().orElseThrow();
  }

  /** Both programs print what is expected; Python's only where there is a Python that can. */
  @ParameterizedTest
  @MethodSource("names")
  void program_inBothLanguages_printsTheSame(String name) {
    List<String> expected = named(name).expected();
    switch (outputs.get(name)) {
      case Success<PythonProgram.Output>(var output) -> {
        assertThat(output.java()).isEqualTo(expected);
        output.python().ifPresent(lines -> assertThat(lines).isEqualTo(expected));
      }
      case Failure<PythonProgram.Output>(var cause) -> throw new AssertionError(cause);
      default -> throw new AssertionError(outputs.get(name));
    }
  }

  /** The command of the guide: {@code java} compiles the file itself, and its functions travel. */
  @Test
  void program_fromItsSource_printsTheSame(@TempDir Path input, @TempDir Path logs)
      throws Exception {
    writeTexts(input);
    for (String name : List.of("map_files", "stock_actor")) {
      assertThat(named(name).runSource(input, logs)).isEqualTo(named(name).expected());
    }
  }

  /** Java's has no more lines than Python's; blank lines and comments do not count. */
  @ParameterizedTest
  @MethodSource("names")
  void program_inJava_isNotLonger(String name) throws IOException {
    PythonProgram program = named(name);
    long java = lines(program.javaFile(), "//");
    long python = lines(program.pythonFile(), "#");
    assertThat(java).isPositive().isLessThanOrEqualTo(python);
  }

  private static long lines(Path file, String comment) throws IOException {
    return Files.readAllLines(file).stream()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith(comment))
        .count();
  }

  /** No file of the folder is left out. */
  @Test
  void folder_allPrograms_areRun() throws IOException {
    try (Stream<Path> files = Files.list(PythonProgram.SOURCES)) {
      assertThat(files.filter(file -> !file.toString().endsWith(".md")))
          .containsExactlyInAnyOrderElementsOf(
              programs("").stream()
                  .flatMap(one -> Stream.of(one.pythonFile(), one.javaFile()))
                  .toList());
    }
  }
}
