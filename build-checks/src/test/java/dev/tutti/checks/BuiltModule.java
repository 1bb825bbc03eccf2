package dev.tutti.checks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Maven module of this project: its folder name and where its sources and class files are.
 *
 * @param name the name of the folder
 * @param sources the folder of its Java sources; there may be none
 * @param classes the folder of its class files; there may be none
 */
record BuiltModule(String name, Path sources, Path classes) {
  private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");

  /** {@return the modules that the {@code pom.xml} in the given folder lists, in its order} */
  static List<BuiltModule> listedIn(Path root) throws IOException {
    return MODULE
        .matcher(Files.readString(root.resolve("pom.xml"), UTF_8))
        .results()
        .map(match -> match.group(1))
        .map(name -> of(root, name))
        .toList();
  }

  private static BuiltModule of(Path root, String name) {
    Path folder = root.resolve(name);
    return new BuiltModule(name, folder.resolve("src/main/java"), folder.resolve("target/classes"));
  }

  /** {@return its Java sources} */
  List<Path> sourceFiles() throws IOException {
    return filesIn(sources, ".java");
  }

  /** {@return its class files, {@code module-info.class} included} */
  List<Path> classFiles() throws IOException {
    return filesIn(classes, ".class");
  }

  private static List<Path> filesIn(Path folder, String suffix) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }
}
