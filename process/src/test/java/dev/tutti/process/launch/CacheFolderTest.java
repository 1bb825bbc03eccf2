package dev.tutti.process.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class CacheFolderTest {
  @TempDir private Path home;

  private CacheFolder folder() {
    return new CacheFolder(home.resolve("cache/tutti"));
  }

  private static void write(Path part) throws IOException {
    Files.writeString(part, "x");
  }

  /** What is made is there, for this user alone, and no part of it is left. */
  @Test
  void make_nothingThere_isMadeWhole() throws Exception {
    assertThat(folder().has("k")).isFalse();
    assertThat(
            folder()
                .make(
                    "k",
                    part -> {
                      write(part.resolveSibling(part.getFileName() + "-seen"));
                      write(part);
                      assertThat(folder().has("k")).as("not before it is whole").isFalse();
                    }))
        .isTrue();
    assertThat(folder().has("k")).isTrue();
    try (Stream<Path> files = Files.list(home.resolve("cache/tutti"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("k.aot", "k.sum", "k.lock");
    }
  }

  /** Who fails leaves nothing, and the next one can make it. */
  @Test
  void make_makerFails_nothingIsLeft() throws Exception {
    assertThatThrownBy(() ->
            folder()
                .make(
                    "k",
                    part -> {
                      write(part);
                      throw new IOException("no");
                    }))
        .hasMessage("no");
    assertThat(folder().has("k")).isFalse();
    assertThat(folder().make("k", CacheFolderTest::write)).isTrue();
  }

  /** What somebody who was killed has left is removed by the next one. */
  @Test
  void make_partLeftBehind_isRemoved() throws Exception {
    folder().make("other", CacheFolderTest::write);
    Path left = home.resolve("cache/tutti/k.part-seen");
    write(left);
    folder().make("k", CacheFolderTest::write);
    assertThat(left).doesNotExist();
  }

  /** What is left of other keys, which nobody asks for again, goes when a file is made. */
  @Test
  void make_leftOversOfOtherKeys_areRemoved() throws Exception {
    folder().make("kept", CacheFolderTest::write);
    Path cache = home.resolve("cache/tutti");
    Files.writeString(cache.resolve("old.lock"), "");
    Files.writeString(cache.resolve("killed.part"), "x");
    Files.writeString(cache.resolve("killed.part-seen"), "x");
    Files.writeString(cache.resolve("killed.sum"), "x");
    Files.writeString(cache.resolve("killed.lock"), "");
    folder().make("k", CacheFolderTest::write);
    try (Stream<Path> files = Files.list(cache)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "kept.aot", "kept.sum", "kept.lock", "k.aot", "k.sum", "k.lock");
    }
  }

  /** What another one makes just now stays. */
  @Test
  void make_otherKeyIsBeingMade_isLeftAlone() throws Exception {
    folder()
        .make(
            "slow",
            part -> {
              write(part);
              folder().make("quick", CacheFolderTest::write);
              assertThat(part).as("is being made").exists();
            });
    assertThat(folder().has("slow")).isTrue();
    assertThat(folder().has("quick")).isTrue();
  }

  /** While one makes it, another does not. */
  @Test
  void make_twoAtOnce_onlyOneMakes() throws Exception {
    folder()
        .make(
            "k",
            part -> {
              write(part);
              assertThat(folder().make("k", _ -> assertThat(true).isFalse())).isFalse();
            });
    assertThat(folder().has("k")).isTrue();
  }

  /** No more than sixteen are kept, those that were used last. */
  @Test
  void make_many_oldestAreRemoved() throws Exception {
    for (int i = 0; i < 18; i++) {
      folder().make("k" + i, CacheFolderTest::write);
      Files.setLastModifiedTime(folder().file("k" + i), FileTime.fromMillis(1_000L * i));
    }
    folder().touch("k2");
    folder().make("last", CacheFolderTest::write);
    assertThat(folder().has("k2")).as("used since").isTrue();
    assertThat(folder().has("k3")).as("the oldest").isFalse();
    assertThat(folder().has("k4")).isTrue();
    assertThat(folder().has("last")).isTrue();
  }

  /** What others may write is not taken, and not written to. */
  @Test
  void has_othersMayWrite_isNotTaken() throws Exception {
    folder().make("k", CacheFolderTest::write);
    Files.setPosixFilePermissions(
        home.resolve("cache/tutti"), PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(folder().has("k")).isFalse();
    assertThatThrownBy(() -> folder().make("k", CacheFolderTest::write))
        .hasMessageContaining("others can write to it");
  }

  /** Where new files may be written by the user's group, a start cache may not. */
  @Test
  void make_groupMayWriteNewFiles_isTaken() throws Exception {
    folder()
        .make(
            "k",
            part -> {
              write(part);
              Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rw-rw-r--"));
            });
    assertThat(folder().has("k")).isTrue();
  }

  /** A JVM that opens a pipe waits until somebody writes to it. */
  @Test
  void has_noFileInItsPlace_isNotTaken() throws Exception {
    folder().make("k", CacheFolderTest::write);
    Files.delete(folder().file("k"));
    Files.createSymbolicLink(folder().file("k"), Path.of("/dev/zero"));
    assertThat(folder().has("k")).as("a link").isFalse();
    Files.delete(folder().file("k"));
    Files.createDirectory(
        folder().file("k"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    assertThat(folder().has("k")).as("a folder").isFalse();
  }

  /** The JVM does not look at the content of what it maps. */
  @Test
  void isDamaged_contentHasChanged_isTrue() throws Exception {
    folder().make("k", CacheFolderTest::write);
    assertThat(folder().isDamaged("k")).isFalse();
    Files.writeString(folder().file("k"), "what is this");
    assertThat(folder().isDamaged("k")).isTrue();
    assertThat(folder().delete("k")).isTrue();
    assertThat(folder().isDamaged("k")).as("gone").isFalse();
    try (Stream<Path> files = Files.list(home.resolve("cache/tutti"))) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactly("k.lock");
    }
  }

  /** The folder is where the user's caches are. */
  @Test
  void usual_environment_decides() {
    assertThat(CacheFolder.usual(Map.of("XDG_CACHE_HOME", "/c"), "/h"))
        .isEqualTo(Path.of("/c/tutti"));
    assertThat(CacheFolder.usual(Map.of("XDG_CACHE_HOME", "c"), "/h"))
        .isEqualTo(Path.of("/h/.cache/tutti"));
    assertThat(CacheFolder.usual(Map.of(), "/h")).isEqualTo(Path.of("/h/.cache/tutti"));
  }

  /** Only what the JVM compares is part of the key. */
  @Test
  void comparable_arguments_areThoseTheJvmCompares() {
    assertThat(
            CacheKey.comparable(
                List.of(
                    "-Xmx1000",
                    "-Xms10",
                    "-Da=b",
                    "-ea",
                    "-cp",
                    "x.jar",
                    "--add-opens=java.base/java.lang=ALL-UNNAMED",
                    "-XX:ActiveProcessorCount=2")))
        .containsExactly("large=false", "-ea", "--add-opens=java.base/java.lang=ALL-UNNAMED");
    assertThat(CacheKey.comparable(List.of("-Xmx40g"))).containsExactly("large=true");
    assertThat(CacheKey.comparable(List.of("-Xmx64M"))).containsExactly("large=false");
    assertThat(CacheKey.comparable(List.of("-Xmx" + (40L << 30)))).containsExactly("large=true");
  }
}
