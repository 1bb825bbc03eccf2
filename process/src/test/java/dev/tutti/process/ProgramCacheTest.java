package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes.Name;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A program in a jar that is run again, and the start cache with its classes. */
@Tag("system")
@Timeout(60)
class ProgramCacheTest {
  private static final int CUT_AT = 3 << 20;

  /** A worker does not open its jars after a moment, which a test would have to be quicker than. */
  private static final String OPENS_NONE = "-Dtutti.opens=";

  private static final String MADE = "MADE workers start faster from now on, with ";

  @TempDir private static Path home;

  /** What the cache folder is like when the program has been run twice. */
  private static Path made;

  private static Path build;

  /** Where the program is found: a link, so that a test can exchange its build, and put it back. */
  private static Path program;

  private static List<Path> classPath;
  private static List<String> saidFirst;
  private static List<String> saidAgain;

  @TempDir private Path folder;

  @BeforeAll
  static void make() throws Exception {
    build = TuttiJars.jar(home.resolve("build.jar"), TuttiJars.home(ProgramCacheTest.class));
    program = Files.createSymbolicLink(home.resolve("program.jar"), build);
    classPath = new ArrayList<>(List.of(program));
    classPath.addAll(TuttiJars.in(home));
    classPath.add(TuttiJars.home(Await.class));
    made = home.resolve("caches");
    saidFirst = run(made, "MADE");
    saidAgain = run(made, "MADE");
  }

  @AfterAll
  static void nothingIsLeft() {
    assertThat(Os.workers()).isEmpty();
    assertThat(Os.leftOvers()).isEmpty();
  }

  @BeforeEach
  void copy() throws IOException {
    try (Stream<Path> files = Files.list(made)) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  /** Runs the program to its good end. {@return what it has printed} */
  private static List<String> run(Path caches, String... args) throws Exception {
    return run(classPath, caches, CacheParent.class, args);
  }

  private static List<String> run(List<Path> entries, Path caches, Class<?> program, String... args)
      throws Exception {
    List<String> line =
        new ArrayList<>(
            List.of(
                "-Dtutti.aot=" + caches, "-cp", TuttiJars.classPath(entries), program.getName()));
    line.addAll(Arrays.asList(args));
    try (ParentJvm parent = ParentJvm.start(line, _ -> {})) {
      parent.awaitSuccess();
      assertThat(parent.err()).isEmpty();
      return List.copyOf(parent.out());
    }
  }

  /** {@return the file of the program} It is the only one with a mark. */
  private Path ofProgram() throws IOException {
    String mark = mark().getFileName().toString();
    return folder.resolve(mark.replace(".ran", ".aot"));
  }

  private Path mark() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".ran")).findFirst().orElseThrow();
    }
  }

  private Path shared() throws IOException {
    Path own = ofProgram();
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".aot") && !file.equals(own))
          .findFirst()
          .orElseThrow();
    }
  }

  /** The first run has a cache for all programs made, the second one that of this program. */
  @Test
  void start_programIsRunAgain_itsClassesAreInItsCache() throws Exception {
    assertThat(saidFirst)
        .containsExactly(
            "cache=none",
            "MISSING it is being made, with Tutti's classes",
            MADE + "Tutti's classes",
            "and then 7");
    assertThat(saidAgain)
        .containsExactly(
            "cache=-XX:AOTCache=" + made.resolve(shared().getFileName()),
            "MISSING it is being made, with the program's classes too",
            MADE + "the program's classes too",
            "and then 7");
  }

  /** A worker finds the classes of the program in the cache, and does not open its jar. */
  @Test
  void start_cacheOfProgram_itsJarIsNotOpened() throws Exception {
    Path own = ofProgram();
    Path shared = shared();
    assertThat(run(folder, "LOOK", OPENS_NONE))
        .containsExactly("opened=false learns=false", "cache=-XX:AOTCache=" + own);
    Files.delete(own);
    assertThat(run(folder, "LOOK", OPENS_NONE))
        .containsExactly("opened=true learns=true", "cache=-XX:AOTCache=" + shared);
  }

  /** Then it opens them, so that it finds the same classes in them whatever becomes of them. */
  @Test
  void start_jarIsRemovedLater_itsOtherClassesAreFound() throws Exception {
    try {
      assertThat(run(folder, "GONE"))
          .containsExactly("cache=-XX:AOTCache=" + ofProgram(), "OwnSelectors");
    } finally {
      Files.createSymbolicLink(program, build);
    }
  }

  /**
   * A jar that was built anew is another program: nothing is refused, nothing printed. By its size
   * and date it cannot be told from the old one, as after a reproducible build.
   */
  @Test
  void start_programWasBuiltAnew_startsWithSharedCache() throws Exception {
    Path shared = shared();
    Path anew = home.resolve("build-anew.jar");
    Files.copy(build, anew, StandardCopyOption.COPY_ATTRIBUTES);
    link(anew);
    try {
      assertThat(run(folder, "LOOK"))
          .containsExactly("opened=true learns=false", "cache=-XX:AOTCache=" + shared);
    } finally {
      link(build);
    }
  }

  private static void link(Path jar) throws IOException {
    Files.delete(program);
    Files.createSymbolicLink(program, jar);
  }

  /** A file that ends too early is refused; the task runs, the file goes, nothing is printed. */
  @Test
  void start_truncatedCacheOfProgram_isAnEventOnly() throws Exception {
    Path own = ofProgram();
    Path shared = shared();
    byte[] bytes = Files.readAllBytes(own);
    Files.write(own, Arrays.copyOf(bytes, CUT_AT));
    assertThat(run(folder, "REFUSED"))
        .hasSize(3)
        .contains("cache=-XX:AOTCache=" + own, "and then 7")
        .anyMatch(line -> line.startsWith("REFUSED") && line.contains("truncated"));
    assertThat(own).doesNotExist();
    assertThat(mark()).content().hasLineCount(2);
    assertThat(run(folder)).containsExactly("cache=-XX:AOTCache=" + shared);
  }

  /** A file whose content is damaged may crash a worker at its start; it is started without. */
  @Test
  void start_damagedCacheOfProgram_isAnEventOnly() throws Exception {
    byte[] bytes = Files.readAllBytes(ofProgram());
    Arrays.fill(bytes, CUT_AT, CUT_AT + (2 << 20), (byte) 0x55);
    Files.write(ofProgram(), bytes);
    assertThat(run(folder, "REFUSED"))
        .containsExactlyInAnyOrder(
            "cache=-XX:AOTCache=" + shared(),
            "REFUSED a worker crashed at its start with it",
            "and then 7");
    assertThat(ofProgram()).doesNotExist();
    assertThat(mark()).content().hasLineCount(2);
  }

  /** Damage may show only when a class is needed: who crashes later has the file looked at, too. */
  @Test
  void crash_damageDidNotShowAtTheStart_cacheIsDropped() throws Exception {
    Path own = ofProgram();
    byte[] bytes = Files.readAllBytes(own);
    bytes[bytes.length - 1] ^= 1; // of a part that is not read
    Files.write(own, bytes);
    List<String> line =
        List.of(
            "-Dtutti.aot=" + folder,
            "-cp",
            TuttiJars.classPath(classPath),
            CacheParent.class.getName(),
            "CRASH");
    try (ParentJvm parent = ParentJvm.start(line, _ -> {})) {
      parent.awaitSuccess();
      assertThat(parent.out())
          .contains(
              "cache=-XX:AOTCache=" + own,
              "REFUSED it was damaged, with the program's classes too",
              "and then 7");
    }
    assertThat(own).doesNotExist();
    assertThat(shared()).exists();
    assertThat(mark()).content().hasLineCount(2);
  }

  /** A program none of whose pools lives long has one made, of what its pools have left. */
  @Test
  void rehearsal_manyShortPools_begins() throws Exception {
    Files.delete(ofProgram());
    assertThat(run(classPath, folder, ShortPoolsParent.class)).first().isEqualTo("MISSING");
  }

  /** Where a folder of classes is in front there is nothing to make a cache of. */
  @Test
  void start_classPathBeginsWithAFolder_programLeavesNoMark() throws Exception {
    Path mark = mark();
    Path shared = shared();
    Files.delete(mark);
    List<Path> entries = new ArrayList<>(classPath.reversed());
    assertThat(run(entries, folder, CacheParent.class))
        .containsExactly("cache=-XX:AOTCache=" + shared);
    assertThat(mark).doesNotExist();
    assertThat(run(folder)).hasSize(1);
    assertThat(mark).exists();
  }

  /** With flags that change what a jar means there is none, nor is one in the making. */
  @Test
  void start_flagChangesClasses_startsWithoutItsOwn() throws Exception {
    String own = "cache=-XX:AOTCache=" + ofProgram();
    for (String flag : List.of("-Djdk.util.jar.version=25", "-Djdk.attach.allowAttachSelf=true")) {
      assertThat(run(folder, "LOOK", flag))
          .contains("opened=true learns=false")
          .doesNotContain(own);
    }
  }

  /** A program whose jar names all others in its manifest, as those for {@code java -jar} do. */
  @Test
  void start_manifestNamesTheJars_theirClassesAreInTheCache() throws Exception {
    Path thin = home.resolve("thin.jar");
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Name.CLASS_PATH, "build.jar core.jar memory.jar process.jar");
    new JarOutputStream(Files.newOutputStream(thin), manifest).close();
    List<Path> entries = List.of(thin);
    assertThat(run(entries, folder, CacheParent.class)).as("its first run").hasSize(1);
    assertThat(run(entries, folder, CacheParent.class, "MADE"))
        .contains(MADE + "the program's classes too");
    assertThat(run(entries, folder, CacheParent.class, "LOOK", OPENS_NONE))
        .first()
        .isEqualTo("opened=false learns=false");
  }

  /** For one that was refused or could not be made three times no worker logs classes any more. */
  @Test
  void start_cacheOfProgramFailedThrice_isLeftAlone() throws Exception {
    Path shared = shared();
    Files.delete(ofProgram());
    Files.writeString(mark(), "999999999\n".repeat(3));
    assertThat(run(folder, "LOOK"))
        .containsExactly("opened=true learns=false", "cache=-XX:AOTCache=" + shared);
  }
}
