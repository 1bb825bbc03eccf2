package dev.tutti.memory.bell;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder of a process's doorbell, which only its user can enter.
 *
 * <p><b>Lifetime.</b> Removed when the JVM ends. One that a killed JVM has left behind is removed
 * by the next one that makes such a folder; its name tells whose it was.
 */
final class BellFolder {
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final String SOCKET = "bell";

  /** tutti-PID-NAMESPACE-bell-RANDOM: a process id means something only in its namespace. */
  private static final Pattern NAME = Pattern.compile("tutti-(\\d{1,10})-(\\d{1,20})-bell-.*");

  private static final String NAMESPACE = namespace();

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
        Path folder =
            Files.createTempDirectory(
                parent,
                "tutti-" + ProcessHandle.current().pid() + "-" + NAMESPACE + "-bell-",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        removeLeftOvers(parent, folder);
        Path socket = folder.resolve(SOCKET);
        if (bytes(socket) <= Layout.BELL_WORDS * Long.BYTES) {
          folder.toFile().deleteOnExit(); // in the reverse order: the socket first
          socket.toFile().deleteOnExit();
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

  /** {@return the number of this JVM's namespace of process ids; 0 if the system does not tell} */
  private static String namespace() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString().replaceAll("\\D", "");
    } catch (IOException | UnsupportedOperationException e) {
      return "0";
    }
  }

  private static Object ownerOf(Path file) throws IOException {
    return Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * @param made a folder that this user has just made there
   */
  private static void removeLeftOvers(Path parent, Path made) {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, "tutti-*-bell-*")) {
      Object owner = ownerOf(made);
      for (Path folder : folders) {
        if (isLeftOver(folder)) {
          remove(folder, owner);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOG.log(Level.DEBUG, "cannot look for left-over folders in {0}: {1}", parent, e);
    }
  }

  private static boolean isLeftOver(Path folder) {
    Matcher name = NAME.matcher(folder.getFileName().toString());
    return name.matches()
        && name.group(2).equals(NAMESPACE)
        && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
        && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty();
  }

  private static void remove(Path folder, Object owner) {
    try {
      if (ownerOf(folder).equals(owner)) { // anybody can give a folder such a name
        remove(folder);
      }
    } catch (IOException e) { // another user's, or another JVM is quicker
      LOG.log(Level.DEBUG, "cannot remove the left-over folder {0}: {1}", folder, e);
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> content = Files.list(folder)) {
      for (Path file : content.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(folder);
  }
}
