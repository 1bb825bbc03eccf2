package dev.tutti.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("system")
@Timeout(90)
@ExtendWith(LeakCheck.class)
class AcrossProcessesTest {
  private static final int ROUNDS = 2_000;
  private static final int SLOTS = 64;
  private static final int ADDS = 20_000;

  /** By name or by handle, another process writes into the same memory; its end takes nothing. */
  @Test
  void write_byNameAndByHandle_isSeenAndOutlivesItsWriter() throws Exception {
    String name = "howdy " + ProcessHandle.current().pid();
    try (SharedMemory memory = SharedMemory.named(name, 512);
        SharedDoubles doubles = SharedDoubles.create(3)) {
      doubles.write(0, 3.625, -4.25, 1L << 33);
      try (OtherJvm other =
          OtherJvm.start(
              Writer.class, name, OtherJvm.argument(memory), OtherJvm.argument(doubles))) {
        other.ends();
      }
      assertThat(text(memory, 0)).isEqualTo("howdy");
      assertThat(text(memory, 100)).isEqualTo("HELLO");
      assertThat(doubles.toArray()).containsExactly(7.25, -8.5, 1L << 34);
      SharedMemory.open(name).close(); // who has opened it and ended has not ended it
    }
  }

  private static String text(SharedMemory memory, long offset) {
    byte[] five = new byte[5];
    memory.read(offset, five);
    return new String(five, UTF_8);
  }

  static final class Writer {
    private Writer() {}

    public static void main(String[] args) throws IOException {
      try (SharedMemory named = SharedMemory.open(args[0])) {
        named.write(0, "howdy".getBytes(UTF_8));
      }
      SharedMemory memory = (SharedMemory) OtherJvm.value(args[1]);
      memory.write(100, "HELLO".getBytes(UTF_8));
      SharedDoubles doubles = (SharedDoubles) OtherJvm.value(args[2]);
      for (long i = 0; i < doubles.length(); i++) {
        doubles.set(i, doubles.get(i) * 2);
      }
      SharedDoubles.create(1_000).fill(1); // left open
    }
  }

  /** A killed owner takes its name along, and not the memory of those who have it. */
  @ParameterizedTest
  @ValueSource(strings = {"TERM", "KILL"})
  void kill_ofOwner_endsNameAndLeavesMemory(String signal) throws Exception {
    String name = "owned " + ProcessHandle.current().pid();
    try (OtherJvm owner = OtherJvm.start(Owner.class, name)) {
      owner.says("named");
      try (SharedMemory memory = SharedMemory.open(name)) {
        String handle = OtherJvm.argument(memory);
        assertThatThrownBy(() -> SharedMemory.named(name, 8))
            .isInstanceOf(FileAlreadyExistsException.class)
            .hasMessageContaining("pid=" + owner.pid() + " command=");
        owner.kill(signal);

        assertThatThrownBy(() -> SharedMemory.open(name)).isInstanceOf(NoSuchFileException.class);
        assertThat(memory.getLong(0)).isEqualTo(42);
        try (SharedMemory same = (SharedMemory) OtherJvm.value(handle)) {
          assertThat(same).isEqualTo(memory);
        }
        try (SharedMemory next = SharedMemory.named(name, 8)) {
          assertThat(next).isNotEqualTo(memory);
        }
      }
      assertThat(left(owner.pid())).isEmpty();
    }
  }

  static final class Owner {
    private Owner() {}

    public static void main(String[] args) throws IOException {
      SharedMemory.named(args[0], 1 << 20).setLong(0, 42);
      OtherJvm.awaitGo("named");
    }
  }

  /** What a process that ends without closing its name leaves is removed by the next use of any. */
  @Test
  void end_withoutClose_entryIsRemovedByNextUse() throws Exception {
    String name = "left " + ProcessHandle.current().pid();
    try (OtherJvm owner = OtherJvm.start(Owner.class, name)) {
      owner.says("named");
      owner.go();
      owner.ends();
      assertThat(left(owner.pid())).hasSizeLessThanOrEqualTo(1);
      SharedMemory.named("another " + name, 8).close();
      assertThat(left(owner.pid())).isEmpty();
    }
  }

  /** {@return entries in shared memory that are of a process, or lead to one} */
  private static List<String> left(long pid) throws IOException {
    List<String> left = new ArrayList<>();
    for (Path file : files(Path.of("/dev/shm"))) {
      boolean ofNames = file.getFileName().toString().startsWith("tutti-names-");
      Stream.concat(Stream.of(file), ofNames ? files(file).stream() : Stream.empty())
          .filter(one -> isOf(one, pid))
          .forEach(one -> left.add(one.toString()));
    }
    return left;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    } catch (NoSuchFileException goneMeanwhile) {
      return List.of(); // other programs use names too
    }
  }

  private static boolean isOf(Path file, long pid) {
    try {
      return file.toString().contains("tutti-" + pid + "-")
          || (Files.isSymbolicLink(file)
              && Files.readSymbolicLink(file).toString().startsWith("1:" + pid + ":"));
    } catch (IOException goneMeanwhile) {
      return false;
    }
  }

  /**
   * What is written before a release is seen after the acquire that finds it: the other process
   * fills plain slots, then says so, round by round.
   */
  @Test
  void publish_byReleaseAndAcquire_isSeenWhole() throws Exception {
    try (SharedMemory memory = SharedMemory.create(Board.BYTES);
        OtherJvm other = OtherJvm.start(Publisher.class, OtherJvm.argument(memory))) {
      Board board = new Board(memory);
      for (int round = 1; round <= ROUNDS; round++) {
        awaitAtLeast(board.said, round, other);
        for (int i = 0; i < SLOTS; i++) {
          if (board.payload.get(i) != round) {
            assertThat(board.payload.toArray()).as("round %d", round).containsOnly(round);
          }
        }
        board.read.setRelease(0, round);
      }
      other.ends();
    }
  }

  private static void awaitAtLeast(SharedLongs flag, long value, OtherJvm other) {
    for (int looks = 1; flag.getAcquire(0) < value; looks++) {
      Thread.onSpinWait();
      if (looks % 1_000 == 0) {
        LockSupport.parkNanos(1); // the other may need this core
        assertThat(other == null || other.isAlive()).isTrue();
      }
    }
  }

  /** Payload and two flags, each on a cache line of its own. */
  private record Board(SharedLongs payload, SharedLongs said, SharedLongs read) {
    static final int BYTES = SLOTS * 8 + 128;

    Board(SharedMemory memory) {
      this(memory.longs(0, SLOTS), memory.longs(SLOTS * 8, 1), memory.longs(SLOTS * 8 + 64, 1));
    }
  }

  static final class Publisher {
    private Publisher() {}

    public static void main(String[] args) throws IOException {
      Board board = new Board((SharedMemory) OtherJvm.value(args[0]));
      for (int round = 1; round <= ROUNDS; round++) {
        for (int i = 0; i < SLOTS; i++) {
          board.payload.set(i, round);
        }
        board.said.setRelease(0, round);
        awaitAtLeast(board.read, round, null);
      }
    }
  }

  /** Processes that change the same slots at the same time lose nothing, and see no halves. */
  @Test
  void change_fromThreeProcesses_losesNothing() throws Exception {
    try (SharedMemory memory = SharedMemory.create(64);
        OtherJvm one = OtherJvm.start(Adder.class, OtherJvm.argument(memory));
        OtherJvm two = OtherJvm.start(Adder.class, OtherJvm.argument(memory))) {
      one.says("ready");
      two.says("ready");
      one.go();
      two.go();
      Adder.add(memory);
      one.ends();
      two.ends();
      assertThat(memory.longAt(0).get()).isEqualTo(3L * ADDS);
      assertThat(memory.doubleAt(8).get()).isEqualTo(1.5 * ADDS);
      assertThat(memory.ints(16, 2).toArray()).containsExactly(3 * ADDS, -3 * ADDS);
      assertThat(memory.longAt(24).get()).isEqualTo(3L * ADDS);
    }
  }

  static final class Adder {
    private Adder() {}

    public static void main(String[] args) throws IOException {
      SharedMemory memory = (SharedMemory) OtherJvm.value(args[0]);
      OtherJvm.awaitGo("ready");
      add(memory);
    }

    static void add(SharedMemory memory) {
      SharedLong n = memory.longAt(0);
      SharedDouble d = memory.doubleAt(8);
      SharedInts ints = memory.ints(16, 2);
      SharedLong max = memory.longAt(24);
      SharedLongs halves = memory.longs(32, 1);
      for (int i = 0; i < ADDS; i++) {
        long count = n.incrementAndGet();
        max.accumulateAndGet(count, Math::max);
        d.addAndGet(0.5);
        ints.getAndAdd(0, 1);
        ints.getAndAdd(1, -1);
        halves.set(0, (i & 1) == 0 ? 0 : -1);
        long half = halves.get(0);
        if (half != 0 && half != -1) {
          throw new AssertionError("half a number: " + Long.toHexString(half));
        }
      }
    }
  }

  /**
   * Of processes that want one name at the same time one has it, also when owners are killed; in
   * the end nothing is left.
   */
  @Test
  void named_manyWantOne_oneHasIt() throws Exception {
    String name = "wanted " + ProcessHandle.current().pid();
    try (SharedMemory board = SharedMemory.create(64)) {
      String handle = OtherJvm.argument(board);
      SharedLong turns = board.longAt(8);
      List<OtherJvm> rivals =
          List.of(
              OtherJvm.start(Rival.class, name, handle),
              OtherJvm.start(Rival.class, name, handle),
              OtherJvm.start(Rival.class, name, handle));
      try {
        for (int i = 0; i < rivals.size(); i++) {
          long until = (i + 1) * 60L;
          Await.until("turns >= " + until, () -> turns.get() >= until || !all(rivals));
          rivals.get(i).kill("KILL");
          assertThat(board.longAt(16).get()).as("two owners at once").isZero();
        }
      } finally {
        rivals.forEach(OtherJvm::close);
      }
      try (OtherJvm next = OtherJvm.start(Successor.class, name)) {
        next.ends();
      }
      for (OtherJvm rival : rivals) {
        assertThat(left(rival.pid())).isEmpty();
      }
    }
  }

  private static boolean all(List<OtherJvm> rivals) {
    return rivals.stream().anyMatch(OtherJvm::isAlive);
  }

  /** A program that wants the name when the others are dead, and removes what they have left. */
  static final class Successor {
    private Successor() {}

    public static void main(String[] args) throws IOException {
      SharedMemory.named(args[0], 8).close();
    }
  }

  static final class Rival {
    private Rival() {}

    public static void main(String[] args) throws IOException {
      SharedMemory board = (SharedMemory) OtherJvm.value(args[1]);
      SharedLong owner = board.longAt(0);
      long pid = ProcessHandle.current().pid();
      while (true) {
        try (SharedMemory mine = SharedMemory.named(args[0], 8)) {
          long before = owner.getAndSet(pid);
          boolean alive = before != 0 && ProcessHandle.of(before).isPresent();
          if (alive && Files.exists(Path.of("/proc/" + before + "/exe"))) {
            board.longAt(16).incrementAndGet();
          }
          board.longAt(8).incrementAndGet();
          mine.setLong(0, pid);
          owner.compareAndSet(pid, 0);
        } catch (FileAlreadyExistsException anotherHasIt) {
          Thread.onSpinWait();
        }
      }
    }
  }
}
