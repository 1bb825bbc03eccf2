package dev.tutti.memory.bell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.testkit.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class IdentityTest {

  /** A process is known by its start too: another one with the same process id is not it. */
  @Test
  void isAlive_samePidOtherStart_isFalse() {
    long own = Identity.own();
    assertThat(Identity.pid(own)).isEqualTo(ProcessHandle.current().pid());
    assertThat(Identity.isAlive(own)).isTrue();
    assertThat(Identity.isAlive(own + (1L << 22))).isFalse();
    assertThat(Identity.isAlive(own - (1L << 22))).isFalse();
  }

  /** One that has ended is dead, also while nobody has asked for its status. */
  @Test
  @Tag("system")
  void isAlive_zombie_isFalse() throws Exception {
    // The inner shell ends at once; the outer one becomes a program that never asks for its status.
    Process parent = new ProcessBuilder("/bin/sh", "-c", "sh -c 'echo $$' & exec sleep 60").start();
    try {
      long pid = Long.parseLong(parent.inputReader().readLine());
      Await.until(
          "a zombie", () -> Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") Z "));
      assertThat(Identity.isAlive(Identity.of(pid))).isFalse();
    } finally {
      parent.destroyForcibly().waitFor();
    }
  }
}
