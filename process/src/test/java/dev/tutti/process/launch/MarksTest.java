package dev.tutti.process.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class MarksTest {
  @TempDir private Path home;

  private Marks marks() {
    return new Marks(new CacheFolder(home.resolve("cache/tutti")));
  }

  /** A program is known from its first run on, until its file has failed three times. */
  @Test
  void wasRun_programsRun_areKnownUntilTheyFail() throws Exception {
    assertThat(marks().wasRun("k")).isFalse();
    marks().ran("k");
    marks().ran("k");
    assertThat(marks().wasRun("k")).isTrue();
    assertThat(marks().wasRun("other")).isFalse();
    marks().failed("k");
    marks().failed("k");
    assertThat(marks().wasRun("k")).as("twice").isTrue();
    marks().failed("k");
    marks().ran("k");
    assertThat(marks().wasRun("k")).as("three times").isFalse();
    marks().succeeded("k");
    assertThat(marks().wasRun("k")).as("the last was none").isTrue();
  }

  /** A disk that was full may have room some days later. */
  @Test
  void wasRun_failuresAreOld_isTriedAgain() throws Exception {
    marks().failed("k");
    long today = Long.parseLong(Files.readString(mark("k")).strip());
    Files.writeString(mark("k"), (today - 6 + "\n").repeat(3));
    assertThat(marks().wasRun("k")).isFalse();
    Files.writeString(mark("k"), (today - 7 + "\n").repeat(3));
    assertThat(marks().wasRun("k")).isTrue();
    Files.writeString(mark("k"), "what is this");
    assertThat(marks().wasRun("k")).as("not ours").isTrue();
  }

  /** Programs that were run once, and never again, do not fill the folder. */
  @Test
  void ran_manyPrograms_oldestAreForgotten() throws Exception {
    for (int i = 0; i < 70; i++) {
      marks().ran("k" + i);
      Files.setLastModifiedTime(mark("k" + i), FileTime.fromMillis(1_000L * i));
    }
    assertThat(marks().wasRun("k5")).isFalse();
    assertThat(marks().wasRun("k6")).isTrue();
    assertThat(marks().wasRun("k69")).isTrue();
    marks().ran("k6");
    marks().ran("last");
    assertThat(marks().wasRun("k6")).as("run since").isTrue();
    assertThat(marks().wasRun("k7")).as("the oldest").isFalse();
  }

  private Path mark(String key) {
    return home.resolve("cache/tutti").resolve(key + ".ran");
  }

  /** Where there can be no folder, nothing is noted and nothing thrown. */
  @Test
  void ran_noFolder_isLeftOut() throws Exception {
    Files.createDirectories(home.resolve("cache"));
    Files.writeString(home.resolve("cache/tutti"), "a file");
    marks().ran("k");
    assertThat(marks().wasRun("k")).isFalse();
  }

  /** Who can write to the folder could have programs counted as run. */
  @Test
  void ran_othersMayWrite_isNotNoted() throws Exception {
    marks().ran("k");
    Files.setPosixFilePermissions(
        home.resolve("cache/tutti"), PosixFilePermissions.fromString("rwxrwxrwx"));
    marks().ran("other");
    assertThat(mark("other")).doesNotExist();
  }
}
