package dev.tutti.process.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a JVM logs of the classes that it loads. */
class SeenClassesTest {
  private final SeenClasses seen = new SeenClasses();

  @TempDir private Path folder;

  /** Classes of jars and of the JDK count; what is in a cache, in a folder or was made does not. */
  @Test
  void read_linesOfAllKinds_thoseFromJarsAndJdkCount() {
    seen.read(
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
    assertThat(seen.names()).containsExactly("a.Late", "java.sql.Date", "a.Földer");
  }

  /** A pool's workers have logs of their own; a look says whether it has brought anything. */
  @Test
  void readFrom_logsOfWorkers_tellsWhetherAnythingIsNew() throws Exception {
    assertThat(seen.readFrom(folder)).isFalse();
    Files.writeString(folder.resolve("classes-17.log"), "a.A source: file:/a.jar\n");
    Files.writeString(folder.resolve("classes-18.log"), "a.B source: file:/a.jar\n");
    Files.writeString(folder.resolve("crash-17.log"), "a.C source: file:/a.jar\n");
    assertThat(seen.readFrom(folder)).isTrue();
    assertThat(seen.readFrom(folder)).isFalse();
    assertThat(seen.names()).containsExactlyInAnyOrder("a.A", "a.B");
    assertThat(seen.readFrom(folder.resolve("gone"))).isFalse();
  }

  /** Each worker of a program loads them all: there is an end to their number. */
  @Test
  void read_veryManyClasses_theFirstOnesCount() {
    StringBuilder log = new StringBuilder();
    for (int i = 0; i <= SeenClasses.MOST_CLASSES; i++) {
      log.append("a.A").append(i).append(" source: file:/a.jar\n");
    }
    seen.read(log.toString());
    assertThat(seen.names()).hasSize(SeenClasses.MOST_CLASSES).contains("a.A0");
  }

  /** A few workers log: others of a pool whose workers come and go would fill the disk. */
  @Test
  void flags_manyWorkers_fewLog() {
    for (int i = 0; i < 8; i++) {
      assertThat(seen.flags(folder)).hasSize(1);
    }
    assertThat(seen.flags(folder)).isEmpty();
  }
}
