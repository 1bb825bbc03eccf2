package dev.tutti.memory.segment;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.testkit.Await;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentTest {
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");
  private static final String OWN_FILES = "tutti-" + ProcessHandle.current().pid() + "-";

  /** Segments of tests before this one that nobody has collected yet. */
  private static final Set<String> EARLIER = new HashSet<>();

  @BeforeEach
  void noteThoseOfTestsBefore() throws IOException {
    EARLIER.clear();
    try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
      for (Path link : links.filter(SegmentTest::leadsToOurs).toList()) {
        try {
          EARLIER.add(Files.readSymbolicLink(link).toString());
        } catch (IOException e) {
          // collected meanwhile
        }
      }
    }
  }

  /** A new segment holds zeros from its first byte to its last, and is as large as was asked. */
  @Test
  @Tag("unit")
  void create_oddSize_isZeroAndWritable() throws IOException {
    long bytes = (1 << 16) + 3;
    try (Segment segment = Segment.create(bytes)) {
      assertThat(segment.memory().byteSize()).isEqualTo(bytes);
      assertThat(segment.memory().toArray(JAVA_BYTE)).containsOnly(0);
      segment.memory().set(JAVA_BYTE, bytes - 1, (byte) 7);
      assertThat(segment.memory().get(JAVA_BYTE, bytes - 1)).isEqualTo((byte) 7);
    }
  }

  /** All of it is there before it is mapped: nobody meets a full file system at an access. */
  @Test
  @Tag("system")
  void create_untouched_allOfItIsReserved() throws Exception {
    try (Segment segment = Segment.create(1 << 20)) {
      Segment.Handle handle = segment.handle();
      String file = "/proc/" + handle.pid() + "/fd/" + handle.descriptor();
      Process stat = new ProcessBuilder("stat", "-L", "-c", "%b", file).start();
      long blocks = Long.parseLong(new String(stat.getInputStream().readAllBytes(), UTF_8).strip());
      assertThat(blocks * 512).isGreaterThanOrEqualTo(1 << 20);
    }
  }

  /** Less than a byte is no segment. */
  @Test
  @Tag("unit")
  void create_noBytes_isRefused() {
    assertThatThrownBy(() -> Segment.create(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bytes=0");
    assertThatThrownBy(() -> Segment.create(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  /** The file has no name as soon as the segment is there, so nothing can be left behind. */
  @Test
  @Tag("unit")
  void create_whileOpen_hasNoEntryInSharedMemory() throws IOException {
    try (Segment segment = Segment.create(4_096)) {
      assertThat(entries()).isEmpty();
      Path link = Files.readSymbolicLink(Path.of("/proc/self/fd/" + segment.handle().descriptor()));
      assertThat(link.toString())
          .startsWith(SHARED_MEMORY + "/" + OWN_FILES)
          .endsWith(" (deleted)");
    }
  }

  /** After close neither a mapping nor a descriptor of it is left, and every access fails. */
  @Test
  @Tag("unit")
  void close_afterUse_freesMappingAndDescriptor() throws IOException {
    long mappings = mappings(); // other tests may have some until a collection
    long descriptors = descriptors();
    Segment segment = Segment.create(1 << 20);
    Segment second = Segment.open(segment.handle());
    assertThat(mappings()).isEqualTo(mappings + 2);
    assertThat(descriptors()).isEqualTo(descriptors + 2);

    second.close();
    segment.close();

    assertThat(mappings()).isLessThanOrEqualTo(mappings);
    assertThat(descriptors()).isLessThanOrEqualTo(descriptors);
    assertThatThrownBy(() -> segment.memory().get(JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
  }

  /** Both mappings of one segment are the same memory. */
  @Test
  @Tag("unit")
  void open_ownHandle_isSameMemory() throws IOException {
    Segment mine = Segment.create(64);
    try (Segment other = Segment.open(mine.handle())) {
      mine.memory().set(JAVA_LONG, 8, 42);
      assertThat(other.memory().get(JAVA_LONG, 8)).isEqualTo(42);
      mine.close(); // who has it open can give it on
      try (Segment third = Segment.open(other.handle())) {
        assertThat(third.memory().get(JAVA_LONG, 8)).isEqualTo(42);
      }
    }
  }

  /** A handle is good only while its owner has the segment. */
  @Test
  @Tag("unit")
  void open_ownerHasClosedIt_isIoException() throws IOException {
    Segment.Handle handle;
    try (Segment segment = Segment.create(64)) {
      handle = segment.handle();
    }
    assertThatThrownBy(() -> Segment.open(handle)).isInstanceOf(IOException.class);
    Segment.Handle nobody = new Segment.Handle(Integer.MAX_VALUE, 3, 64);
    assertThatThrownBy(() -> Segment.open(nobody)).isInstanceOf(IOException.class);
  }

  /** A process that has ended has nothing, also as long as its parent has not asked how. */
  @Test
  @Tag("system")
  void open_ownerHasEndedUnasked_isGone() throws Exception {
    Process parent = new ProcessBuilder("sh", "-c", "sh -c 'echo $$' & exec sleep 60").start();
    try {
      long pid = Long.parseLong(parent.inputReader().readLine());
      Path stat = Path.of("/proc/" + pid + "/stat");
      Await.until("it has ended", () -> Files.readString(stat).contains(") Z "));
      assertThatThrownBy(() -> Segment.open(new Segment.Handle(pid, 1, 64)))
          .isInstanceOf(SegmentGoneException.class);
    } finally {
      parent.destroyForcibly().waitFor();
    }
  }

  /** Nor has a process of another user, also one that does not show what it has. */
  @Test
  @Tag("system")
  void open_pidIsThatOfAnotherUser_isGone() throws Exception {
    Process another =
        new ProcessBuilder("setpriv", "--reuid=65534", "--clear-groups", "sleep", "60").start();
    try {
      boolean isRoot = Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
      long pid = isRoot ? another.pid() : 1; // nobody else may become another
      Path status = Path.of("/proc/" + pid + "/status");
      Await.until("it is", () -> !isRoot || Files.readString(status).contains("Uid:\t65534"));
      assertThatThrownBy(() -> Segment.open(new Segment.Handle(pid, 0, 64)))
          .isInstanceOf(SegmentGoneException.class);
    } finally {
      another.destroyForcibly().waitFor();
    }
  }

  /** Segments that are made at the same time each find their own descriptor. */
  @Test
  @Tag("unit")
  void create_manyAtOnce_eachHandleLeadsToItsOwn() throws Exception {
    long descriptors = descriptors();
    int threads = 4;
    int each = 50;
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        long mark = 1_000L * (t + 1);
        Callable<Void> makesMany =
            () -> {
              for (int i = 0; i < each; i++) {
                try (Segment mine = Segment.create(16)) {
                  mine.memory().set(JAVA_LONG, 0, mark + i);
                  try (Segment same = Segment.open(mine.handle())) {
                    assertThat(same.memory().get(JAVA_LONG, 0)).isEqualTo(mark + i);
                  }
                }
              }
              return null;
            };
        all.add(executor.submit(makesMany));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertThat(descriptors()).isLessThanOrEqualTo(descriptors);
  }

  /** A child JVM maps a segment by its handle; each sees what the other has written. */
  @Test
  @Tag("system")
  void open_inChildProcess_isSameMemory() throws Exception {
    try (Segment segment = Segment.create(1 << 20)) {
      segment.memory().set(JAVA_LONG, 0, 41);
      Segment.Handle h = segment.handle();

      String out =
          child(
              List.of(),
              "open",
              Long.toString(h.pid()),
              Integer.toString(h.descriptor()),
              Long.toString(h.bytes()));

      assertThat(out).contains("read 41");
      assertThat(segment.memory().get(JAVA_LONG, (1 << 20) - 8)).isEqualTo(42);
    }
  }

  /** Where there is no room the maker is told so at once; nobody meets a fault later. */
  @Test
  @Tag("system")
  void create_noRoom_isIoExceptionThatNamesBothPlaces() throws Exception {
    String out = childThatCreates(64L << 20);

    assertThat(out)
        .contains("refused")
        .contains("no room for a segment of shared memory: bytes=67108864")
        .contains("/dev/shm")
        .contains("descriptors 0")
        .contains("entries []");
  }

  /** Where it is known that there is less room, nothing is written. */
  @Test
  @Tag("system")
  void create_lessRoomThanThat_isToldBeforehand() throws Exception {
    String out = childThatCreates(Long.MAX_VALUE / 2);

    assertThat(out)
        .contains("refused")
        .contains("no room for a segment of shared memory: bytes=" + Long.MAX_VALUE / 2)
        .containsPattern("/dev/shm: java.io.IOException: less room than that: usable=\\d+")
        .doesNotContain("File too large");
  }

  /** Places that are missing, no folder, or closed to writing are passed over. */
  @Test
  @Tag("unit")
  void create_placesOfNoUse_arePassedOver(@TempDir Path folder) throws IOException {
    long descriptors = descriptors();
    Path file = Files.writeString(folder.resolve("file"), "");
    List<Path> ofNoUse = List.of(folder.resolve("missing"), file, Path.of("/proc"));
    List<Path> places = new ArrayList<>(ofNoUse);
    places.add(folder);
    try (Segment segment = Segment.create(64, places)) {
      Path link = Path.of("/proc/self/fd/" + segment.handle().descriptor());
      assertThat(Files.readSymbolicLink(link).toString()).startsWith(folder + "/" + OWN_FILES);
      assertThat(folder).isDirectoryContaining(file::equals);
    }
    assertThatThrownBy(() -> Segment.create(64, ofNoUse))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(
            "no room for a segment of shared memory: bytes=64 tried=[",
            "missing",
            file.toString(),
            "/proc: ",
            "set java.io.tmpdir to a folder with room");
    assertThat(descriptors()).isLessThanOrEqualTo(descriptors);
  }

  /**
   * What is written behind the end is there for all who have the segment, until it is cut,
   * interrupts or not.
   */
  @Test
  @Tag("unit")
  void writeBehind_anotherHasTheSegment_readsIt() throws IOException {
    try (Segment segment = Segment.create(100)) {
      Thread.currentThread().interrupt();
      segment.writeBehind(new byte[] {1, 2, 3});
      assertThat(Thread.interrupted()).isTrue();
      try (Segment other = Segment.open(segment.handle())) {
        byte[] read = new byte[3];
        other.readBehind(read);
        assertThat(read).containsExactly(1, 2, 3);
        assertThat(other.memory().byteSize()).isEqualTo(100);
        other.cut();
      }
      assertThatThrownBy(() -> segment.readBehind(new byte[1])).isInstanceOf(EOFException.class);
    }
  }

  /** A closed one cannot be handed on, also if it never was; an interrupt does it no harm. */
  @Test
  @Tag("unit")
  void handle_closedOrInterrupted_isRefusedOrGiven() throws IOException {
    Segment segment = Segment.create(64);
    try {
      Thread.currentThread().interrupt();
      Segment.Handle handle = segment.handle();
      assertThat(Thread.interrupted()).isTrue();
      Segment.open(handle).close();
    } finally {
      segment.close();
    }
    Segment never = Segment.create(64);
    never.close();
    assertThatIllegalStateException()
        .isThrownBy(never::handle)
        .withMessage("segment is closed: bytes=64");
  }

  /** Whose file has the descriptor of one that is closed is safe from it. */
  @Test
  @Tag("unit")
  void map_closedAndDescriptorIsAnothers_isRefused(@TempDir Path folder) throws IOException {
    Segment segment = Segment.create(100);
    Path descriptor = Path.of("/proc/self/fd/" + segment.handle().descriptor());
    segment.close();
    Path file = Files.writeString(folder.resolve("data"), "data");
    List<FileChannel> all = new ArrayList<>();
    try {
      do { // the system gives the least number that is free
        all.add(FileChannel.open(file, READ, WRITE));
      } while (!Files.isSameFile(descriptor, file));
      assertClosed(() -> segment.map(Arena.global()));
      assertClosed(() -> segment.readBehind(new byte[1]));
      assertClosed(() -> segment.writeBehind(new byte[1]));
      assertClosed(segment::cut);
    } finally {
      for (FileChannel one : all) {
        one.close();
      }
    }
    assertThat(file).hasContent("data");
  }

  private static void assertClosed(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(ClosedChannelException.class);
  }

  /** While it is being closed too. */
  @Test
  @Tag("unit")
  void map_whileItIsClosed_mapsItOrIsRefused(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("data"), "data");
    for (int i = 0; i < 300; i++) {
      Segment segment = Segment.create(100);
      CyclicBarrier both = new CyclicBarrier(2);
      FutureTask<Boolean> other =
          new FutureTask<>(() -> {
            both.await();
            segment.close();
            FileChannel.open(file, READ, WRITE).close();
            return true;
          });
      Thread.ofPlatform().start(other);
      both.await();
      try (Arena arena = Arena.ofConfined()) {
        assertThat(segment.map(arena).byteSize()).isEqualTo(100);
      } catch (ClosedChannelException e) {
        assertThat(e).hasNoCause();
      }
      Await.result(other);
      assertThat(file).hasContent("data");
    }
  }

  /** A handle that leads to another file is refused, and leaves that file as it is. */
  @Test
  @Tag("unit")
  void open_otherSize_isRefused() throws IOException {
    try (Segment segment = Segment.create(64)) {
      Segment.Handle handle = segment.handle();
      Segment.Handle lie = new Segment.Handle(handle.pid(), handle.descriptor(), 128);
      assertThatThrownBy(() -> Segment.open(lie))
          .isInstanceOf(IOException.class)
          .hasMessage("segment is too short: bytes=64 expected=128");
      assertThat(Files.size(Path.of("/proc/self/fd/" + handle.descriptor()))).isEqualTo(64);
    }
  }

  /**
   * A bound on the size of files stands for a file system that is full: the write fails. It also
   * keeps what is not refused from the disks.
   */
  private static String childThatCreates(long bytes) throws Exception {
    return child(
        List.of("/bin/sh", "-c", "ulimit -f 2048; exec \"$@\"", "child"),
        "create",
        Long.toString(bytes));
  }

  private static String child(List<String> before, String... args) throws Exception {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:-UsePerfData", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Child.class.getName()));
    command.addAll(List.of(args));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(out).isZero();
    return out;
  }

  /** The other process. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws IOException {
      if (args[0].equals("open")) {
        Segment.Handle handle =
            new Segment.Handle(
                Long.parseLong(args[1]), Integer.parseInt(args[2]), Long.parseLong(args[3]));
        try (Segment segment = Segment.open(handle)) {
          System.out.println("read " + segment.memory().get(JAVA_LONG, 0));
          segment.memory().set(JAVA_LONG, handle.bytes() - 8, 42);
        }
      } else {
        try (Segment segment = Segment.create(Long.parseLong(args[1]))) {
          System.out.println("made " + segment.memory().byteSize());
        } catch (IOException e) {
          System.out.println("refused " + e + " " + e.getCause());
          System.out.println("descriptors " + descriptors() + " entries " + entries());
        }
      }
    }
  }

  private static List<String> entries() throws IOException {
    String own = "tutti-" + ProcessHandle.current().pid() + "-";
    try (Stream<Path> files = Files.list(SHARED_MEMORY)) {
      return files.map(f -> f.getFileName().toString()).filter(f -> f.startsWith(own)).toList();
    }
  }

  private static long mappings() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines
          .filter(line -> line.contains(OWN_FILES))
          .filter(line -> EARLIER.stream().noneMatch(line::contains))
          .count();
    }
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
      return links.filter(SegmentTest::leadsToOurs).count();
    }
  }

  private static boolean leadsToOurs(Path link) {
    try {
      String target = Files.readSymbolicLink(link).toString();
      return target.contains(OWN_FILES) && !EARLIER.contains(target);
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }

  /**
   * What a process has left that was killed while it made a segment is removed; nothing else is.
   */
  @Test
  void sweep_leftOverOfTheDead_isRemoved(@TempDir Path folder) throws Exception {
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    String id = UUID.randomUUID().toString();
    Path left = Files.createFile(folder.resolve("tutti-" + dead.pid() + "-" + id));
    Path living =
        Files.createFile(folder.resolve("tutti-" + ProcessHandle.current().pid() + "-" + id));
    Path other = Files.createFile(folder.resolve("tutti-" + dead.pid() + "-notes"));
    Segment.sweep(folder);
    assertThat(left).doesNotExist();
    assertThat(living).exists();
    assertThat(other).exists();
    Segment.sweep(folder.resolve("missing"));
  }
}
