package dev.tutti.cli;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles one source file into a folder that is gone when the session is. */
final class SourceCompiler {
  private final Session session;
  private final List<Path> userClassPath;

  /**
   * @param classPath folders and jars as the user writes them, separated as on this system; {@code
   *     DIR/*} stands for all jars of a folder
   */
  SourceCompiler(Session session, String classPath) {
    this.session = session;
    this.userClassPath =
        Arrays.stream(classPath.split(File.pathSeparator))
            .filter(entry -> !entry.isEmpty())
            .flatMap(SourceCompiler::expanded)
            .toList();
  }

  /** The source and where its classes are. */
  record Compiled(SourceName source, Path folder, List<Path> classPath, ClassLoader loader) {}

  private static Stream<Path> expanded(String entry) {
    try {
      if (!entry.endsWith("*")) {
        return Stream.of(existing(Path.of(entry)));
      }
      Path folder =
          existing(Path.of(entry.equals("*") ? "." : entry.substring(0, entry.length() - 1)));
      try (Stream<Path> files = Files.list(folder)) {
        return files
            .filter(file -> file.toString().toLowerCase(Locale.ROOT).endsWith(".jar"))
            .sorted()
            .toList()
            .stream();
      }
    } catch (InvalidPathException | IOException e) {
      throw CommandException.usage("--class-path cannot be read: entry=" + entry);
    }
  }

  private static Path existing(Path entry) {
    if (!Files.exists(entry)) {
      throw CommandException.usage("--class-path names what is not there: entry=" + entry);
    }
    return entry.toAbsolutePath();
  }

  Compiled compile(SourceName source) {
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    if (javac == null) {
      throw CommandException.notStarted(
          "this Java has no compiler: java.home=%s; use a JDK"
              .formatted(System.getProperty("java.home")));
    }
    Path folder = session.opening(this::folder);
    List<Path> classPath = new ArrayList<>(List.of(folder));
    classPath.addAll(userClassPath);
    StringWriter diagnostics = new StringWriter();
    try (StandardJavaFileManager files =
            javac.getStandardFileManager(null, null, StandardCharsets.UTF_8);
        MemoryClasses classes = new MemoryClasses(files)) {
      boolean done =
          javac
              .getTask(
                  diagnostics,
                  classes,
                  null,
                  options(folder, classPath),
                  null,
                  files.getJavaFileObjects(source.file()))
              .call();
      session.talk().quote(diagnostics.toString());
      if (!done) {
        throw CommandException.usage("%s does not compile".formatted(source.file()));
      }
      session.opening(() -> written(classes, folder));
    } catch (IOException e) {
      throw CommandException.notStarted(
          "cannot compile %s: %s".formatted(source.file(), Words.of(e)));
    }
    return new Compiled(source, folder, classPath, loader(classPath));
  }

  private static Path written(MemoryClasses classes, Path folder) {
    try {
      classes.writeTo(folder);
      return folder;
    } catch (IOException e) {
      throw CommandException.notStarted("cannot keep the classes: " + Words.of(e));
    }
  }

  private static List<String> options(Path folder, List<Path> classPath) {
    String path =
        classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    // no source path: a class that is not compiled yet is an error, not one more file to compile
    return List.of("-cp", path, "-sourcepath", folder.toString(), "-proc:none", "-g");
  }

  private static ClassLoader loader(List<Path> classPath) {
    try {
      URL[] urls = new URL[classPath.size()];
      for (int i = 0; i < urls.length; i++) {
        urls[i] = classPath.get(i).toUri().toURL();
      }
      return new URLClassLoader("source", urls, SourceCompiler.class.getClassLoader());
    } catch (MalformedURLException e) {
      throw CommandException.usage("--class-path has no address: " + Words.of(e));
    }
  }

  private Path folder() {
    try {
      Path folder = Files.createTempDirectory(folderName());
      session.atEnd(() -> delete(folder));
      return folder;
    } catch (IOException e) {
      throw CommandException.notStarted(
          "cannot make a folder for classes: %s; set another one with TUTTI_JAVA_OPTIONS=-Djava.io.tmpdir=DIR"
              .formatted(Words.of(e)));
    }
  }

  /**
   * {@return how its name begins: as that of a pool's folder} If this JVM is killed, the next pool
   * that opens removes it, as long as there are no packages in it.
   */
  private static String folderName() {
    String namespace = Terminals.target("/proc/self/ns/pid").replaceAll("\\D", "");
    return "tutti-%d-%s-map-"
        .formatted(ProcessHandle.current().pid(), namespace.isEmpty() ? "0" : namespace);
  }

  private void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.toList().reversed()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      session.talk().say("cannot remove %s: %s".formatted(folder, Words.of(e)));
    }
  }
}
