package dev.tutti.memory.segment;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A folder that only its user can enter, whose entries one thread of all his processes changes at a
 * time.
 */
final class LockedFolder {
  /*
   * Its file `lock` is held, by a file lock, by who makes or removes an entry. The kernel releases the lock of a process
   * that dies. Who finds that no entry is left removes the lock's file and the folder, with the lock held; who has waited
   * for that lock finds that its file has no name any more, and begins anew. A file lock is the process's, so threads take
   * `HERE` first.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final ReentrantLock HERE = new ReentrantLock();
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  private final Path path;
  private final String prefix;

  /**
   * A folder that need not be there: it is made with its first entry and removed with its last one.
   *
   * @param path where it is, absolute
   * @param prefix with what the names of its entries begin
   */
  LockedFolder(Path path, String prefix) {
    this.path = path;
    this.prefix = prefix;
  }

  /** {@return the number of this user} */
  static int uid() throws IOException {
    return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  Path path() {
    return path;
  }

  /** {@return its entries, which the caller closes} */
  @SuppressWarnings("StreamResourceLeak") // it is the caller's
  DirectoryStream<Path> entries() throws IOException {
    return Files.newDirectoryStream(path, prefix + "*");
  }

  /** What is done with the lock held. */
  interface Step {
    void run() throws IOException;
  }

  /** Runs a step while no other thread of any process of this user runs one. */
  void locked(Step step) throws IOException {
    HERE.lock();
    boolean interrupted = Thread.interrupted(); // it would close the channel
    try {
      while (!ranWithLock(step)) {
        Thread.onSpinWait(); // the last one has removed the folder; it is made anew
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      HERE.unlock();
    }
  }

  private boolean ranWithLock(Step step) throws IOException {
    makeFolder();
    ensureOurs();
    Path file = path.resolve("lock");
    try (FileChannel channel = lockChannel(file)) {
      if (channel == null) {
        return false;
      }
      channel.lock(); // until the channel is closed
      if (!isOpenHere(file)) {
        return false;
      }
      try {
        step.run();
      } finally {
        removeIfEmpty(file);
      }
      return true;
    }
  }

  private static @Nullable FileChannel lockChannel(Path file) throws IOException {
    try {
      return FileChannel.open(
          file,
          Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (NoSuchFileException folderGone) {
      return null;
    }
  }

  /** {@return whether a channel of this process is on the file that has this name now} */
  private static boolean isOpenHere(Path file) throws IOException {
    try (DirectoryStream<Path> links = Files.newDirectoryStream(DESCRIPTORS)) {
      for (Path link : links) {
        if (leadsTo(link, file)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean leadsTo(Path link, Path file) throws IOException {
    try {
      return Files.readSymbolicLink(link).equals(file);
    } catch (NoSuchFileException closedMeanwhile) {
      return false;
    }
  }

  private void removeIfEmpty(Path file) throws IOException {
    try (DirectoryStream<Path> entries = entries()) {
      if (entries.iterator().hasNext()) {
        return;
      }
    }
    Files.delete(file);
    try {
      Files.delete(path);
    } catch (DirectoryNotEmptyException | NoSuchFileException nextIsThere) {
      LOG.log(Level.DEBUG, "{0} is in use", path);
    }
  }

  private void makeFolder() throws IOException {
    try {
      Files.createDirectory(path, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    } catch (FileAlreadyExistsException e) {
      LOG.log(Level.TRACE, "{0} is there", path);
    }
  }

  /** Refuses a folder that somebody else has put there; that there is none is fine. */
  void ensureOurs() throws IOException {
    Map<String, Object> found;
    try {
      found =
          Files.readAttributes(path, "unix:uid,permissions,isDirectory", LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException removedMeanwhile) {
      return;
    }
    if (!Objects.equals(found.get("uid"), uid())
        || !Objects.equals(found.get("permissions"), OWNER_ONLY)
        || !Objects.equals(found.get("isDirectory"), true)) {
      throw new IOException(
          "folder of names must be one that only this user can enter: folder=%s found=%s; remove it"
              .formatted(path, found));
    }
  }
}
