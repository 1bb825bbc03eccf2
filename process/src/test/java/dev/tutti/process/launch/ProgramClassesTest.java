package dev.tutti.process.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which jars a program's start cache is made of. */
@Tag("unit")
class ProgramClassesTest {
  private static final CacheKey SHARED = new CacheKey("shared");

  private static final String CHANGED = "unix:ctime";

  @TempDir private Path home;

  private ProgramClasses of(Path... jars) throws IOException {
    List<String> paths = Stream.of(jars).map(Path::toString).toList();
    return new ProgramClasses(
        new CacheFolder(home.resolve("cache")), SHARED, paths, SHARED.with(paths));
  }

  /** What manifests name is found once, and belongs to the program's cache from then on. */
  @Test
  void classPath_manifestNamesOthers_theyBelongToTheCache() throws Exception {
    Path lib = Files.createDirectory(home.resolve("lib"));
    Path first = Jars.with(home.resolve("first.jar"), "");
    Path thin = Jars.with(home.resolve("thin.jar"), "lib/a.jar  lib/none.jar");
    Path named = Jars.with(lib.resolve("a.jar"), "../lib/b.jar a.jar");
    ProgramClasses program = of(first, thin);
    program.ran();
    String unknown = program.cache();
    assertThat(program.classPath()).containsExactly(first.toString(), thin.toString());
    String cache = program.cache();
    assertThat(cache).isNotEqualTo(unknown).isEqualTo(of(first, thin).cache());
    assertThat(program.isUnchanged(cache)).isTrue();

    Jars.with(lib.resolve("none.jar"), "");
    assertThat(of(first, thin).cache()).as("what was missing is there").isNotEqualTo(cache);
    assertThat(program.isUnchanged(cache)).isFalse();
    Files.delete(lib.resolve("none.jar"));
    assertThat(of(first, thin).cache()).isEqualTo(cache);
    Jars.with(lib.resolve("b.jar"), "");
    assertThat(of(first, thin).cache()).as("named by one that is named").isNotEqualTo(cache);
    Files.delete(lib.resolve("b.jar"));
    Files.writeString(named, "another one");
    assertThat(of(first, thin).cache()).as("built anew").isNotEqualTo(cache);
  }

  /** A folder's content is in no key; an address may be written in many ways. */
  @Test
  void classPath_manifestNamesWhatIsNoJar_endsBefore() throws Exception {
    Path first = Jars.with(home.resolve("first.jar"), "");
    Path last = Jars.with(home.resolve("last.jar"), "");
    for (String named :
        List.of("classes/", "a%20b.jar", "file:/a.jar", "/lib/a.jar", "a.jar classes")) {
      Path odd = Jars.with(home.resolve("odd.jar"), named);
      assertThat(of(first, odd, last).classPath()).containsExactly(first.toString());
      assertThatThrownBy(() -> of(odd, last).classPath())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("names what is no jar");
    }
  }

  /** The JVM and the JDK look for what it names in different places. */
  @Test
  void classPath_linkToJarThatNamesOthers_isLeftOut() throws Exception {
    Path thin = Jars.with(home.resolve("thin.jar"), "a.jar");
    Path link = Files.createSymbolicLink(home.resolve("link.jar"), thin);
    assertThatThrownBy(() -> of(link).classPath()).hasMessageContaining("found by a link");
  }

  /**
   * Its classes would be from the file that the link leads to, and the rest of it from the link.
   */
  @Test
  void classPath_manifestNamesALink_isLeftOut() throws Exception {
    Path thin = Jars.with(home.resolve("thin.jar"), "lib/a.jar");
    Path lib = Files.createDirectory(home.resolve("lib-1.0"));
    Jars.with(lib.resolve("a.jar"), "");
    Files.createSymbolicLink(home.resolve("lib"), lib);
    assertThatThrownBy(() -> of(thin).classPath()).hasMessageContaining("found by a link");
  }

  /** Two releases side by side may be of one size and date, and be changed in one moment. */
  @Test
  void cache_otherFileOfTheSameTime_isAnother() throws Exception {
    Path next = home.resolve("next.jar");
    Path jar = home.resolve("a.jar");
    Await.until(
        "both are of one moment",
        () -> {
          for (Path one : List.of(jar, next)) {
            Files.deleteIfExists(one);
            Jars.with(one, "");
          }
          for (Path one : List.of(jar, next)) {
            Files.setLastModifiedTime(one, FileTime.fromMillis(0));
          }
          return Files.getAttribute(jar, CHANGED).equals(Files.getAttribute(next, CHANGED));
        });
    Path link = Files.createSymbolicLink(home.resolve("link.jar"), jar);
    String before = of(link).cache();
    Files.delete(link);
    Files.createSymbolicLink(link, next);
    assertThat(of(link).cache()).isNotEqualTo(before);
  }

  /** The first worker starts while the look at the jars is fresh; each further one looks again. */
  @Test
  void isCurrent_secondWorker_looksAgain() throws Exception {
    Path jar = Jars.with(home.resolve("a.jar"), "");
    ProgramClasses program = of(jar);
    assertThat(program.isCurrent(program.cache())).isTrue();
    Files.writeString(jar, "another one");
    assertThat(program.isCurrent(program.cache())).isFalse();
  }

  /**
   * A jar that is exchanged while the cache is made would be found under the key of the old one.
   */
  @Test
  void isUnchanged_jarWasExchanged_isFalse() throws Exception {
    Path jar = Jars.with(home.resolve("a.jar"), "");
    ProgramClasses program = of(jar);
    assertThat(program.isUnchanged(program.cache())).isTrue();
    Object before = Files.getAttribute(jar, CHANGED);
    Await.until(
        "the file system's clock has moved on",
        () -> {
          Path same = Files.copy(jar, home.resolve("b.jar"), StandardCopyOption.COPY_ATTRIBUTES);
          Files.move(same, jar, StandardCopyOption.ATOMIC_MOVE);
          return !Files.getAttribute(jar, CHANGED).equals(before);
        });
    assertThat(program.isUnchanged(program.cache())).isFalse();
  }
}
