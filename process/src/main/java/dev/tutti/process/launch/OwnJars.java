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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * The jars that Tutti itself is in, or the folders of classes, and how workers find them.
 *
 * <p>Where there is nothing else in them, workers have them at the end of their boot class path,
 * unless a flag or a variable speaks against it ({@link WorkerClasses}). The JVM reads classes
 * there by itself, without verifying them again, and does not open these jars in order to find a
 * user's class.
 *
 * <p><b>Thread safety.</b> A value that never changes.
 *
 * @param all those of core, of memory and of process; fewer if one has more than one of these;
 *     empty if Tutti is not on the class path in jars or folders, or in one with other things that
 *     is not the first
 * @param haveNothingElse whether there is Tutti alone in each
 */
public record OwnJars(List<Path> all, boolean haveNothingElse) {
  /** Tells a worker, whose classes of Tutti do not say where they are from. */
  static final String PROPERTY = "tutti.jars";

  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final String BOOT_PATH = "-Xbootclasspath/a:";
  private static final List<Class<?>> ONE_OF_EACH =
      List.of(Pool.class, Segment.class, OwnJars.class);
  private static final List<String> CONTENT =
      List.of("dev/tutti/", "META-INF/", "module-info.class");

  /** Copies the list. */
  public OwnJars {
    all = List.copyOf(all);
  }

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
      // One with more in it, put in front, would change which of two classes or files is found.
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
      return Files.exists(jar) && !jar.toString().contains(File.pathSeparator) ? jar : null;
    } catch (URISyntaxException | IllegalArgumentException noFile) {
      return null;
    }
  }

  private static boolean isTuttiAlone(Path jar) {
    try {
      return Files.isDirectory(jar) ? isFolderOfTutti(jar) : isJarOfTutti(jar);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "cannot read what is in {0}: {1}", jar, e);
      return false;
    }
  }

  private static boolean isJarOfTutti(Path jar) throws IOException {
    try (ZipFile file = new ZipFile(jar.toFile())) {
      Enumeration<? extends ZipEntry> entries = file.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        if (!entry.isDirectory() && CONTENT.stream().noneMatch(entry.getName()::startsWith)) {
          return false;
        }
      }
      return true;
    }
  }

  /** No deeper than to where others would be. */
  private static boolean isFolderOfTutti(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder, 2)) {
      return files
          .map(file -> folder.relativize(file).toString().replace(File.separatorChar, '/'))
          .allMatch(name ->
              name.isEmpty()
                  || name.equals("dev")
                  || CONTENT.stream().anyMatch((name + "/")::startsWith));
    }
  }

  /** {@return whether they are jars, and not folders of classes} */
  boolean areJars() {
    return !all.isEmpty() && all.stream().allMatch(Files::isRegularFile);
  }

  /** {@return the flag that puts them on a worker's boot class path} */
  String bootFlag() {
    return BOOT_PATH + joined();
  }

  /** {@return the flag that tells a worker of them} */
  String propertyFlag() {
    return "-D" + PROPERTY + "=" + joined();
  }

  private String joined() {
    return all.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }

  /** {@return these, and then the entries} */
  List<String> withJarsFirst(List<String> classPath) {
    List<String> entries = new ArrayList<>();
    all.forEach(jar -> entries.add(jar.toString()));
    classPath.stream().filter(entry -> !isOneOfThese(entry)).forEach(entries::add);
    return List.copyOf(entries);
  }

  /** {@return the entries, of which these are the last ones} */
  List<String> withJarsLast(List<String> classPath) {
    List<String> entries = new ArrayList<>();
    List<String> last = new ArrayList<>();
    classPath.forEach(entry -> (isOneOfThese(entry) ? last : entries).add(entry));
    entries.addAll(last);
    return List.copyOf(entries);
  }

  /**
   * By whatever name: the JVM names them without symbolic links, the class path as the user did.
   */
  private boolean isOneOfThese(String entry) {
    try {
      Path path = Path.of(entry);
      for (Path jar : all) {
        if (Objects.equals(path.getFileName(), jar.getFileName()) && Files.isSameFile(path, jar)) {
          return true;
        }
      }
      return false;
    } catch (IOException | InvalidPathException notThere) {
      return false;
    }
  }
}
