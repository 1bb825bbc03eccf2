package dev.tutti.process.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.Pool;
import dev.tutti.task.TaskFuture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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
  }

  /** What cannot be read soon, or not at all, is gone with the next run. */
  @Test
  void ran_markIsDamaged_isReplaced() throws Exception {
    marks().ran("k");
    Files.delete(mark("k"));
    Files.createSymbolicLink(mark("k"), Path.of("/dev/zero"));
    assertThat(marks().wasRun("k")).as("without an end").isFalse();
    marks().ran("k");
    assertThat(marks().wasRun("k")).isTrue();

    Files.write(mark("k"), new byte[2 << 20]);
    assertThat(marks().namedJars("k")).isEmpty();
    assertThat(mark("k")).doesNotExist();
    marks().ran("k");

    Files.write(mark("k"), new byte[] {(byte) 0xff, 0, '\n', (byte) 0x80, '\n'});
    assertThat(marks().wasRun("k")).as("no text").isTrue();
    for (int i = 0; i < 3; i++) {
      marks().failed("k");
    }
    assertThat(marks().wasRun("k")).as("three times").isFalse();
  }

  /** Nobody waits for who will never write to it. */
  @Test
  @Timeout(20)
  void ran_pipeInItsPlace_isReplaced() throws Exception {
    marks().ran("k");
    Files.delete(mark("k"));
    assertThat(new ProcessBuilder("mkfifo", mark("k").toString()).start().waitFor()).isZero();
    marks().ran("k");
    assertThat(marks().wasRun("k")).isTrue();
  }

  /** Two JVMs that learn what a program's jars name do not disturb each other. */
  @Test
  void name_twoAtOnce_noneFails() throws Exception {
    marks().ran("k");
    try (Pool pool = Pool.threads(2)) {
      List<TaskFuture<Integer>> both = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        both.add(
            pool.submit(() -> {
              for (int n = 0; n < 200; n++) {
                marks().name("k", List.of("/a.jar"), "a/B.class");
              }
              return 200;
            }));
      }
      for (TaskFuture<Integer> one : both) {
        assertThat(one.get()).isEqualTo(200);
      }
    }
    marks().failed("k");
    marks().succeeded("k");
    assertThat(marks().namedJars("k")).containsExactly("/a.jar");
    assertThat(marks().opener("k")).isEqualTo("a/B.class");
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
