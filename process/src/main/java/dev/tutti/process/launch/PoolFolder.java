package dev.tutti.process.launch;

import dev.tutti.memory.segment.ProcessFolder;
import dev.tutti.spi.ServiceThread;
import dev.tutti.spi.Timer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A folder of one pool that only the user can enter: for sockets until they are connected, and for
 * crash logs until they are read.
 *
 * <p><b>Lifetime.</b> Removed when the pool is closed.
 */
public final class PoolFolder implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("dev.tutti");

  /** What the system allows for the path of a socket. */
  private static final int MAX_SOCKET_PATH_BYTES = 107;

  /** When a first worker has started, so that it need not wait for that. */
  private static final long TIDY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final String LONGEST_SOCKET = "w999999.s";

  private final Path path;
  private final Map<String, Object> asMade;

  private PoolFolder(Path path) throws IOException {
    this.path = path;
    this.asMade = ownership(path);
  }

  /**
   * Makes a folder.
   *
   * @return the folder
   * @throws IOException if there is no place for it
   */
  public static PoolFolder create() throws IOException {
    return create(places());
  }

  /** What is full, missing, read-only or has too long a path is passed over. */
  static PoolFolder create(Collection<Path> places) throws IOException {
    List<IOException> failures = new ArrayList<>();
    for (Path parent : places) {
      try {
        Path made = ProcessFolder.make(parent, "");
        try {
          ensureUsable(made);
          PoolFolder folder = new PoolFolder(made);
          removeLeftOversLater(parent, ProcessFolder.ownerOf(made));
          return folder;
        } catch (IOException e) {
          ProcessFolder.remove(made);
          throw e;
        }
      } catch (IOException e) {
        failures.add(new IOException(parent + ": " + e, e));
      }
    }
    IOException none =
        new IOException(
            "no place for a pool's folder: tried=%s; set java.io.tmpdir to a folder of this machine with a short path, room, and write access"
                .formatted(failures.stream().map(IOException::getMessage).toList()));
    failures.forEach(none::addSuppressed);
    throw none;
  }

  /** On a thread of its own: a folder for temporary files may have much in it, or be far away. */
  private static void removeLeftOversLater(Path parent, Object owner) {
    var _ =
        Timer.after(
            TIDY_NANOS,
            () ->
                ServiceThread.builder()
                    .name("tutti-tidy")
                    .start(() -> ProcessFolder.removeLeftOvers(parent, owner)));
  }

  private static Set<Path> places() {
    Set<Path> places = new LinkedHashSet<>();
    Stream.of(
            System.getProperty("java.io.tmpdir"),
            System.getenv("XDG_RUNTIME_DIR"),
            "/tmp",
            "/var/tmp",
            "/dev/shm")
        .filter(name -> name != null && !name.isEmpty())
        .forEach(name -> places.add(Path.of(name).toAbsolutePath()));
    return places;
  }

  /** Some file systems have folders and no sockets; a full one may have room for neither. */
  private static void ensureUsable(Path folder) throws IOException {
    Path socket = folder.resolve(LONGEST_SOCKET);
    int bytes = socket.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_SOCKET_PATH_BYTES) {
      throw new IOException(
          "path is too long for a socket: path=%s bytes=%d most=%d"
              .formatted(socket, bytes, MAX_SOCKET_PATH_BYTES));
    }
    try (ServerSocketChannel probe = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.bind(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      throw new IOException("no socket can be made: path=%s: %s".formatted(socket, e), e);
    }
    Files.delete(socket);
  }

  /** {@return the folder} */
  public Path path() {
    return path;
  }

  /**
   * Makes the folder once more if it is gone: what tidies up temporary folders takes an empty one.
   *
   * @throws IOException if that is not possible, or there is something else in its place
   */
  public void ensureThere() throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      makeAgain();
    }
    Map<String, Object> now = ownership(path);
    if (!now.equals(asMade)) {
      throw new IOException(
          "pool's folder is not as it was made: path=%s made=%s now=%s"
              .formatted(path, asMade, now));
    }
  }

  /** {@return whose it is, what it is, and who may enter it} */
  private static Map<String, Object> ownership(Path file) throws IOException {
    return Files.readAttributes(file, "unix:mode,uid", LinkOption.NOFOLLOW_LINKS);
  }

  private void makeAgain() throws IOException {
    try {
      ProcessFolder.makeAgain(path);
      LOG.log(Level.DEBUG, "{0} was removed, and is made again", path);
    } catch (FileAlreadyExistsException e) {
      LOG.log(Level.DEBUG, "another thread has made {0} again", path);
    }
  }

  /**
   * Takes the crash log of a worker out of the folder.
   *
   * @param pid the worker's process id
   * @param lines how many lines at most
   * @return its first lines; empty if it wrote none
   */
  public List<String> takeCrashLog(long pid, int lines) {
    Path log = path.resolve("crash-" + pid + ".log");
    if (!Files.exists(log)) {
      return List.of();
    }
    try (Stream<String> content = Files.lines(log, StandardCharsets.ISO_8859_1)) {
      return content.filter(line -> !line.isBlank() && !line.equals("#")).limit(lines).toList();
    } catch (IOException e) {
      return List.of("the crash log cannot be read: " + e);
    } finally {
      delete(log);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "cannot delete " + file, e);
    }
  }

  @Override
  public void close() throws IOException {
    if (Files.exists(path)) {
      ProcessFolder.remove(path);
    }
  }
}
