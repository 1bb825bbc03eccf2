package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whose sockets workers use. */
@Tag("system")
@Timeout(60)
class SelectorProviderTest {
  @TempDir private Path folder;

  @AfterEach
  void nothingIsLeft() {
    assertThat(Os.workers()).isEmpty();
    assertThat(Os.leftOvers()).isEmpty();
  }

  private static List<String> run(String classPath) throws Exception {
    List<String> line =
        List.of(
            "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
            "-cp",
            classPath,
            OwnSelectors.class.getName());
    try (ParentJvm parent = ParentJvm.start(line, _ -> {})) {
      parent.awaitSuccess();
      assertThat(parent.err()).isEmpty();
      return List.copyOf(parent.out());
    }
  }

  /** A worker is told which of the JDK's its pool's JVM has found, and need not look for it. */
  @Test
  void start_programBringsNone_workerIsTold() throws Exception {
    String told = SelectorProvider.provider().getClass().getSimpleName() + " named=true";
    assertThat(run(System.getProperty("java.class.path"))).containsExactly(told, told);
  }

  /** What the program brings, its workers use, too. */
  @Test
  void start_programBringsOne_workerUsesIt() throws Exception {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(
        services.resolve(SelectorProvider.class.getName()), OwnSelectors.class.getName());
    String found = OwnSelectors.class.getSimpleName() + " named=false";
    assertThat(run(folder + File.pathSeparator + System.getProperty("java.class.path")))
        .containsExactly(found, found);
  }
}
