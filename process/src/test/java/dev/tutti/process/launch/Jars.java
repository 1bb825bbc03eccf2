package dev.tutti.process.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes.Name;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Jars with nothing but a manifest. */
final class Jars {
  private Jars() {}

  /** Makes one. {@return its path} */
  static Path with(Path jar, String classPath) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Name.MANIFEST_VERSION, "1.0");
    if (!classPath.isEmpty()) {
      manifest.getMainAttributes().put(Name.CLASS_PATH, classPath);
    }
    new JarOutputStream(Files.newOutputStream(jar), manifest).close();
    return jar;
  }
}
