package dev.tutti.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.cli.Finding.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
}
