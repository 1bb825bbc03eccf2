package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.testkit.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tutti in jars, as users have it; the program itself is in a folder, as in development. */
@Tag("system")
@Timeout(60)
class StartCacheTest {
  private static final String MADE = "MADE workers start faster from now on, with Tutti's classes";
  private static final int NOISE_AT = 3 << 20;
  private static final int NOISE_BYTES = 2 << 20;

  @TempDir private static Path home;
  @TempDir private Path folder;

  private static List<Path> jars;

  /** The file as the first pool has had it made. */
  private static Path made;

  private static List<String> saidWhenMade;

  @BeforeAll
  static void make() throws Exception {
    jars = TuttiJars.in(home);
    Path caches = home.resolve("caches");
    saidWhenMade = run(caches, "MADE");
    made = only(caches);
  }

  @AfterAll
  static void nothingIsLeft() {
    assertThat(Os.workers()).isEmpty();
    assertThat(Os.leftOvers()).isEmpty();
  }

  @BeforeEach
  void copy() throws IOException {
    Files.copy(made, folder.resolve(made.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
  }

  /** One jar with all that others have, as programs are delivered; lists of services are joined. */
  private static Path merged(List<Path> parts) throws IOException {
    Map<String, ByteArrayOutputStream> files = new LinkedHashMap<>();
    for (Path part : parts) {
      try (JarFile in = new JarFile(part.toFile())) {
        for (JarEntry entry : in.stream().filter(e -> belongs(e.getName())).toList()) {
          in.getInputStream(entry)
              .transferTo(files.computeIfAbsent(entry.getName(), _ -> new ByteArrayOutputStream()));
        }
      }
    }
    Path jar = home.resolve("all.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (Map.Entry<String, ByteArrayOutputStream> file : files.entrySet()) {
        out.putNextEntry(new JarEntry(file.getKey()));
        file.getValue().writeTo(out);
      }
    }
    return jar;
  }

  private static boolean belongs(String name) {
    return name.endsWith(".class") ? name.contains("/") : name.startsWith("META-INF/services/d");
  }

  private static Path only(Path caches) throws IOException {
    try (Stream<Path> files = Files.list(caches)) {
      List<Path> all = files.filter(file -> file.toString().endsWith(".aot")).toList();
      assertThat(all).hasSize(1);
      return all.getFirst();
    }
  }

  /** Runs the program to its good end. {@return what it has printed} */
  private static List<String> run(Path caches, String... args) throws Exception {
    return lines(start(caches, args));
  }

  private static ParentJvm start(Path caches, String... args) throws URISyntaxException {
    return start(
        List.of(
            TuttiJars.home(StartCacheTest.class), // a folder, and in front
            jars.get(0),
            jars.get(1),
            jars.get(2)),
        caches,
        args);
  }

  private static ParentJvm start(List<Path> entries, Path caches, String... args) {
    List<String> line =
        Stream.concat(
                Stream.of(
                    "-Dtutti.aot=" + caches,
                    "-cp",
                    TuttiJars.classPath(entries),
                    CacheParent.class.getName()),
                Arrays.stream(args))
            .toList();
    return ParentJvm.start(line, _ -> {});
  }

  private Path file() {
    return folder.resolve(made.getFileName());
  }

  /** A program that finds no cache has one made, and says so. */
  @Test
  void start_withoutCache_isMade() throws Exception {
    assertThat(saidWhenMade)
        .containsExactly(
            "cache=none", "MISSING it is being made, with Tutti's classes", MADE, "and then 7");
    try (Stream<Path> files = Files.list(made.getParent())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .as("nothing half-made is left")
          .allMatch(name -> name.matches(".*\\.(aot|sum|lock)"))
          .hasSize(3);
    }
  }

  /** A JVM cannot be told to log to a file with a colon in its name. */
  @Test
  void start_temporaryFolderWithColon_startsWithout() throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("job:17"));
    assertThat(lines(startWith(temporary))).containsExactly("cache=none");
    assertThat(temporary).isEmptyDirectory();
  }

  /** A program with its own folder for temporary files. */
  private ParentJvm startWith(Path temporary, String... args) throws URISyntaxException {
    return startWith(temporary, CacheParent.class, args);
  }

  private ParentJvm startWith(Path temporary, Class<?> program, String... args)
      throws URISyntaxException {
    List<Path> entries = new ArrayList<>(jars);
    entries.add(TuttiJars.home(StartCacheTest.class));
    entries.add(TuttiJars.home(Await.class));
    List<String> line =
        new ArrayList<>(
            List.of(
                "-Djava.io.tmpdir=" + temporary,
                "-Dtutti.aot=" + folder,
                "-cp",
                TuttiJars.classPath(entries),
                program.getName()));
    line.addAll(List.of(args));
    return ParentJvm.start(line, _ -> {});
  }

  /** The next program starts its workers with it, and the JVM does not refuse it. */
  @Test
  void start_withCache_isUsed() throws Exception {
    assertThat(run(folder)).containsExactly("cache=-XX:AOTCache=" + file());
    assertThat(file()).exists();
  }

  /** What the JDK compiles for method handles is in the cache, and not made at each start. */
  @Test
  void start_withCache_compilesNothingForMethodHandles() throws Exception {
    Path logs = Files.createDirectory(folder.resolve("logs"));
    String flag = "-Xlog:class+load=info:file=" + logs.resolve("%p.log");
    Path caches = folder.resolve("caches");
    assertThat(run(caches, "MADE", flag)).contains(MADE);
    assertThat(run(caches, "", flag)).containsExactly("cache=-XX:AOTCache=" + only(caches));
    List<List<String>> beforeItsTask = new ArrayList<>();
    try (Stream<Path> files = Files.list(logs)) {
      for (Path file : files.toList()) {
        List<String> lines = Files.readAllLines(file);
        if (lines.stream().anyMatch(StartCacheTest::isOfTheProgram)
            && lines.stream().anyMatch(StartCacheTest::isWorkerFromCache)) {
          beforeItsTask.add(
              lines.stream()
                  .takeWhile(line -> !isOfTheProgram(line))
                  .filter(StartCacheTest::isMadeForAHandle)
                  .toList());
        }
      }
    }
    assertThat(beforeItsTask).containsExactly(List.of());
  }

  /** Of a method itself; others are made beside it, when the worker connects. */
  private static boolean isMadeForAHandle(String line) {
    return line.contains("LambdaForm$DMH/") && line.endsWith("__JVM_LookupDefineClass__");
  }

  private static boolean isWorkerFromCache(String line) {
    return line.contains(" dev.tutti.process.worker.WorkerMain source: shared objects file");
  }

  private static boolean isOfTheProgram(String line) {
    return line.contains(" " + CacheParent.class.getName() + " source: ");
  }

  /** A program that is delivered as one jar has a cache if that is in front, and else none. */
  @Test
  void start_allInOneJar_isUsedIfInFront() throws Exception {
    Path all = merged(jars);
    Path tests = TuttiJars.home(StartCacheTest.class);
    Path caches = home.resolve("caches of all.jar");
    assertThat(lines(start(List.of(all, tests), caches, "MADE")))
        .contains("cache=none", MADE, "and then 7");
    assertThat(lines(start(List.of(all, tests), caches)))
        .containsExactly("cache=-XX:AOTCache=" + only(caches));
    assertThat(lines(start(List.of(tests, all), caches))).containsExactly("cache=none");
  }

  private static List<String> lines(ParentJvm started) throws Exception {
    try (ParentJvm parent = started) {
      parent.awaitSuccess();
      assertThat(parent.err()).isEmpty();
      return List.copyOf(parent.out());
    }
  }

  /** A file that ends too early is refused; the task runs, the file goes, nothing is printed. */
  @Test
  void start_truncatedCache_isAnEventOnly() throws Exception {
    Files.write(file(), Arrays.copyOf(Files.readAllBytes(made), NOISE_AT));
    List<String> said = run(folder, "REFUSED");
    assertThat(said).hasSize(3).contains("cache=-XX:AOTCache=" + file(), "and then 7");
    assertThat(said).anyMatch(line -> line.startsWith("REFUSED") && line.contains("truncated"));
    assertThat(file()).doesNotExist();
  }

  /** A file whose content is damaged may crash a worker at its start; it is started without. */
  @Test
  void start_damagedCache_isAnEventOnly() throws Exception {
    byte[] bytes = Files.readAllBytes(made);
    byte[] noise = new byte[NOISE_BYTES];
    new Random(1).nextBytes(noise);
    System.arraycopy(noise, 0, bytes, NOISE_AT, noise.length);
    Files.write(file(), bytes);
    try (ParentJvm parent = start(folder, "REFUSED")) {
      parent.awaitSuccess();
      assertThat(parent.out())
          .as("the JVM's own words about its crash are not there")
          .containsExactlyInAnyOrder(
              "cache=none", "REFUSED a worker crashed at its start with it", "and then 7");
      assertThat(parent.err()).as("no start has failed").isEmpty();
    }
    assertThat(file()).doesNotExist();
  }

  /** A cache that others could have written is not used. */
  @Test
  void start_cacheThatOthersMayWrite_isNotUsed() throws Exception {
    assertThat(file().toFile().setWritable(true, false)).isTrue();
    assertThat(run(folder)).containsExactly("cache=none");
  }

  /** A folder that cannot be made is an event. */
  @Test
  void start_noPlaceForCache_isAnEventOnly() throws Exception {
    List<String> said = run(file().resolve("below a file"), "FAILED");
    assertThat(said).contains("cache=none", "and then 7");
  }

  /** Where file names are ASCII alone, the user's own folder may have no name. */
  @Test
  void start_folderHasNoNameInThisLocale_startsWithout() throws Exception {
    List<String> line =
        List.of(
            "-cp",
            TuttiJars.classPath(
                List.of(
                    TuttiJars.home(StartCacheTest.class), jars.get(0), jars.get(1), jars.get(2))),
            CacheParent.class.getName());
    try (ParentJvm parent =
        ParentJvm.start(
            line,
            settings -> {
              settings.environment().put("LC_ALL", "C");
              settings.environment().put("XDG_CACHE_HOME", folder + "/\u00fc");
            })) {
      parent.awaitSuccess();
      assertThat(parent.err()).isEmpty();
      assertThat(parent.out()).containsExactly("cache=none");
    }
  }

  /** Switched off, it is neither used nor made. */
  @Test
  void start_switchedOff_isNotUsed() throws Exception {
    assertThat(run(Path.of("off"))).containsExactly("cache=none");
  }

  /** The rehearsal ends with the program that wanted it, also if that is killed. */
  @Test
  void rehearsal_parentKilled_endsToo() throws Exception {
    Files.delete(file());
    List<Long> family;
    try (ParentJvm parent = start(folder, "MADE")) {
      parent.awaitLine("MISSING");
      family = parent.handle().descendants().map(ProcessHandle::pid).toList();
    }
    Os.awaitGone(family);
    assertThat(file()).doesNotExist();
  }

  /** A program that ends meanwhile leaves nothing of it. */
  @Test
  void rehearsal_programEnds_leavesNothing() throws Exception {
    Files.delete(file());
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    assertThat(lines(startWith(temporary, "MISSING"))).endsWith("and then 7");
    assertThat(temporary).isEmptyDirectory();
  }

  /** A program none of whose pools lives long has it made, too. */
  @Test
  void rehearsal_manyShortPools_begins() throws Exception {
    Files.delete(file());
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    assertThat(lines(startWith(temporary, ShortPoolsParent.class))).first().isEqualTo("MISSING");
  }

  /** It is not to take anything from work for all cores: it waits until there is less to do. */
  @Test
  void rehearsal_allCoresWork_waits() throws Exception {
    Files.delete(file());
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    String end = folder.resolve("end").toString();
    assertThat(lines(startWith(temporary, BusyCacheParent.class, end)))
        .startsWith("tasks end", "MISSING");
  }
}
