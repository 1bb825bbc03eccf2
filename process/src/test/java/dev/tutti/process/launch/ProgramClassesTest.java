package dev.tutti.process.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
    CacheFolder folder = new CacheFolder(home.resolve("cache"));
    return new ProgramClasses(folder, SHARED, paths, SHARED.with(paths).name());
  }

  /** What a manifest names is not in the key: it may be built anew, and nobody would see it. */
  @Test
  void classPath_manifestNamesOthers_endsBefore() throws Exception {
    Path first = Jars.with(home.resolve("first.jar"), "");
    Path thin = Jars.with(home.resolve("thin.jar"), "lib/a.jar");
    Path last = Jars.with(home.resolve("last.jar"), "");
    assertThat(of(first, last).classPath()).containsExactly(first.toString(), last.toString());
    assertThat(of(first, thin, last).classPath()).containsExactly(first.toString());
    assertThatThrownBy(() -> of(thin, last).classPath())
        .hasMessageContaining("names others in its manifest");
  }

  /**
   * A jar that is exchanged while the cache is made would be found under the key of the old one.
   */
  @Test
  void checkJars_jarWasExchanged_isSeen() throws Exception {
    Path jar = Jars.with(home.resolve("a.jar"), "");
    ProgramClasses program = of(jar);
    assertThatCode(program::checkJars).doesNotThrowAnyException();
    Object before = Files.getAttribute(jar, CHANGED);
    Await.until(
        "the file system's clock has moved on",
        () -> {
          Path same = Files.copy(jar, home.resolve("b.jar"), StandardCopyOption.COPY_ATTRIBUTES);
          Files.move(same, jar, StandardCopyOption.ATOMIC_MOVE);
          return !Files.getAttribute(jar, CHANGED).equals(before);
        });
    assertThatThrownBy(program::checkJars).hasMessageContaining("has changed meanwhile");
  }
}
