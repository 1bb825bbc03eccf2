package dev.tutti.memory.segment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Folders for temporary files whose names tell which process they belong to, and that only its user
 * can enter. Who makes one removes, at some time, those that killed processes of the same user have
 * left beside it.
 *
 * <p><b>Thread safety.</b> For any thread.
 */
public final class ProcessFolder {
  private static final System.Logger LOG = System.getLogger("dev.tutti");

  /**
   * tutti-PID-NAMESPACE-RANDOM: a process id means something only in its namespace. Compiled where
   * it is needed, which is beside the start of a pool.
   */
  private static final String NAME = "tutti-(\\d{1,10})-(\\d{1,20})-.*";

  private static final String NAMESPACE = namespace();

  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private ProcessFolder() {}

  /**
   * Makes a folder.
   *
   * @param parent where
   * @param purpose a word for its name that tells what it is for; may be empty
   * @return the folder
   * @throws IOException if that is not possible
   */
  public static Path make(Path parent, String purpose) throws IOException {
    // Not by a format: its first number in a program loads the locale's, which takes milliseconds.
    String name = "tutti-" + ProcessHandle.current().pid() + "-" + NAMESPACE + "-";
    return Files.createTempDirectory(parent, name + purpose, PRIVATE);
  }

  /**
   * Makes a folder again that has been removed.
   *
   * @param folder that {@link #make} has given
   * @throws IOException if that is not possible, such as because it is there
   */
  public static void makeAgain(Path folder) throws IOException {
    Files.createDirectory(folder, PRIVATE);
  }

  /**
   * Removes a folder with the files in it.
   *
   * @param folder which has no folders in it
   * @throws IOException if that is not possible
   */
  public static void remove(Path folder) throws IOException {
    try (Stream<Path> content = Files.list(folder)) {
      for (Path file : content.toList()) {
        Files.deleteIfExists(file);
      }
    } catch (UncheckedIOException e) { // the folder can be opened, and not read
      throw e.getCause();
    }
    Files.deleteIfExists(folder);
  }

  /** {@return the number of this JVM's namespace of process ids; 0 if the system does not tell} */
  private static String namespace() {
    try {
      String text = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString(); // pid:[123]
      return text.substring(text.indexOf('[') + 1, text.length() - 1);
    } catch (IOException | UnsupportedOperationException e) {
      return "0";
    }
  }

  /**
   * Removes the folders that killed processes have left, as far as that is possible. It looks at
   * all that is there, which takes a while where that is much.
   *
   * @param parent where
   * @param owner whose, as {@link #ownerOf} says it of a folder that {@link #make} has given
   */
  public static void removeLeftOvers(Path parent, Object owner) {
    Pattern names = Pattern.compile(NAME);
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, "tutti-*")) {
      for (Path folder : folders) {
        if (isLeftOver(folder, names)) {
          removeIfPossible(folder, owner);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOG.log(Level.DEBUG, "cannot look for left-over folders in {0}: {1}", parent, e);
    }
  }

  /**
   * {@return the number of the user whose a file is}
   *
   * @param file the file or folder
   * @throws IOException if it is not there
   */
  public static Object ownerOf(Path file) throws IOException {
    return Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
  }

  private static boolean isLeftOver(Path folder, Pattern names) {
    Matcher name = names.matcher(folder.getFileName().toString());
    return name.matches()
        && name.group(2).equals(NAMESPACE)
        && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
        && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty();
  }

  private static void removeIfPossible(Path folder, Object owner) {
    try {
      if (ownerOf(folder).equals(owner)) { // anybody can give a folder such a name
        remove(folder);
      }
    } catch (IOException e) { // another user's, or another JVM is quicker
      LOG.log(Level.DEBUG, "cannot remove the left-over folder {0}: {1}", folder, e);
    }
  }
}
