package dev.tutti.process.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which start cache is to be made next. */
@Tag("unit")
class StartCachesTest {
  private static final String SHARED = "s";
  private static final CacheKey KEY = new CacheKey("shared");

  @TempDir private Path home;

  private String jar;
  private String own;

  @BeforeEach
  void makeJar() throws IOException {
    jar = Jars.with(home.resolve("program.jar"), "").toString();
    own = KEY.with(List.of(jar)).name();
  }

  private CacheFolder folder() {
    return new CacheFolder(home.resolve("cache"));
  }

  /** {@return those of a JVM that begins now} */
  private StartCaches caches() throws IOException {
    return new StartCaches(
        StartCache.shared(folder(), SHARED, List.of()),
        StartCache.ofProgram(
            folder(), new ProgramClasses(folder(), KEY, List.of(jar), KEY.with(List.of(jar)))));
  }

  private void make(String key) throws IOException {
    folder().make(key, part -> Files.writeString(part, "x"));
  }

  private static Optional<String> content(StartCaches caches) {
    return caches.missing().map(StartCache::content);
  }

  /** In a program's first run only the shared one is of any use. */
  @Test
  void missing_firstRun_isTheShared() throws Exception {
    StartCaches caches = caches();
    caches.ran();
    assertThat(content(caches)).hasValue("with Tutti's classes");
    make(SHARED);
    assertThat(content(caches)).isEmpty();
    assertThat(caches.flags(home)).hasSize(5).noneMatch(flag -> flag.startsWith("-Xlog:class"));
  }

  /** When it is run again, the shared one comes first, then its own. */
  @Test
  void missing_runAgain_isItsOwnAfterTheShared() throws Exception {
    caches().ran();
    StartCaches caches = caches();
    assertThat(content(caches)).hasValue("with Tutti's classes");
    make(SHARED);
    assertThat(content(caches)).hasValue("with the program's classes too");
    assertThat(caches.flags(home)).hasSize(6).anyMatch(flag -> flag.startsWith("-Xlog:class"));
    make(own);
    assertThat(content(caches)).isEmpty();
    assertThat(caches.flags(home)).contains("-XX:AOTCache=" + folder().file(own)).hasSize(5);
  }

  /** A jar is exchanged while the program runs: the JVM would take the old classes for its own. */
  @Test
  void flags_jarWasExchanged_areThoseOfTheShared() throws Exception {
    caches().ran();
    make(SHARED);
    make(own);
    StartCaches caches = caches();
    assertThat(caches.flags(home)).contains("-XX:AOTCache=" + folder().file(own));
    Files.writeString(Path.of(jar), "another build");
    assertThat(caches.flags(home)).contains("-XX:AOTCache=" + folder().file(SHARED));
  }

  /** A program that has its own does without the shared one. */
  @Test
  void missing_sharedIsGone_notForAProgramWithItsOwn() throws Exception {
    caches().ran();
    make(own);
    assertThat(content(caches())).isEmpty();
  }

  /** What cannot be made is tried three times. Nobody counts that another JVM is at it. */
  @Test
  void make_fails_isTriedThreeTimes() throws Exception {
    caches().ran();
    make(SHARED);
    StartCache cache = caches().missing().orElseThrow();
    LaunchPlan plan = PlainPlan.withJava(Optional.empty());
    folder()
        .make(
            own,
            part -> {
              assertThat(cache.make(plan, _ -> {})).as("while another one is at it").isFalse();
              Files.writeString(part, "x");
            });
    Files.delete(folder().file(own));
    for (int i = 0; i < 3; i++) {
      assertThat(content(caches())).hasValue("with the program's classes too");
      assertThatThrownBy(() -> cache.make(plan, _ -> fail())).hasMessage("no worker");
    }
    assertThat(content(caches())).isEmpty();
  }

  /** A worker links all that is linked in its cache, also if it needs few of many classes. */
  @Test
  void make_manyClasses_areNotLinked() throws Exception {
    caches().ran();
    make(SHARED);
    StartCache cache = caches().missing().orElseThrow();
    assertThat(flagsToMake(cache, 2_000)).contains("-XX:+AOTClassLinking");
    assertThat(flagsToMake(cache, 2_001)).contains("-XX:-AOTClassLinking");
  }

  /** {@return those of a rehearsal that loads so many classes} */
  private static List<String> flagsToMake(StartCache cache, int classes) throws IOException {
    try (PoolFolder pool = PoolFolder.create()) {
      List<String> log =
          IntStream.range(0, classes).mapToObj(i -> "a.A" + i + " source: file:/a.jar").toList();
      Files.write(pool.path().resolve("classes-1.log"), log);
      cache.learn(pool);
    }
    List<String> flags = new ArrayList<>();
    assertThatThrownBy(() ->
            cache.make(
                PlainPlan.withJava(Optional.empty()),
                script -> {
                  assertThat(script.classes()).hasSize(classes);
                  flags.addAll(script.flags());
                  fail();
                }))
        .hasMessage("no worker");
    return flags;
  }

  private static void fail() throws IOException {
    throw new IOException("no worker");
  }
}
