package dev.tutti.process.launch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.memory.segment.ProcessFolder;
import dev.tutti.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class PoolFolderTest {
  private static final String TMPDIR = "java.io.tmpdir";
  private static final String NAMESPACE = namespace();
  private static final String DEAD = "tutti-" + Integer.MAX_VALUE + "-" + NAMESPACE + "-";

  private static String namespace() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString().replaceAll("\\D", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private final String realTmpdir = System.getProperty(TMPDIR);
  @TempDir private Path tmp;

  @BeforeEach
  void useOwnFolder() {
    System.setProperty(TMPDIR, tmp.toString());
  }

  @AfterEach
  void useRealFolder() {
    System.setProperty(TMPDIR, realTmpdir);
  }

  /** Only the user can enter the folder, and it is gone after close with what is in it. */
  @Test
  void create_usually_isPrivateAndRemovedByClose() throws IOException {
    Path path;
    try (PoolFolder folder = PoolFolder.create()) {
      path = folder.path();
      assertThat(path.getParent()).isEqualTo(tmp);
      assertThat(path.getFileName().toString())
          .startsWith("tutti-" + ProcessHandle.current().pid() + "-");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rwx------");
      Files.writeString(path.resolve("w0.s"), "");
    }
    assertThat(path).doesNotExist();
  }

  /**
   * The folder that a killed JVM has left is removed by the next pool; that of a live one stays.
   */
  @Test
  void create_leftOverOfDeadProcess_isRemovedSoon() throws Exception {
    Path left = Files.createDirectory(tmp.resolve(DEAD + "abc"));
    Files.writeString(left.resolve("crash-7.log"), "x");
    Path live = Files.createDirectory(tmp.resolve("tutti-1-" + NAMESPACE + "-abc"));
    Path container = Files.createDirectory(tmp.resolve("tutti-" + Integer.MAX_VALUE + "-1-abc"));
    Path other = Files.createDirectory(tmp.resolve("tutti-cache"));
    try (PoolFolder _ = PoolFolder.create()) {
      Await.until("it is removed", () -> Files.notExists(left));
      assertThat(live).exists();
      assertThat(container).exists(); // of another namespace, in which that process may live
      assertThat(other).exists();
    }
  }

  /** Those of a pool that is closed before are removed, too. */
  @Test
  void close_leftOverOfDeadProcess_isRemovedSoon() throws Exception {
    Path left = Files.createDirectory(tmp.resolve(DEAD + "abc"));
    PoolFolder.create().close();
    Await.until("it is removed", () -> Files.notExists(left));
  }

  /** A left-over that cannot be removed keeps nobody from making a folder beside it. */
  @Test
  void removeLeftOvers_leftOverThatStays_isNoObstacle() throws IOException {
    Path left = Files.createDirectory(tmp.resolve(DEAD + "abc"));
    Files.writeString(Files.createDirectory(left.resolve("folder")).resolve("file"), "x");
    try (PoolFolder folder = PoolFolder.create()) {
      ProcessFolder.removeLeftOvers(tmp, ProcessFolder.ownerOf(tmp));
      assertThat(left).exists();
      assertThat(folder.path().getParent()).isEqualTo(tmp);
    }
  }

  /** A name with a number that no process can have is somebody else's, and no obstacle. */
  @Test
  void removeLeftOvers_foreignNameWithHugeNumber_isNoObstacle() throws IOException {
    Path foreign =
        Files.createDirectory(tmp.resolve("tutti-99999999999999999999-" + NAMESPACE + "-x"));
    ProcessFolder.removeLeftOvers(tmp, ProcessFolder.ownerOf(tmp));
    assertThat(foreign).exists();
  }

  /** A temporary folder whose path is too long for a socket is passed over for a short one. */
  @Test
  void create_longTmpdir_fallsBackToShortPath() throws IOException {
    Path deep = Files.createDirectories(tmp.resolve("d".repeat(60)).resolve("e".repeat(60)));
    System.setProperty(TMPDIR, deep.toString());
    try (PoolFolder folder = PoolFolder.create()) {
      assertThat(folder.path().toString().getBytes(UTF_8).length).isLessThan(107 - 11);
      assertThat(folder.path()).isDirectory();
    }
    assertThat(deep).isEmptyDirectory();
  }

  /** A temporary folder that is not there is passed over too. */
  @Test
  void create_missingTmpdir_fallsBack() throws IOException {
    System.setProperty(TMPDIR, tmp.resolve("nowhere").toString());
    try (PoolFolder folder = PoolFolder.create()) {
      assertThat(folder.path()).isDirectory();
    }
  }

  /** Places that are missing, no folder, closed to writing, or without sockets are passed over. */
  @Test
  void create_placesOfNoUse_arePassedOver() throws IOException {
    Path file = Files.writeString(tmp.resolve("file"), "");
    Path deep = Files.createDirectories(tmp.resolve("d".repeat(60)).resolve("e".repeat(60)));
    List<Path> ofNoUse = List.of(tmp.resolve("missing"), file, Path.of("/proc"), deep);
    List<Path> places = new ArrayList<>(ofNoUse);
    places.add(tmp);
    try (PoolFolder folder = PoolFolder.create(places)) {
      assertThat(folder.path().getParent()).isEqualTo(tmp);
      assertThat(folder.path()).isEmptyDirectory();
    }
    assertThatThrownBy(() -> PoolFolder.create(ofNoUse))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(
            "no place for a pool's folder: tried=[",
            "missing",
            file.toString(),
            "/proc: ",
            "path is too long for a socket",
            "set java.io.tmpdir to a folder of this machine with a short path");
    assertThat(deep).isEmptyDirectory();
  }

  /** A program that has unset or emptied the name of its temporary folder has others. */
  @Test
  void create_noTmpdir_fallsBack() throws IOException {
    System.clearProperty(TMPDIR);
    try (PoolFolder folder = PoolFolder.create()) {
      assertThat(folder.path()).isDirectory();
    }
    System.setProperty(TMPDIR, "");
    try (PoolFolder folder = PoolFolder.create()) {
      assertThat(folder.path().getParent()).isNotEqualTo(Path.of("").toAbsolutePath());
    }
  }

  /** Two pools of one JVM have two folders. */
  @Test
  void create_twice_givesTwoFolders() throws IOException {
    try (PoolFolder one = PoolFolder.create();
        PoolFolder two = PoolFolder.create()) {
      assertThat(one.path()).isNotEqualTo(two.path());
    }
  }

  /** The head of a crash log is taken out once; lines without content are left out. */
  @Test
  void takeCrashLog_written_isTakenOnce() throws IOException {
    try (PoolFolder folder = PoolFolder.create()) {
      Path log = folder.path().resolve("crash-42.log");
      Files.write(
          log, "#\n# A fatal error: \u00e9\n\n#\n#  SIGSEGV (0xb)\n# more\n".getBytes(ISO_8859_1));
      assertThat(folder.takeCrashLog(41, 12)).isEmpty();
      assertThat(folder.takeCrashLog(42, 2))
          .containsExactly("# A fatal error: \u00e9", "#  SIGSEGV (0xb)");
      assertThat(log).doesNotExist();
      assertThat(folder.takeCrashLog(42, 2)).isEmpty();
    }
  }

  /** Closing twice, or after somebody has cleaned up, does no harm. */
  @Test
  void close_twice_doesNoHarm() throws IOException {
    PoolFolder folder = PoolFolder.create();
    folder.close();
    folder.close();
    assertThat(folder.path()).doesNotExist();
  }

  /** What tidies up temporary folders takes an empty one: it is made again. */
  @Test
  void ensureThere_removed_isMadeAgain() throws IOException {
    try (PoolFolder folder = PoolFolder.create()) {
      Files.delete(folder.path());
      folder.ensureThere();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.path())))
          .isEqualTo("rwx------");
      Path file = Files.writeString(folder.path().resolve("w0.s"), "");
      folder.ensureThere();
      assertThat(file).exists();
    }
  }

  /** What others could have put in its place is not taken for it. */
  @Test
  void ensureThere_anotherInItsPlace_isRefused() throws IOException {
    try (PoolFolder folder = PoolFolder.create()) {
      Files.setPosixFilePermissions(folder.path(), PosixFilePermissions.fromString("rwxrwxrwx"));
      assertThatThrownBy(folder::ensureThere)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("pool's folder is not as it was made: path=" + folder.path());
      Files.delete(folder.path());
      Files.createSymbolicLink(folder.path(), Files.createDirectory(tmp.resolve("elsewhere")));
      assertThatThrownBy(folder::ensureThere).isInstanceOf(IOException.class);
      Files.delete(folder.path());
    }
  }

  /** What another user has given such a name is his; only the system's own user can play him. */
  @Test
  void removeLeftOvers_leftOverOfAnotherUser_stays() throws IOException {
    Path foreign = Files.createDirectory(tmp.resolve(DEAD + "abc"));
    if (!Files.getAttribute(foreign, "unix:uid").equals(0)) {
      return;
    }
    Files.setAttribute(foreign, "unix:uid", 12_345);
    ProcessFolder.removeLeftOvers(tmp, ProcessFolder.ownerOf(tmp));
    assertThat(foreign).exists();
  }
}
