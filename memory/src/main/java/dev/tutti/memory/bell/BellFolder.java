package dev.tutti.memory.bell;

import dev.tutti.memory.segment.ProcessFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The folder of a process's doorbell, which only its user can enter.
 *
 * <p><b>Lifetime.</b> Removed when the JVM ends.
 */
final class BellFolder {
  private static final String SOCKET = "bell";

  private BellFolder() {}

  /** {@return the path for a socket in a new folder} */
  static Path make() throws IOException {
    return make(places());
  }

  /** What is missing, read-only or has too long a path is passed over. */
  static Path make(Collection<Path> places) throws IOException {
    IOException none = new IOException("no place for the socket of a doorbell: tried=" + places);
    for (Path parent : places) {
      try {
        Path folder = ProcessFolder.make(parent, "bell-");
        Path socket = folder.resolve(SOCKET);
        if (bytes(socket) <= Layout.BELL_WORDS * Long.BYTES) {
          folder.toFile().deleteOnExit(); // in the reverse order: the socket first
          socket.toFile().deleteOnExit();
          ProcessFolder.removeLeftOvers(parent, ProcessFolder.ownerOf(folder));
          return socket;
        }
        Files.delete(folder);
        none.addSuppressed(new IOException(parent + ": path too long: " + bytes(socket)));
      } catch (IOException | UnsupportedOperationException e) {
        none.addSuppressed(e);
      }
    }
    throw none;
  }

  private static int bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8).length;
  }

  private static Set<Path> places() {
    Set<Path> places = new LinkedHashSet<>();
    String tmpdir = System.getProperty("java.io.tmpdir", "");
    if (!tmpdir.isEmpty()) {
      places.add(Path.of(tmpdir).toAbsolutePath());
    }
    places.add(Path.of("/tmp"));
    places.add(Path.of("/var/tmp"));
    places.add(Path.of("/dev/shm"));
    return places;
  }
}
