package dev.tutti.process.launch;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * The folder of the files by which workers start faster: {@code tutti} in the user's cache folder,
 * or what the property {@code tutti.aot} names.
 */
final class CacheFolder {
  /*
   * A file is written under another name and renamed when it is whole. Who writes holds the lock of that
   * key, which the kernel releases when he dies; so what he has left is removed by the next one who holds
   * it; who makes another file takes the lock of each key that has none, and if nobody else holds it, removes what is left of that, the lock's
   * file too. Who has got a lock looks whether its file still has its name, so two never make one file. Files are removed at any
   * time: who has mapped one keeps it.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");

  /** The locks of this JVM: one lock file is never open twice, as closing it would unlock it. */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private static final String SUFFIX = ".aot";
  private static final String SUM = ".sum";
  private static final String LOCK = ".lock";
  static final String PART = ".part";

  /** A file is 15 MB large, and 5 MB more for a thousand classes of a program. */
  private static final int MOST_FILES = 16;

  private static final Set<PosixFilePermission> FOR_US =
      Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private static final int READ_BYTES = 1 << 16;
  private static final int OTHERS_MAY_WRITE = 0b010_010;

  private final Path path;

  CacheFolder(Path path) {
    this.path = path;
  }

  /** {@return where the files of this user are} */
  static Path usual(Map<String, String> environment, String home) {
    String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
    Path caches = cache.startsWith("/") ? Path.of(cache) : Path.of("/", home, ".cache");
    return caches.resolve("tutti");
  }

  /** {@return the path of what has this name in it} */
  Path resolve(String name) {
    return path.resolve(name);
  }

  /** {@return the file of a key, there or not} */
  Path file(String key) {
    return path.resolve(key + SUFFIX);
  }

  /**
   * {@return whether there is a file for a key that only this user can have written} Who writes it
   * decides what workers run.
   */
  boolean has(String key) {
    try {
      return isOurs(path) && isOurs(file(key)) && isPlain(file(key));
    } catch (IOException | UnsupportedOperationException notThere) {
      return false;
    }
  }

  /** {@return whether it is a file, and neither a link nor what makes a reader wait} */
  static boolean isPlain(Path file) {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
  }

  /** {@return whether only this user can write to it} */
  boolean isOurs() throws IOException {
    return isOurs(path);
  }

  private static boolean isOurs(Path file) throws IOException {
    Map<String, Object> attributes =
        Files.readAttributes(file, "unix:mode,uid", LinkOption.NOFOLLOW_LINKS);
    int mode = (int) requireNonNull(attributes.get("mode"), "mode");
    Object owner = requireNonNull(attributes.get("uid"), "uid");
    return (mode & OTHERS_MAY_WRITE) == 0
        && owner.equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
  }

  /** {@return whether the file of a key is there, and not as it was made} */
  boolean isDamaged(String key) {
    try {
      return !Files.readString(sumOf(file(key))).equals(sum(file(key)));
    } catch (IOException notThere) {
      return false;
    }
  }

  private static Path sumOf(Path file) {
    String name = file.getFileName().toString();
    return file.resolveSibling(name.substring(0, name.length() - SUFFIX.length()) + SUM);
  }

  /** The JVM compares no more than the beginning of a file. */
  private static String sum(Path file) throws IOException {
    CRC32 sum = new CRC32();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = new byte[READ_BYTES];
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        sum.update(bytes, 0, read);
      }
    }
    return Long.toHexString(sum.getValue());
  }

  /** {@return whether it was there, and is gone} */
  boolean delete(String key) {
    try {
      Files.deleteIfExists(sumOf(file(key)));
      return Files.deleteIfExists(file(key));
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "cannot remove a start cache: {0}", e);
      return false;
    }
  }

  /** Makes the file of a key. */
  interface Maker {
    /**
     * Makes it.
     *
     * @param part a path that no file has, for it and for others whose names begin so
     */
    void make(Path part) throws IOException;
  }

  /**
   * Has the file of a key made, unless another JVM is at it.
   *
   * @return whether it was made
   * @throws IOException if that is not possible
   */
  boolean make(String key, Maker maker) throws IOException {
    ensureOurs();
    boolean made = withLock(key, () -> makeLocked(key, maker));
    if (made) {
      removeLeftOvers();
    }
    return made;
  }

  void ensureOurs() throws IOException {
    Files.createDirectories(
        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    if (!isOurs(path)) {
      throw new IOException("others can write to it: folder=" + path);
    }
  }

  private void makeLocked(String key, Maker maker) throws IOException {
    deleteAll(key + PART);
    try {
      Path part = path.resolve(key + PART);
      maker.make(part);
      Files.setPosixFilePermissions(part, FOR_US); // whatever new files may be otherwise
      Files.writeString(sumOf(file(key)), sum(part));
      Files.move(part, file(key), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      deleteAll(key + PART);
    }
    Files.setLastModifiedTime(file(key), FileTime.from(Instant.now()));
    removeAllBut(MOST_FILES, SUFFIX);
  }

  /** What is done while nobody else makes the file of a key. */
  @FunctionalInterface
  interface Locked {
    void run() throws IOException;
  }

  /** {@return whether it was done: nobody else is at it, in this JVM or in another one} */
  boolean withLock(String key, Locked action) throws IOException {
    Path lockFile = path.resolve(key + LOCK);
    if (!HELD.add(lockFile)) {
      return false;
    }
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock == null || !Files.exists(lockFile)) {
        return false; // or somebody has tidied up in this moment: the next one does it
      }
      action.run();
      return true;
    } finally {
      HELD.remove(lockFile);
    }
  }

  /** What belongs to keys that have no file, and that nobody makes one for now. */
  private void removeLeftOvers() throws IOException {
    for (Path file : list("")) {
      String name = file.getFileName().toString();
      int end = name.contains(PART) ? name.indexOf(PART) : name.lastIndexOf(LOCK);
      if (end > 0) {
        removeLeftOver(name.substring(0, end), name.contains(PART));
      }
    }
  }

  private void removeLeftOver(String key, boolean part) {
    if (!part && Files.exists(file(key))) {
      return; // its lock's file is no larger than its name
    }
    try {
      withLock(
          key,
          () -> {
            deleteAll(key + PART);
            if (!Files.exists(file(key))) {
              Files.deleteIfExists(sumOf(file(key)));
              Files.deleteIfExists(path.resolve(key + LOCK)); // who waits for it finds it gone
            }
          });
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "cannot remove what is left of a start cache: {0}", e);
    }
  }

  private void deleteAll(String prefix) throws IOException {
    for (Path file : list(prefix)) {
      Files.deleteIfExists(file);
    }
  }

  private List<Path> list(String prefix) throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files.filter(file -> file.getFileName().toString().startsWith(prefix)).toList();
    }
  }

  /** Jars and JDKs change, and nobody asks for the files of the old ones again. */
  void removeAllBut(int newest, String suffix) throws IOException {
    List<Path> old =
        list("").stream()
            .filter(file -> file.getFileName().toString().endsWith(suffix))
            .sorted(Comparator.comparing(CacheFolder::age).reversed())
            .skip(newest)
            .toList();
    for (Path file : old) {
      Files.deleteIfExists(file);
      if (suffix.equals(SUFFIX)) {
        Files.deleteIfExists(sumOf(file));
      }
    }
  }

  private static FileTime age(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException gone) {
      return FileTime.fromMillis(0);
    }
  }

  /** A file that is in use is not to be taken for an old one. */
  void touch(String key) {
    try {
      Files.setLastModifiedTime(file(key), FileTime.from(Instant.now()));
    } catch (IOException gone) {
      LOG.log(Level.DEBUG, "cannot mark a start cache as used: {0}", gone);
    }
  }
}
