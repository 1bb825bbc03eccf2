package dev.tutti.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.Pool;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A small program, started in each way in which programs are started; its workers see its classes.
 */
@Tag("system")
@Timeout(60)
class ClassFindingTest {
  private static final String SOURCE =
      """
      package app;

      import dev.tutti.Pool;
      import java.io.Serializable;
      import java.util.List;
      import java.util.function.Function;

      public class Main {
        record Point(int x, int y) implements Serializable {}

        static class Stumble extends Exception {
          private static final long serialVersionUID = 1L;
          Stumble(String text) { super(text); }
        }

        enum Colour { RED, GREEN }

        static String shout(String text) { return text.toUpperCase() + "!"; }

        private static int square(int n) { return n * n; }

        public static void main(String[] args) throws Exception {
          int base = 40;
          List<Integer> captured = List.of(1, 2, 3);
          try (Pool pool = Pool.processes(1)) {
            System.out.println("lambda " + pool.map(List.of(1, 2), n -> n + base));
            System.out.println("own method " + pool.map(List.of("a"), Main::shout));
            System.out.println("private method " + pool.map(List.of(3), Main::square));
            System.out.println("jdk method " + pool.map(List.of("b"), String::toUpperCase));
            System.out.println("own class " + pool.submit(() -> new Point(1, base)).get());
            System.out.println("own item " + pool.map(List.of(new Point(3, 4)), Point::y));
            System.out.println("enum " + pool.map(List.of(Colour.GREEN), c -> c));
            System.out.println("captured " + pool.submit(() -> captured.size()).get());
            System.out.println("module " + pool.submit(() -> "" + Main.class.getModule()).get());
            System.out.println("text " + pool.submit(() -> text()).get());
            System.out.println("opens " + opens());
            System.out.println("worker opens " + pool.submit(() -> opens()).get());
            try {
              pool.submit(() -> { throw new Stumble("over a stone"); }).get();
            } catch (java.util.concurrent.ExecutionException e) {
              System.out.println("own exception " + (e.getCause() instanceof Stumble)
                  + " " + e.getCause().getMessage());
            }
          }
        }

        private static String opens() {
          Module own = Main.class.getModule();
          Module base = Object.class.getModule();
          return base.isOpen("java.lang", own) + " " + base.isExported("sun.nio.ch", own)
              + " " + base.isOpen("sun.nio.ch", own);
        }

        private static String text() throws Exception {
          try (var in = Main.class.getResourceAsStream("text.txt")) {
            return new String(in.readAllBytes());
          }
        }
      }
      """;

  @TempDir private static Path folder;

  private static Path plain;
  private static Path modular;

  /** Folders or jars of Tutti, as the build has them. */
  private static List<Path> tutti;

  @BeforeAll
  static void compile() throws Exception {
    tutti =
        List.of(
            home(Pool.class),
            home(ProcessOptions.class),
            home(dev.tutti.memory.segment.Segment.class));
    plain = folder.resolve("plain classes");
    modular = folder.resolve("modular");
    Path main = source("Main.java", SOURCE);
    Path info = source("module-info.java", "module app.of.user { requires dev.tutti.core; }\n");
    javac("-d", plain.toString(), "-cp", path(tutti), main.toString());
    // Nothing but Tutti is on the module path: who requires us needs nothing else.
    javac("-d", modular.toString(), "-p", path(tutti), main.toString(), info.toString());
    for (Path classes : List.of(plain, modular)) {
      Files.writeString(classes.resolve("app/text.txt"), "of the app");
    }
  }

  private static Path home(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static Path source(String name, String text) throws IOException {
    Path file = Files.createDirectories(folder.resolve("source")).resolve(name);
    return Files.writeString(file, text);
  }

  private static void javac(String... args) {
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    java.io.ByteArrayOutputStream said = new java.io.ByteArrayOutputStream();
    assertThat(javac.run(null, said, said, args)).as(said.toString(UTF_8)).isZero();
  }

  private static String path(List<Path> entries) {
    return entries.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }

  private static List<Path> with(Path first, List<Path> rest) {
    List<Path> all = new ArrayList<>(List.of(first));
    all.addAll(rest);
    return all;
  }

  /** Classes in a folder whose name has a space, named by a relative path. */
  @Test
  void run_fromClassFolder_workersSeeItsClasses() throws Exception {
    runs(List.of("-cp", path(with(Path.of("plain classes"), tutti)), "app.Main"), "unnamed");
  }

  /** Classes in a jar on the class path. */
  @Test
  void run_fromPlainJar_workersSeeItsClasses() throws Exception {
    Path jar = jar("app.jar", plain, new Manifest());
    runs(List.of("-cp", path(with(jar, tutti)), "app.Main"), "unnamed");
  }

  /** An executable jar, whose manifest names all else, and opens packages of the JDK. */
  @Test
  void run_fromExecutableJar_workersSeeItsClasses() throws Exception {
    Manifest manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.put(Attributes.Name.MAIN_CLASS, "app.Main");
    main.put(
        Attributes.Name.CLASS_PATH,
        tutti.stream().map(p -> p.toUri().toString()).collect(Collectors.joining(" ")));
    main.put(new Attributes.Name("Add-Opens"), "java.base/java.lang java.base/java.util");
    main.put(new Attributes.Name("Add-Exports"), "java.base/sun.nio.ch");
    jar("runs.jar", plain, manifest);
    runs(
        List.of("-jar", "runs.jar", "an argument"),
        "unnamed",
        "opens true true false",
        "worker opens true true false");
  }

  /** A named module, which exports nothing; Tutti is on the module path too. */
  @Test
  void run_fromNamedModule_workersSeeItsClasses() throws Exception {
    runs(
        List.of("-p", path(with(modular, tutti)), "-m", "app.of.user/app.Main"),
        "module app.of.user");
  }

  /** A named module in a jar. */
  @Test
  void run_fromModularJar_workersSeeItsClasses() throws Exception {
    Path jar = jar("modular.jar", modular, new Manifest());
    runs(List.of("-p", path(with(jar, tutti)), "-m", "app.of.user/app.Main"), "module app.of.user");
  }

  /** Tutti on the module path, the program on the class path. */
  @Test
  void run_programOnClassPathTuttiOnModulePath_workersSeeBoth() throws Exception {
    runs(
        List.of(
            "-p",
            path(tutti),
            "--add-modules",
            "dev.tutti.process",
            "-cp",
            plain.toString(),
            "app.Main"),
        "unnamed");
  }

  /** A folder that only the workers need is given by the options. */
  @Test
  void run_withClassPath_workersSeeItToo() throws Exception {
    ProcessOptions options = ProcessOptions.DEFAULTS.withWorkers(1).withClassPath(List.of(plain));
    try (Pool pool = Pool.open(options)) {
      String name = pool.submit(() -> Class.forName("app.Main$Point").getName()).get();
      assertThat(name).isEqualTo("app.Main$Point");
    }
  }

  private static void runs(List<String> line, String module, String... more) throws Exception {
    try (ParentJvm app = ParentJvm.start(line, builder -> builder.directory(folder.toFile()))) {
      app.awaitSuccess();
      assertThat(app.out())
          .containsSubsequence(
              "lambda [41, 42]",
              "own method [A!]",
              "private method [9]",
              "jdk method [B]",
              "own class Point[x=1, y=40]",
              "own item [4]",
              "enum [GREEN]",
              "captured 3")
          .contains("text of the app", "own exception true over a stone")
          .containsAll(List.of(more))
          .anyMatch(out -> out.startsWith("module " + module));
      assertThat(app.err()).isEmpty();
    }
  }

  private static Path jar(String name, Path classes, Manifest manifest) throws IOException {
    manifest.getMainAttributes().putIfAbsent(Attributes.Name.MANIFEST_VERSION, "1.0");
    Path jar = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out, manifest);
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        entries.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        Files.copy(file, entries);
      }
    }
    return jar;
  }
}
