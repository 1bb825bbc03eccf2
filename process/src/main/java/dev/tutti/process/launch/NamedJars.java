package dev.tutti.process.launch;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.jar.Attributes.Name;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;

/** The jars that a jar names in its manifest, as {@code Class-Path}, and those that they name. */
final class NamedJars {
  /** Neither a folder, nor an absolute address, nor a sign that an address would hide. */
  private static final Pattern PLAIN = Pattern.compile("[\\w.+-][\\w/.+-]*\\.jar");

  private static final Pattern BLANKS = Pattern.compile(" +");

  private final Set<String> found = new LinkedHashSet<>();

  private NamedJars() {}

  /**
   * {@return their paths, of jars that are not there, too}
   *
   * @throws IOException if it names anything but jars, or a jar cannot be read
   */
  static Collection<String> of(Path jar) throws IOException {
    NamedJars all = new NamedJars();
    all.add(jar);
    return all.found;
  }

  private void add(Path jar) throws IOException {
    String named = classPath(jar);
    if (named.isEmpty()) {
      return;
    }
    Path folder = jar.normalize().resolveSibling("");
    if (!jar.toRealPath().equals(jar.normalize())) {
      throw new IOException("it names others, and is found by a link: " + jar);
    }
    for (String name : BLANKS.splitAsStream(named).toList()) {
      if (!PLAIN.matcher(name).matches()) {
        throw new IOException("it names what is no jar: " + jar + " names " + name);
      }
      Path one = folder.resolve(name).normalize();
      if (found.add(one.toString()) && Files.exists(one)) {
        if (!one.toRealPath().equals(one)) { // a cache would say that its classes are from there
          throw new IOException("it names what is found by a link: " + jar + " names " + name);
        }
        add(one);
      }
    }
  }

  private static String classPath(Path jar) throws IOException {
    try (JarFile file = new JarFile(new File(jar.toString()), false)) {
      Manifest manifest = file.getManifest();
      String named =
          manifest == null ? null : manifest.getMainAttributes().getValue(Name.CLASS_PATH);
      return named == null ? "" : named.strip();
    }
  }
}
