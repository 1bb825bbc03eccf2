package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.Pool;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A start is mostly the loading of classes. */
@Tag("system")
@Timeout(60)
class StartClassesTest {
  private static final int ENDS = 5;

  /** What takes milliseconds by what it loads besides, and was once on the way to a first task. */
  private static final List<String> SLOW =
      List.of(
          "'java/util/ServiceLoader'",
          "'java/util/logging/",
          "'jdk/internal/logger/",
          "'java/util/regex/",
          "'java/security/SecureRandom'",
          "'java/io/ObjectInputStream'",
          "'java/lang/ProcessHandle",
          "'jdk/internal/foreign/layout/",
          "'java/lang/invoke/StringConcatFactory'",
          "'sun/nio/ch/UnixDomainSockets'");

  @TempDir private Path folder;

  @AfterEach
  void nothingIsLeft() {
    assertThat(Os.workers()).isEmpty();
    assertThat(Os.leftOvers()).isEmpty();
  }

  /** A pool of one worker, which writes down what classes it initialises. */
  private static Pool logging(Path log) {
    return Pool.open(
        ProcessOptions.DEFAULTS.withWorkers(1).withJvmFlags("-Xlog:class+init=info:file=" + log));
  }

  /** Up to its first task the thread that leads a worker touches nothing that makes it late. */
  @Test
  void start_firstTask_nothingSlowIsTouchedBefore() throws Exception {
    Path log = folder.resolve("touched.log");
    try (Pool pool = logging(log)) {
      String file = log.toString();
      List<String> touched = pool.submit(() -> Files.readAllLines(Path.of(file))).get();
      assertThat(touched).anyMatch(StartClassesTest::isOfThisTest);
      assertThat(
              touched.stream()
                  .dropWhile(line -> !line.contains("WorkerMain'"))
                  .takeWhile(line -> !isOfThisTest(line))
                  .filter(line -> !line.endsWith("\"tutti-control\"")) // which is not waited for
                  .filter(line -> isLambdaOfTutti(line) || SLOW.stream().anyMatch(line::contains)))
          .isEmpty();
    }
  }

  /** Without a start cache the JDK makes a class for each, and one for the way to it. */
  private static boolean isLambdaOfTutti(String line) {
    return line.contains("'dev/tutti/") && line.contains("$$Lambda");
  }

  /** To ask for the program's filter between two items opens every jar of the class path. */
  @Test
  void start_furtherTasks_noFilterOfTheProgramIsLookedFor() throws Exception {
    Path log = folder.resolve("touched.log");
    try (Pool pool = logging(log)) {
      assertThat(pool.map(List.of(1, 2, 3), n -> n + 1)).containsExactly(2, 3, 4);
      assertThat(pool.map(List.of(new Named("a"), new Named("b")), Named::name))
          .containsExactly("a", "b");
    }
    assertThat(Files.readAllLines(log))
        .anyMatch(StartClassesTest::isOfThisTest)
        .noneMatch(line -> line.contains("'java/io/ObjectInputFilter$Config'"));
  }

  record Named(String name) implements Serializable {}

  /**
   * The end of a worker that nothing keeps asks for no logger. One that has not ended in time is
   * ended, and does: on a loaded machine that may be the first.
   */
  @Test
  void end_nothingIsLeftInTheWorker_noLoggerIsLookedFor() throws Exception {
    List<Boolean> asked = new ArrayList<>();
    while (asked.size() < ENDS && !asked.contains(false)) {
      Path log = folder.resolve("touched-" + asked.size() + ".log");
      try (Pool pool = logging(log)) {
        assertThat(pool.submit(() -> 1).get()).isEqualTo(1);
      }
      assertThat(Files.readAllLines(log))
          .anyMatch(line -> line.contains("'dev/tutti/process/worker/ProperEnd'"));
      asked.add(Files.readString(log).contains("'java/lang/System$LoggerFinder'"));
    }
    assertThat(asked).contains(false);
  }

  private static boolean isOfThisTest(String line) {
    return line.contains("'dev/tutti/process/StartClassesTest'");
  }
}
