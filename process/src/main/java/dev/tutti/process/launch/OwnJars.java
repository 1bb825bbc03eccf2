package dev.tutti.process.launch;

import dev.tutti.Pool;
import dev.tutti.memory.segment.Segment;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * The jars that Tutti itself is in, and how workers find them.
 *
 * @param all in the order of the class path; empty if it is not in jars of the class path, nor in
 *     its first one
 * @param areTuttiAlone whether there is nothing else in them: then workers have them at the end of
 *     their boot class path. The JVM reads classes there by itself, without looking at them again,
 *     and does not open these jars in order to find a user's class
 */
public record OwnJars(List<Path> all, boolean areTuttiAlone) {
  /** Tells a worker, whose classes of Tutti do not say where they are from. */
  static final String PROPERTY = "tutti.jars";

  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final String BOOT_PATH = "-Xbootclasspath/a:";
  private static final List<Class<?>> ONE_OF_EACH =
      List.of(Pool.class, Segment.class, OwnJars.class);
  private static final List<String> CONTENT =
      List.of("dev/tutti/", "META-INF/", "module-info.class");

  /** {@return those of this JVM} */
  public static OwnJars here() {
    return Here.JARS;
  }

  /** Looked for once. */
  private static final class Here {
    static final OwnJars JARS = find();
  }

  private static OwnJars find() {
    String told = System.getProperty(PROPERTY, "");
    if (!told.isEmpty() && OwnJars.class.getClassLoader() == null) {
      return new OwnJars(
          Arrays.stream(told.split(File.pathSeparator)).map(Path::of).toList(), true);
    }
    Set<Path> jars = new LinkedHashSet<>();
    for (Class<?> type : ONE_OF_EACH) {
      Path jar = jar(type);
      if (jar == null) {
        return new OwnJars(List.of(), false);
      }
      jars.add(jar);
    }
    if (jars.size() < ONE_OF_EACH.size()) {
      // A jar that has more in it, put in front, would change which of two classes or files is
      // found.
      return new OwnJars(areInFront(jars) ? List.copyOf(jars) : List.of(), false);
    }
    return new OwnJars(List.copyOf(jars), jars.stream().allMatch(OwnJars::isTuttiAlone));
  }

  private static boolean areInFront(Set<Path> jars) {
    Set<Path> front = new LinkedHashSet<>();
    try {
      for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator, -1)) {
        if (front.size() == jars.size()) {
          break;
        }
        front.add(Path.of(entry).toRealPath());
      }
    } catch (IOException | InvalidPathException notThere) {
      return false;
    }
    return List.copyOf(front).equals(List.copyOf(jars));
  }

  private static @Nullable Path jar(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    if (type.getModule().isNamed()
        || type.getClassLoader() != ClassLoader.getSystemClassLoader()
        || source == null
        || source.getLocation() == null
        || !"file".equals(source.getLocation().getProtocol())) {
      return null;
    }
    try {
      Path jar = Path.of(source.getLocation().toURI());
      return Files.isRegularFile(jar) && !jar.toString().contains(File.pathSeparator) ? jar : null;
    } catch (URISyntaxException | IllegalArgumentException noFile) {
      return null;
    }
  }

  private static boolean isTuttiAlone(Path jar) {
    try (ZipFile file = new ZipFile(jar.toFile())) {
      Enumeration<? extends ZipEntry> entries = file.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        if (!entry.isDirectory() && CONTENT.stream().noneMatch(entry.getName()::startsWith)) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "cannot read what is in {0}: {1}", jar, e);
      return false;
    }
  }

  /** {@return the flag that puts them on a worker's boot class path} */
  String bootFlag() {
    return BOOT_PATH + joined();
  }

  /** {@return the flag that tells a worker of them} */
  String telling() {
    return "-D" + PROPERTY + "=" + joined();
  }

  private String joined() {
    return all.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }

  /** {@return the same entries behind these} */
  List<String> before(List<String> classPath) {
    Set<String> entries = new LinkedHashSet<>();
    all.forEach(jar -> entries.add(jar.toString()));
    entries.addAll(classPath);
    return List.copyOf(entries);
  }

  /** {@return the same entries with these, if they are among them, at the end} */
  List<String> behind(List<String> classPath) {
    Set<String> entries = new LinkedHashSet<>(classPath);
    for (Path jar : all) {
      if (entries.remove(jar.toString())) {
        entries.add(jar.toString());
      }
    }
    return List.copyOf(entries);
  }
}
