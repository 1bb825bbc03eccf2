package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where workers have Tutti's classes from, when the program has them in jars. */
@Tag("system")
@Timeout(60)
class OwnJarsTest {
  private static final String BY_BOOT = "tutti=boot own=app logger=dev.tutti flags=1";
  private static final String BY_CLASS_PATH = "tutti=app own=app logger=dev.tutti flags=0";

  @TempDir private static Path home;
  @TempDir private Path folder;

  private static List<Path> jars;

  @BeforeAll
  static void make() throws Exception {
    jars = TuttiJars.in(home);
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(Os.workers()).isEmpty();
    assertThat(Os.leftOvers()).isEmpty();
  }

  /** Also a worker that has a pool of its own; the class path has all that the program's has. */
  @Test
  void start_tuttiInItsJars_workersBootWithIt() throws Exception {
    Path tests = TuttiJars.home(OwnJarsTest.class);
    List<String> said = run(List.of(jars.get(0), tests, jars.get(1), jars.get(2)));
    assertThat(said)
        .contains(
            "worker " + BY_BOOT,
            "nested " + BY_BOOT,
            "classes "
                + TuttiJars.classPath(List.of(tests, jars.get(0), jars.get(1), jars.get(2))));
  }

  /**
   * The JVM names its jars without symbolic links; the program's class path has what it was given.
   */
  @Test
  void start_jarsThroughALink_areTheLastOfTheClassPath() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), home);
    List<Path> linked = jars.stream().map(jar -> link.resolve(jar.getFileName())).toList();
    Path tests = TuttiJars.home(OwnJarsTest.class);
    assertThat(run(List.of(linked.get(1), linked.get(0), tests, linked.get(2))))
        .contains(
            "worker " + BY_BOOT,
            "classes "
                + TuttiJars.classPath(List.of(tests, linked.get(1), linked.get(0), linked.get(2))));
  }

  /** Nobody knows what is in the file; and what tasks do does not depend on it. */
  @Test
  void start_fileWithFlags_workersHaveItOnTheClassPathAndDoTheSame() throws Exception {
    List<Path> entries = new ArrayList<>(jars);
    entries.add(TuttiJars.home(OwnJarsTest.class));
    Path flags = Files.createFile(folder.resolve("flags"));
    List<String> boot = run(entries);
    List<String> classPath = run(entries, "-XX:VMOptionsFile=" + flags);
    assertThat(classPath).contains("worker " + BY_CLASS_PATH, "nested " + BY_BOOT);
    assertThat(boot.subList(3, boot.size()))
        .hasSize(3)
        .isEqualTo(classPath.subList(3, classPath.size()));
  }

  /** Classes that were archived with the class path find each other there. */
  @Test
  void start_archiveOfTheUsersOwn_workersHaveItOnTheClassPath() throws Exception {
    List<Path> entries = new ArrayList<>(jars);
    entries.add(TuttiJars.home(OwnJarsTest.class));
    Path none = folder.resolve("none.aot");
    assertThat(run(entries, "-XX:AOTCache=" + none, "-Xlog:aot*=off,cds*=off"))
        .contains("worker " + BY_CLASS_PATH);
  }

  /** A manager of loggers may have its own, and gives them by the class path. */
  @Test
  void start_logManager_workersHaveItOnTheClassPath() throws Exception {
    List<Path> entries = new ArrayList<>(jars);
    entries.add(TuttiJars.home(OwnJarsTest.class));
    assertThat(run(entries, "-Djava.util.logging.manager=java.util.logging.LogManager"))
        .contains("worker " + BY_CLASS_PATH);
  }

  /** Classes of others find each other by the class loader that they expect. */
  @Test
  void start_moreInAJarOfTuttis_workersHaveItOnTheClassPath() throws Exception {
    Path more = folder.resolve("more.jar");
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(jars.get(2)));
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(more))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        out.putNextEntry(new ZipEntry(entry.getName()));
        in.transferTo(out);
      }
      out.putNextEntry(new ZipEntry("app/settings.properties"));
    }
    List<String> said =
        run(List.of(jars.get(0), jars.get(1), more, TuttiJars.home(OwnJarsTest.class)));
    assertThat(said).contains("worker " + BY_CLASS_PATH, "nested " + BY_CLASS_PATH);
  }

  private static List<String> run(List<Path> entries, String... args) throws Exception {
    List<String> line =
        new ArrayList<>(
            List.of(
                "-Dtutti.aot=off",
                "-cp",
                TuttiJars.classPath(entries),
                BootParent.class.getName()));
    line.addAll(List.of(args));
    try (ParentJvm parent = ParentJvm.start(line, _ -> {})) {
      parent.awaitSuccess();
      assertThat(parent.err()).isEmpty();
      return List.copyOf(parent.out());
    }
  }
}
