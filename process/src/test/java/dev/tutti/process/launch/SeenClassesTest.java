package dev.tutti.process.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a JVM logs of the classes that it loads. */
@Tag("unit")
class SeenClassesTest {
  private final SeenClasses seen = new SeenClasses();

  @TempDir private Path folder;

  /** Classes of jars and of the JDK count; what is in a cache, in a folder or was made does not. */
  @Test
  void readFrom_linesOfAllKinds_thoseFromJarsAndJdkCount() throws Exception {
    log(
        17,
        """
        opened: /lib/tutti-core.jar
        java.lang.Object source: shared objects file
        a.Late source: file:/lib/a%20b.jar
        java.sql.Date source: jrt:/java.sql
        a.Földer source: file:/lib/a.jar
        a.InFolder source: file:/lib/classes/
        a.Late$$Lambda/0x000000001f044000 source: a.Late
        a.Odd/0x000000001f044000 source: file:/lib/a.jar
        jdk.proxy1.$Proxy3 source: __JVM_DefineClass__
        a.Late source: file:/lib/a.jar
        a.CutOff source: file:/li\
        """);
    seen.readFrom(folder);
    assertThat(seen.names()).containsExactly("a.Late", "java.sql.Date", "a.Földer");
  }

  private void log(int pid, String lines) throws IOException {
    Files.writeString(folder.resolve("classes-" + pid + ".log"), lines);
  }

  /** A pool's workers have logs of their own; all are known when a look finds nothing new. */
  @Test
  void readFrom_logsOfWorkers_allAreKnownWhenNothingIsNew() throws Exception {
    seen.readFrom(folder);
    assertThat(seen.areAll()).as("there is nothing yet").isFalse();
    log(17, "a.A source: file:/a.jar\n");
    log(18, "a.B source: file:/a.jar\n");
    Files.writeString(folder.resolve("crash-17.log"), "a.C source: file:/a.jar\n");
    seen.readFrom(folder);
    assertThat(seen.areAll()).isFalse();
    seen.readFrom(folder.resolve("gone"));
    assertThat(seen.areAll()).as("nothing could be read").isFalse();
    seen.readFrom(folder);
    assertThat(seen.areAll()).isTrue();
    log(19, "a.D source: file:/a.jar\n");
    seen.readFrom(folder);
    assertThat(seen.areAll()).isFalse();
    assertThat(seen.names()).containsExactlyInAnyOrder("a.A", "a.B", "a.D");
  }

  /** A resource of the last jar is found when all jars before it are open, too. */
  @Test
  void lastOn_jars_isAClassOfTheLast() throws Exception {
    Path jar = Files.createFile(folder.resolve("b-1.0.jar")).toRealPath();
    Path link = Files.createSymbolicLink(folder.resolve("b.jar"), jar);
    log(17, "a.A source: file:/a.jar\nb.B source: file:" + jar + "\nj.J source: jrt:/java.base\n");
    seen.readFrom(folder);
    assertThat(seen.lastOn(List.of("/a.jar", link.toString(), "/c.jar"))).isEqualTo("b.B");
    assertThat(seen.lastOn(List.of(link.toString(), "/a.jar"))).isEqualTo("a.A");
    assertThat(seen.lastOn(List.of("/c.jar"))).isNull();
  }

  /** A worker that makes classes all the time does not fill the disk. */
  @Test
  void flagsOfNextWorker_bound_isKeptByTheJvm() throws Exception {
    String flag = seen.flagsOfNextWorker(folder).getFirst();
    assertThat(flag).endsWith("filesize=2M");
    Process jvm =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                flag.replace("=2M", "=2K"),
                "-Xshare:off",
                "-version")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(jvm.waitFor()).isZero();
    try (Stream<Path> logs = Files.list(folder)) {
      assertThat(logs.toList()).hasSize(2).allMatch(log -> log.toFile().length() < 4_096);
    }
  }

  /** Each worker of a program loads them all: there is an end to their number. */
  @Test
  void readFrom_veryManyClasses_theFirstOnesCount() throws Exception {
    StringBuilder log = new StringBuilder();
    for (int i = 0; i <= SeenClasses.MOST_CLASSES; i++) {
      log.append("a.A").append(i).append(" source: file:/a.jar\n");
    }
    log(17, log.toString());
    seen.readFrom(folder);
    assertThat(seen.names()).hasSize(SeenClasses.MOST_CLASSES).contains("a.A0");
  }

  /** A few workers log: others of a pool whose workers come and go would fill the disk. */
  @Test
  void flagsOfNextWorker_manyWorkers_fewLog() {
    for (int i = 0; i < 8; i++) {
      assertThat(seen.flagsOfNextWorker(folder)).hasSize(1);
    }
    assertThat(seen.flagsOfNextWorker(folder)).isEmpty();
  }
}
