package dev.tutti.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.cli.Finding.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the doctor finds on machines that are made for it. */
@Tag("unit")
class MachineTest {
  @TempDir Path root;

  private Map<String, Finding> look(Path temporary) {
    return new Machine(root, temporary)
        .look().stream().collect(Collectors.toMap(Finding::name, Function.identity()));
  }

  private void limits(String files, String processes) throws IOException {
    Files.createDirectories(root.resolve("proc/self/fd"));
    Files.writeString(
        root.resolve("proc/self/limits"),
        """
        Limit                     Soft Limit           Hard Limit           Units
        Max processes             %s                unlimited            processes
        Max open files            %s                 4096                 files
        """
            .formatted(processes, files));
  }

  @Test
  void look_goodMachine_nothingToMend() throws IOException {
    limits("4096", "unlimited");
    Files.createDirectories(root.resolve("dev/shm"));
    Map<String, Finding> found = look(Path.of("/tmp"));
    for (String name : new String[] {"JDK", "/proc", "temporary", "open files", "processes"}) {
      assertThat(found.get(name).state()).as(found.get(name).text()).isEqualTo(State.OK);
    }
    assertThat(found.get("processes").value()).isEqualTo("no limit");
  }

  @Test
  void look_poorMachine_eachIsFoundWithAdvice() throws IOException {
    limits("256", "100");
    Path deep = Files.createDirectories(root.resolve("x".repeat(80)));
    Map<String, Finding> found = look(deep);
    assertThat(found.get("open files").state()).isEqualTo(State.NOTE);
    assertThat(found.get("open files").text()).contains("at most 256").contains("ulimit -n");
    assertThat(found.get("processes").text()).contains("at most 100").contains("ulimit -u");
    assertThat(found.get("/dev/shm").state()).isEqualTo(State.NOTE);
    assertThat(found.get("temporary").state()).isEqualTo(State.BAD);
    assertThat(found.get("temporary").advice()).contains("java.io.tmpdir");
  }

  @Test
  void look_noLinux_isBad() {
    Map<String, Finding> found = look(Path.of("/tmp"));
    assertThat(found.get("/proc").state()).isEqualTo(State.BAD);
    assertThat(found.get("open files").state()).isEqualTo(State.NOTE);
  }

  /** A folder that the start cache cannot have, or does not take, is told. */
  @Test
  void look_noPlaceForStartCache_saidSo() throws IOException {
    Path open = Files.createDirectory(root.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwx---"));
    Path file = Files.createFile(root.resolve("file"));
    assertThat(startCache(root.resolve("new/one")).state()).isEqualTo(State.OK);
    assertThat(startCache(open).state()).isEqualTo(State.NOTE);
    assertThat(startCache(file.resolve("below")).state()).isEqualTo(State.NOTE);
  }

  private Finding startCache(Path folder) {
    String before = System.getProperty("tutti.aot");
    System.setProperty("tutti.aot", folder.toString());
    try {
      return requireNonNull(look(root).get("start cache"));
    } finally {
      if (before == null) {
        System.clearProperty("tutti.aot");
      } else {
        System.setProperty("tutti.aot", before);
      }
    }
  }
}
