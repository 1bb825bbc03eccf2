package dev.tutti.process;

import dev.tutti.Pool;
import dev.tutti.memory.segment.Segment;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tutti in jars, as users have it. */
final class TuttiJars {
  private TuttiJars() {}

  /** Makes them. {@return the jars of core, of memory and of process} */
  static List<Path> in(Path folder) throws IOException, URISyntaxException {
    return List.of(
        jar(folder.resolve("core.jar"), home(Pool.class)),
        jar(folder.resolve("memory.jar"), home(Segment.class)),
        jar(folder.resolve("process.jar"), home(ProcessOptions.class)));
  }

  /** {@return the folder or the jar that a class is in} */
  static Path home(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  static String classPath(List<Path> entries) {
    return entries.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }

  /** A jar of a folder of classes; in some builds it is a jar already. */
  static Path jar(Path jar, Path classes) throws IOException {
    if (Files.isRegularFile(classes)) {
      return Files.copy(classes, jar);
    }
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, out);
      }
    }
    return jar;
  }
}
