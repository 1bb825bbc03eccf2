package dev.tutti.process.launch;

import java.io.File;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/** The jar of a program that was started with {@code java -jar}. */
final class ExecutableJar {
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final Attributes.Name ADD_OPENS = new Attributes.Name("Add-Opens");
  private static final Attributes.Name ADD_EXPORTS = new Attributes.Name("Add-Exports");

  /** It is read once: programs replace their jars while they run. */
  private static final List<String> FLAGS =
      flags(System.getProperty("java.class.path", ""), System.getProperty("sun.java.command", ""));

  private ExecutableJar() {}

  /**
   * {@return what its manifest opens and exports, as flags} The JVM takes that from the manifest of
   * this jar only, and no argument of the JVM says it.
   */
  static List<String> flags() {
    return FLAGS;
  }

  /**
   * @param classPath all of it
   * @param command the main class or jar, and what was given to it
   */
  static List<String> flags(String classPath, String command) {
    boolean isJar =
        !classPath.isEmpty()
            && !classPath.contains(File.pathSeparator)
            && (command.equals(classPath) || command.startsWith(classPath + " "));
    if (!isJar) {
      return List.of();
    }
    try (JarFile jar = new JarFile(classPath)) {
      Manifest manifest = jar.getManifest();
      return manifest == null ? List.of() : flags(manifest.getMainAttributes());
    } catch (IOException e) {
      LOG.log(Level.WARNING, "cannot read what the manifest of {0} opens: {1}", classPath, e);
      return List.of();
    }
  }

  private static List<String> flags(Attributes attributes) {
    List<String> flags = new ArrayList<>();
    addFlags(flags, "--add-exports=", attributes.getValue(ADD_EXPORTS));
    addFlags(flags, "--add-opens=", attributes.getValue(ADD_OPENS));
    return List.copyOf(flags);
  }

  private static void addFlags(List<String> flags, String flag, @Nullable String packages) {
    if (packages == null) {
      return;
    }
    for (String each : packages.strip().split("\\s+", -1)) {
      if (isThere(each)) {
        flags.add(flag + each + "=ALL-UNNAMED");
      }
    }
  }

  /** In a manifest others do not count; as a flag they make the JVM warn. */
  private static boolean isThere(String moduleAndPackage) {
    int slash = moduleAndPackage.indexOf('/');
    return slash > 0
        && ModuleLayer.boot()
            .findModule(moduleAndPackage.substring(0, slash))
            .filter(m -> m.getPackages().contains(moduleAndPackage.substring(slash + 1)))
            .isPresent();
  }
}
