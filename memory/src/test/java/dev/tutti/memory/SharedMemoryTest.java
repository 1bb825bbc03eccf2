package dev.tutti.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tutti.plan.DataSize;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("unit")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class SharedMemoryTest {

  /** A memory is as large as asked for, zero, and keeps what is written. */
  @Test
  void create_size_isZeroAndKeepsBytes() throws IOException {
    try (SharedMemory memory = SharedMemory.create(512)) {
      assertThat(memory.bytes()).isEqualTo(512);
      byte[] all = new byte[512];
      memory.read(0, all);
      assertThat(all).containsOnly(0);
      memory.setByte(511, (byte) 42);
      assertThat(memory.getByte(511)).isEqualTo((byte) 42);
    }
    try (SharedMemory memory = SharedMemory.create(DataSize.kib(3))) {
      assertThat(memory.bytes()).isEqualTo(3072);
    }
  }

  /** Less than a byte is no memory, with and without a name. */
  @ParameterizedTest
  @ValueSource(longs = {-2, -1, 0, Long.MIN_VALUE})
  void create_noBytes_isRefused(long bytes) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SharedMemory.create(bytes))
        .withMessage("bytes must be >= 1: bytes=" + bytes);
    assertThatIllegalArgumentException().isThrownBy(() -> SharedMemory.named("none", bytes));
  }

  /** More than there can be with what comes before it is no room either. */
  @Test
  void create_mostBytes_hasNoRoom() {
    assertThatThrownBy(() -> SharedMemory.create(Long.MAX_VALUE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no room for a segment of shared memory: bytes=" + Long.MAX_VALUE);
  }

  /** A thread that is interrupted is told so, stays interrupted, and leaves nothing. */
  @Test
  void create_interrupted_saysSo() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> SharedMemory.named("interrupted", 64))
        .isInstanceOf(ClosedByInterruptException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThatThrownBy(() -> SharedMemory.open("interrupted"))
        .isInstanceOf(NoSuchFileException.class);
  }

  /** Each type is read as it was written, at any offset, aligned or not. */
  @Test
  void set_everyTypeAtOddOffsets_isReadAgain() throws IOException {
    try (SharedMemory memory = SharedMemory.create(64)) {
      memory.setInt(1, -232);
      memory.setLong(5, 1L << 33);
      memory.setDouble(13, 3.625);
      memory.setByte(0, (byte) 'x');
      memory.write(21, new byte[] {1, 2, 3});
      assertThat(memory.getInt(1)).isEqualTo(-232);
      assertThat(memory.getLong(5)).isEqualTo(1L << 33);
      assertThat(memory.getDouble(13)).isEqualTo(3.625);
      assertThat(memory.getByte(0)).isEqualTo((byte) 'x');
      byte[] three = new byte[3];
      memory.read(21, three);
      assertThat(three).containsExactly(1, 2, 3);
    }
  }

  /** No access reaches outside, whatever the offset. */
  @ParameterizedTest
  @ValueSource(longs = {-1, 57, 64, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE})
  void access_outside_isRefused(long offset) throws IOException {
    try (SharedMemory memory = SharedMemory.create(64)) {
      Class<IndexOutOfBoundsException> outside = IndexOutOfBoundsException.class;
      assertThrows(outside, () -> memory.getLong(offset));
      assertThrows(outside, () -> memory.setLong(offset, 1));
      assertThrows(outside, () -> memory.getDouble(offset));
      assertThrows(outside, () -> memory.setDouble(offset, 1));
      assertThrows(outside, () -> memory.read(offset, new byte[8]));
      assertThrows(outside, () -> memory.write(offset, new byte[8]));
      long four = offset == 57 ? 61 : offset;
      assertThrows(outside, () -> memory.getInt(four));
      assertThrows(outside, () -> memory.setInt(four, 1));
      long one = offset == 57 ? 64 : offset;
      assertThrows(outside, () -> memory.getByte(one));
      assertThrows(outside, () -> memory.setByte(one, (byte) 1));
      assertThat(memory.longs(0, 8).stream()).containsOnly(0L);
    }
  }

  /** After close each access says that it is closed, and nothing of it stays. */
  @Test
  void access_afterClose_isIllegalState() throws IOException {
    long before = mappings();
    SharedMemory memory = SharedMemory.create(64);
    SharedLong cell = memory.longAt(8);
    SharedDoubles doubles = memory.doubles(16, 2);
    memory.close();
    memory.close();
    assertThat(mappings()).isLessThanOrEqualTo(before);
    assertThat(memory.isOpen()).isFalse();
    String text = "shared memory is closed in this process: SharedMemory[bytes=64, closed]";
    assertThatIllegalStateException().isThrownBy(() -> memory.getLong(0)).withMessage(text);
    assertThatIllegalStateException().isThrownBy(() -> memory.setByte(0, (byte) 1));
    assertThatIllegalStateException().isThrownBy(cell::incrementAndGet).withMessage(text);
    assertThatIllegalStateException().isThrownBy(() -> doubles.set(0, 1)).withMessage(text);
    assertThatIllegalStateException().isThrownBy(memory::asByteBuffer).withMessage(text);
    assertThatIllegalStateException().isThrownBy(memory::asMemorySegment).withMessage(text);
    assertThatIllegalStateException().isThrownBy(() -> OtherJvm.argument(memory));
    assertThat(cell).hasToString("SharedLong[offset=8, SharedMemory[bytes=64, closed]]");
  }

  /** Buffer and segment are the same memory, and last as long as they are held or their arena. */
  @Test
  void asBufferAndSegment_afterClose_areStillTheMemory() throws IOException {
    Arena arena = Arena.ofConfined();
    SharedMemory memory = SharedMemory.create(64);
    ByteBuffer buffer = memory.asByteBuffer();
    MemorySegment held = memory.asMemorySegment();
    MemorySegment scoped = memory.asMemorySegment(arena);
    memory.setLong(8, 0x0102030405060708L);
    assertThat(buffer.getLong(8)).isEqualTo(0x0102030405060708L);
    assertThat(buffer.capacity()).isEqualTo(64);
    memory.close();
    scoped.set(ValueLayout.JAVA_LONG, 8, 7);
    assertThat(buffer.getLong(8)).isEqualTo(7);
    assertThat(held.get(ValueLayout.JAVA_LONG, 8)).isEqualTo(7);
    arena.close();
    assertThatIllegalStateException().isThrownBy(() -> scoped.get(ValueLayout.JAVA_LONG, 8));
    assertThat(buffer.getLong(8)).isEqualTo(7);
  }

  /** A handle that comes back to its process is the same memory, and so are its views. */
  @Test
  void handle_inSameProcess_isSameMemory() throws IOException {
    long before = mappings();
    try (SharedMemory memory = SharedMemory.create(64)) {
      SharedMemory same = (SharedMemory) OtherJvm.value(OtherJvm.argument(memory));
      same.setLong(0, 42);
      assertThat(memory.getLong(0)).isEqualTo(42);
      assertThat(same).isEqualTo(memory).hasSameHashCodeAs(memory);
      assertThat(mappings()).isLessThanOrEqualTo(before + 1);
      List<View> views =
          List.of(
              memory.ints(4, 3),
              memory.longs(8, 2),
              memory.doubles(16, 5),
              memory.longAt(24),
              memory.doubleAt(32));
      for (View view : views) {
        assertThat(OtherJvm.value(OtherJvm.argument(view)))
            .isEqualTo(view)
            .hasSameHashCodeAs(view)
            .hasToString(view.toString())
            .isNotEqualTo(memory.longs(0, 1));
      }
    }
  }

  /** A handle to a memory that is closed is refused where it is read. */
  @Test
  void handle_ofClosedMemory_isRefused() throws IOException {
    String handle;
    try (SharedMemory memory = SharedMemory.create(64)) {
      handle = OtherJvm.argument(memory.longAt(0));
    }
    assertThatThrownBy(() -> OtherJvm.value(handle))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("shared memory is gone");
  }

  /** A view keeps its memory mapped; when nobody holds either, it is given back. */
  @Test
  void drop_withoutClose_isGivenBackButNotBelowAView() throws Exception {
    List<SharedLong> held = new ArrayList<>(List.of(SharedLong.create(7)));
    ByteBuffer buffer = SharedMemory.create(64).asByteBuffer();
    for (int i = 0; i < 5; i++) {
      System.gc();
      assertThat(held.getFirst().get()).isEqualTo(7);
      assertThat(buffer.getLong(0)).isZero();
    }
    held.clear();
    buffer = null;
    Await.until(
        "all is given back",
        () -> {
          System.gc();
          return mappings() == 0;
        });
  }

  /** The text tells name, size and state. */
  @Test
  void toString_openAndNamed_tellsBoth() throws IOException {
    String name = "text of " + ProcessHandle.current().pid();
    try (SharedMemory memory = SharedMemory.named(name, 4096)) {
      assertThat(memory).hasToString("SharedMemory[name=%s, bytes=4096, open]".formatted(name));
      assertThat(memory.name()).contains(name);
      assertThat(memory.longs(8, 3))
          .hasToString("SharedLongs[length=3, offset=8, %s]".formatted(memory));
      assertThat(memory.longAt(0)).hasToString("SharedLong[0, offset=0, %s]".formatted(memory));
    }
  }

  /** {@return how often this process maps memory of ours} */
  private static long mappings() throws IOException {
    String own = "tutti-" + ProcessHandle.current().pid() + "-";
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.filter(line -> line.contains(own)).count();
    }
  }

  /** An interrupt does nothing to memory that others use, and is kept. */
  @Test
  void asMemorySegment_interrupted_memoryStays() throws IOException {
    try (SharedMemory memory = SharedMemory.create(64);
        Arena arena = Arena.ofConfined()) {
      memory.setByte(7, (byte) 42);
      Thread.currentThread().interrupt();
      MemorySegment mapped = memory.asMemorySegment(arena);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(mapped.get(ValueLayout.JAVA_BYTE, 7)).isEqualTo((byte) 42);
      assertThat(memory.asMemorySegment(arena).byteSize()).isEqualTo(64);
    }
  }
}
