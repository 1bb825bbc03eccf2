package dev.tutti.memory.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.memory.SharedMemory;
import dev.tutti.testkit.LeakCheck;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("unit")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class NamesTest {
  @TempDir private Path place;

  private Path folder() {
    return place.resolve("names");
  }

  private List<String> entries() throws IOException {
    if (!Files.exists(folder())) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder())) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** A program in another language finds it too. */
  @Test
  void open_languageHasOtherDigits_isFound() throws IOException {
    String name = "digits " + ProcessHandle.current().pid();
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.of("fa"));
      assertThat("%d".formatted(1)).isNotEqualTo("1");
      try (SharedMemory owner = SharedMemory.named(name, 8);
          SharedMemory other = SharedMemory.open(name)) {
        assertThat(other).isEqualTo(owner);
      }
    } finally {
      Locale.setDefault(before);
    }
  }

  /**
   * What a name leads to is the same memory, mapped for itself; the owner's close ends the name.
   */
  @Test
  void open_ofOwnName_isSameMemoryAndClosedForItself() throws IOException {
    String name = "own " + ProcessHandle.current().pid();
    try (SharedMemory owner = SharedMemory.named(name, 512)) {
      owner.setByte(0, (byte) 42);
      SharedMemory other = SharedMemory.open(name);
      assertThat(other).isEqualTo(owner);
      assertThat(other.getByte(0)).isEqualTo((byte) 42);
      assertThat(other.bytes()).isEqualTo(512);
      other.close();
      assertThat(owner.getByte(0)).isEqualTo((byte) 42);
      SharedMemory.open(name).close(); // the name is the owner's
    }
    assertThatThrownBy(() -> SharedMemory.open(name))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(
            "%s: no live process has shared memory of this name; make it with SharedMemory.named or ProcessQueue.named, and keep it open",
            name);
  }

  /** What is no name is refused, with the name. */
  @ParameterizedTest
  @ValueSource(strings = {"", "/", "a/b", "a\0b", "\0"})
  void named_noName_isRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SharedMemory.named(name, 8))
        .withMessageContaining("name='" + name + "'");
    assertThatIllegalArgumentException().isThrownBy(() -> SharedMemory.open(name));
    assertThatThrownBy(() -> SharedMemory.open(null)).isInstanceOf(NullPointerException.class);
  }

  /** A name that no file could have is refused, and the longest that is not works. */
  @Test
  void named_length_isBounded() throws IOException {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SharedMemory.named("n".repeat(201), 8))
        .withMessageContaining("bytes=201 most=200");
    SharedMemory.named("n".repeat(200), 8).close();
  }

  /** Names that mean something to a file system are names like others. */
  @ParameterizedTest
  @ValueSource(strings = {".", "..", "lock", "=", "*", "a b", "naïve", "日本", "%2F", "\n"})
  void named_oddName_isAName(String name) throws IOException {
    String odd = name + (name.length() > 2 ? ProcessHandle.current().pid() : "");
    try (SharedMemory owner = SharedMemory.named(odd, 8);
        SharedMemory other = SharedMemory.open(odd)) {
      assertThat(other).isEqualTo(owner);
    }
  }

  /** A name has one owner; who comes second is told who that is, and harms nothing. */
  @Test
  void named_takenName_isRefusedWithItsOwner() throws IOException {
    String name = "taken " + ProcessHandle.current().pid();
    try (SharedMemory owner = SharedMemory.named(name, 8)) {
      assertThatThrownBy(() -> SharedMemory.named(name, 8))
          .isInstanceOf(FileAlreadyExistsException.class)
          .hasMessageContaining("pid=" + ProcessHandle.current().pid() + " command=")
          .hasMessageContaining("java");
      try (SharedMemory same = SharedMemory.open(name)) {
        assertThat(same).isEqualTo(owner);
      }
    }
    SharedMemory.named(name, 8).close();
  }

  /** After the last name neither entry, lock nor folder is left. */
  @Test
  void release_lastName_leavesNothing() throws IOException {
    Names names = new Names(folder());
    try (SharedSegment one = SharedSegment.create(8);
        SharedSegment two = SharedSegment.create(8)) {
      names.claim("one", one);
      names.claim("two", two);
      assertThat(entries()).containsExactly("=one", "=two", "lock");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder())))
          .isEqualTo("rwx------");
      Names.release(one);
      assertThat(entries()).containsExactly("=two", "lock");
      Names.release(two);
      Names.release(two);
    }
    assertThat(folder()).doesNotExist();
  }

  /** A name stays although its owner has dropped the memory: only close ends it. */
  @Test
  void named_dropped_stays() throws IOException {
    Names names = new Names(folder());
    claimAndDrop(names);
    for (int i = 0; i < 5; i++) {
      System.gc();
      try (SharedSegment again = names.open("kept")) {
        assertThat(again.data().byteSize()).isEqualTo(8);
      }
    }
    try (SharedSegment kept = kept(names)) {
      Names.release(kept);
    }
  }

  private static void claimAndDrop(Names names) throws IOException {
    names.claim("kept", SharedSegment.create(8));
  }

  private static SharedSegment kept(Names names) throws IOException {
    try (SharedSegment again = names.open("kept")) {
      return SharedSegment.attach(again.handle()); // the one that this process knows
    }
  }

  /**
   * An entry that leads to another segment, another file or nowhere is stale, although a process
   * with that pid lives: whoever makes or closes a name next removes it, or looks for such a one.
   */
  @ParameterizedTest
  @ValueSource(strings = {"claim", "open", "release"})
  void entry_whoseOwnerIsAnother_isRemoved(String way) throws IOException {
    Names names = new Names(folder());
    long pid = ProcessHandle.current().pid();
    String id = "01234567-89ab-cdef-0123-456789abcdef";
    try (SharedSegment live = SharedSegment.create(8);
        SharedSegment another = SharedSegment.create(8)) {
      names.claim("live", live);
      SharedSegment.Handle recycled = another.handle();
      link("=a", pid, recycled.segment().descriptor(), recycled.segment().bytes(), id);
      link("=b", pid, recycled.segment().descriptor(), 4711, id);
      link("=c", pid, 0, 8, id);
      link("=d", pid, 999_999, 8, id);
      link("=e", Integer.MAX_VALUE, 3, 8, id);
      switch (way) {
        case "claim" -> {
          names.ensureFree("a");
          names.claim("a", another);
          assertThat(entries()).containsExactly("=a", "=live", "lock");
        }
        case "open" -> {
          assertThatIOException().isThrownBy(() -> names.open("b"));
          assertThat(entries()).containsExactly("=live", "lock");
        }
        default -> {
          names.open("live").close();
          assertThat(entries()).contains("=a"); // what is there is found without a look at others
          names.claim("next", another);
          assertThat(entries()).containsExactly("=live", "=next", "lock");
        }
      }
      Names.release(another);
      Names.release(live);
    }
    assertThat(folder()).doesNotExist();
  }

  private void link(String entry, long pid, int descriptor, long bytes, String id)
      throws IOException {
    String form = "1:%d:%d:%d:%s".formatted(pid, descriptor, bytes, id);
    Files.createSymbolicLink(folder().resolve(entry), Path.of(form));
  }

  /** An entry that is not understood is left alone, and its name is not given away. */
  @Test
  void entry_ofAnotherVersion_isLeft() throws IOException {
    Names names = new Names(folder());
    try (SharedSegment mine = SharedSegment.create(8);
        SharedSegment another = SharedSegment.create(8)) {
      names.claim("mine", mine);
      Path later = Files.createSymbolicLink(folder().resolve("=later"), Path.of("2:other"));
      assertThatIOException()
          .isThrownBy(() -> names.claim("later", another))
          .withMessageContaining("not of this version");
      assertThatIOException().isThrownBy(() -> names.open("later"));
      names.open("mine").close();
      assertThat(Files.readSymbolicLink(later)).hasToString("2:other");
      Files.delete(later);
      Names.release(mine);
    }
  }

  /** A folder that others could enter, or that is none, is refused. */
  @Test
  void folder_notOfThisUserAlone_isRefused() throws IOException {
    try (SharedSegment mine = SharedSegment.create(8)) {
      Path open = Files.createDirectory(place.resolve("open"));
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
      Path link = Files.createSymbolicLink(place.resolve("link"), open);
      for (Path wrong : List.of(open, link, Files.createFile(place.resolve("file")))) {
        Names names = new Names(wrong);
        assertThatIOException()
            .isThrownBy(() -> names.claim("x", mine))
            .withMessageContaining("only this user can enter: folder=" + wrong);
        assertThatIOException().isThrownBy(() -> names.open("x"));
      }
      assertThat(open).isEmptyDirectory();
    }
  }

  /** A thread that is interrupted can give up a name; it stays interrupted. */
  @Test
  void close_interrupted_removesNameAndKeepsFlag() throws IOException {
    Names names = new Names(folder());
    try (SharedSegment mine = SharedSegment.create(8)) {
      names.claim("mine", mine);
      Thread.currentThread().interrupt();
      Names.release(mine);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(folder()).doesNotExist();
    }
  }

  /** Memory that is opened twice here has two descriptors: to close one leaves the other. */
  @Test
  void open_twice_eachHasItsOwnDescriptor() throws IOException {
    Names names = new Names(folder());
    try (SharedSegment mine = SharedSegment.create(8)) {
      names.claim("mine", mine);
      SharedSegment first = names.open("mine");
      try (SharedSegment second = names.open("mine")) {
        assertThat(second.handle()).isNotEqualTo(first.handle());
        first.close();
        SharedSegment.open(second.handle()).close();
      }
      Names.release(mine);
    }
  }
}
