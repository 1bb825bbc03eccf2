package dev.tutti.origin;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The class file of a class, as its loader gives it. */
final class ClassBytes {
  private static final int MAGIC = 0xCAFEBABE;

  private ClassBytes() {}

  static String fileOf(String name) {
    return name.replace('.', '/') + ".class";
  }

  /** {@return the bytes; null if the loader does not give them} */
  static byte @Nullable [] of(Class<?> type) {
    ClassLoader loader = requireNonNull(type.getClassLoader(), "class loader");
    if (loader instanceof MirrorLoader mirror) {
      return mirror.bytesOf(type.getName());
    }
    return read(() -> open(type, loader));
  }

  /** {@return the same, of a class of which the loader has only one} */
  static byte @Nullable [] of(String name, ClassLoader loader) {
    return read(() -> loader.getResourceAsStream(fileOf(name)));
  }

  /** Opens a class file. */
  @FunctionalInterface
  private interface File {
    @Nullable InputStream open() throws IOException;
  }

  private static byte @Nullable [] read(File file) {
    try (InputStream in = file.open()) {
      byte[] bytes = in == null ? null : in.readAllBytes();
      return bytes != null && isClassFile(bytes) ? bytes : null;
    } catch (IOException
        | RuntimeException
        | LinkageError e) { // whatever the code of a loader throws
      return null;
    }
  }

  private static boolean isClassFile(byte[] bytes) {
    return bytes.length > Integer.BYTES
        && ((bytes[0] & 0xFF) << 24
                | (bytes[1] & 0xFF) << 16
                | (bytes[2] & 0xFF) << 8
                | (bytes[3] & 0xFF))
            == MAGIC;
  }

  /**
   * A loader asks its parent first for files, and not always for classes: what only the parent
   * gives may be another class of the same name.
   */
  private static @Nullable InputStream open(Class<?> type, ClassLoader loader) throws IOException {
    String file = fileOf(type.getName());
    if (type.getModule().isNamed()) {
      return type.getModule().getResourceAsStream(file);
    }
    List<String> ofParent = addresses(parentOf(loader), file);
    if (!ofParent.isEmpty()) {
      for (URL url : Collections.list(loader.getResources(file))) {
        if (!ofParent.contains(url.toExternalForm())) {
          return open(url);
        }
      }
      try (InputStream in = loader.getResourceAsStream(file)) {
        byte[] bytes = in == null ? new byte[0] : in.readAllBytes();
        return Likeness.fits(bytes, type) ? new ByteArrayInputStream(bytes) : null;
      }
    }
    return loader.getResourceAsStream(file);
  }

  private static ClassLoader parentOf(ClassLoader loader) {
    ClassLoader parent = loader.getParent();
    return parent == null ? ClassLoader.getPlatformClassLoader() : parent;
  }

  private static List<String> addresses(ClassLoader loader, String file) throws IOException {
    List<String> all = new ArrayList<>();
    for (URL url : Collections.list(loader.getResources(file))) {
      all.add(url.toExternalForm());
    }
    return all;
  }

  /** The JDK would keep a jar open for later. */
  static InputStream open(URL url) throws IOException {
    URLConnection connection = url.openConnection();
    connection.setUseCaches(false);
    return connection.getInputStream();
  }
}
