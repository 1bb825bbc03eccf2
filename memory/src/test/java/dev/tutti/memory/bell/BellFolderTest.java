package dev.tutti.memory.bell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class BellFolderTest {

  /** Only its user can enter it; what a killed process has left is removed, nothing else. */
  @Test
  void make_leftOverOfTheDead_isRemoved(@TempDir Path parent) throws Exception {
    String namespace = namespace();
    long dead = deadPid();
    Path left = parent.resolve("tutti-" + dead + "-" + namespace + "-bell-1");
    Files.createFile(Files.createDirectory(left).resolve("bell"));
    Path foreign = Files.createDirectory(parent.resolve("tutti-" + dead + "-1-bell-1"));
    long own = ProcessHandle.current().pid();
    Path alive =
        Files.createDirectory(parent.resolve("tutti-" + own + "-" + namespace + "-bell-1"));

    Path socket = BellFolder.make(List.of(parent));

    assertThat(left).doesNotExist();
    assertThat(foreign).exists();
    assertThat(alive).exists();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())))
        .isEqualTo("rwx------");
  }

  /** What another user has given such a name is his; only the system's own user can play him. */
  @Test
  void make_leftOverOfAnotherUser_stays(@TempDir Path parent) throws Exception {
    Path foreign =
        Files.createDirectory(parent.resolve("tutti-" + deadPid() + "-" + namespace() + "-bell-1"));
    if (!Files.getAttribute(foreign, "unix:uid").equals(0)) {
      return;
    }
    Files.setAttribute(foreign, "unix:uid", 12_345);
    assertThat(BellFolder.make(List.of(parent)).getParent()).hasParent(parent);
    assertThat(foreign).exists();
  }

  /** A place that is missing, or whose path is too long for a socket, is passed over. */
  @Test
  void make_placesOfNoUse_arePassedOver(@TempDir Path parent) throws Exception {
    Path deep = Files.createDirectories(parent.resolve("x".repeat(90)));
    Path missing = parent.resolve("missing");
    assertThat(BellFolder.make(List.of(missing, deep, Path.of("/tmp"))).startsWith("/tmp"))
        .isTrue();
    assertThatIOException()
        .isThrownBy(() -> BellFolder.make(List.of(missing, deep)))
        .withMessageContaining("no place for the socket");
    assertThat(deep).isEmptyDirectory();
  }

  private static String namespace() throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString().replaceAll("\\D", "");
  }

  private static long deadPid() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    return process.pid();
  }
}
