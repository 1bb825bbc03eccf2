package dev.tutti.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.task.NotSendableException;
import dev.tutti.task.Task;
import java.io.Serializable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class PartsTest {
  private static final int LARGE = 1 << 20;

  /** Holds an array in a field, and something that only a JDK stream writes. */
  @SuppressWarnings("serial")
  record Holder(Object first, Object second, BitSet bits) implements Serializable {}

  private static @Nullable Object crossed(Object value) throws DecodeException {
    return crossed(value, Filters.results(), 1);
  }

  private static @Nullable Object crossed(Object value, ValueFilter filter, int parts)
      throws DecodeException {
    Parts large = new Parts();
    byte[] bytes = Codec.encode(value, Role.RESULT, large);
    assertThat(large.lengths()).hasSize(parts);
    assertThat(bytes.length).isLessThan(10_000);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(Parts.room(large.lengths()));
      large.copyTo(memory);
      return decode(bytes, PartSource.of(memory, large.lengths()), filter);
    }
  }

  private static @Nullable Object decode(byte[] bytes, PartSource parts, ValueFilter filter)
      throws DecodeException {
    ClassLoader loader = Objects.requireNonNull(PartsTest.class.getClassLoader());
    return Codec.decode(ByteBuffer.wrap(bytes), parts, loader, filter);
  }

  private static List<Object> arrays() {
    Random random = new Random(1);
    byte[] bytes = new byte[LARGE + 3];
    random.nextBytes(bytes);
    List<Object> arrays = new ArrayList<>(List.of(bytes));
    for (Object array :
        List.of(
            new boolean[LARGE + 1],
            new char[LARGE],
            new short[LARGE],
            new int[LARGE],
            new float[LARGE],
            new long[LARGE],
            new double[LARGE])) {
      for (int i = 0; i < 100_000; i += 7) {
        if (array instanceof boolean[] b) {
          b[i] = random.nextBoolean();
        } else if (array instanceof char[] c) {
          c[i] = (char) random.nextInt();
        } else {
          Array.setByte(array, i, (byte) random.nextInt());
        }
      }
      arrays.add(array);
    }
    return arrays;
  }

  /** Each sort of array crosses as a part, alone, in a list, and in an object's field. */
  @Test
  void decode_largeArrays_areTheSame() throws Exception {
    for (Object array : arrays()) {
      assertThat(crossed(array)).isEqualTo(array).isNotSameAs(array);
      assertThat(((List<?>) crossed(List.of(1, array))).get(1)).isEqualTo(array);
      assertThat(crossed(new Holder(array, "x", new BitSet())))
          .isInstanceOfSatisfying(Holder.class, h -> assertThat(h.first()).isEqualTo(array));
    }
  }

  /** What a lambda captures is a part too. */
  @Test
  void decode_capturedArray_isTheSame() throws Exception {
    double[] captured = new double[LARGE];
    captured[LARGE - 1] = 0.1;
    Task<Double> task = () -> captured[LARGE - 1];
    assertThat(((Task<?>) crossed(task)).call()).isEqualTo(0.1);
  }

  /** One array that is held twice is one array and one part, in both forms. */
  @Test
  void decode_arrayHeldTwice_isOneArray() throws Exception {
    int[] array = new int[LARGE];
    List<?> list = (List<?>) crossed(List.of(array, array));
    assertThat(list.get(0)).isSameAs(list.get(1)).isEqualTo(array);
    Holder holder = (Holder) crossed(new Holder(array, array, new BitSet()));
    assertThat(holder.first()).isSameAs(holder.second()).isEqualTo(array);
  }

  /** Several parts of one value do not get mixed up. */
  @Test
  void decode_manyParts_keepTheirOrder() throws Exception {
    List<Object> arrays = arrays();
    List<?> came =
        (List<?>) Objects.requireNonNull(crossed(arrays, Filters.results(), arrays.size()));
    for (int i = 0; i < arrays.size(); i++) {
      assertThat((Object) came.get(i)).isEqualTo(arrays.get(i));
    }
  }

  /** What is smaller stays among the bytes. */
  @Test
  void encode_smallArray_isNoPart() {
    Parts parts = new Parts();
    assertThat(Codec.encode(new byte[LARGE - 1], Role.ITEM, parts)).hasSizeGreaterThan(LARGE - 1);
    assertThat(parts.isEmpty()).isTrue();
    assertThat(Codec.encode(new long[LARGE / 8], Role.ITEM, parts)).hasSizeLessThan(100);
    assertThat(parts.lengths()).containsExactly(LARGE);
  }

  /** A large buffer keeps its content and its whole state. */
  @Test
  void decode_largeBuffer_keepsItsState() throws Exception {
    for (ByteBuffer b :
        List.of(ByteBuffer.allocate(2 * LARGE), ByteBuffer.allocateDirect(2 * LARGE))) {
      new Random(2).ints(LARGE).forEach(i -> b.put((byte) i));
      b.position(77).limit(LARGE + 5).order(ByteOrder.LITTLE_ENDIAN);
      for (ByteBuffer sent :
          List.of(b, b.asReadOnlyBuffer(), b.duplicate().order(ByteOrder.LITTLE_ENDIAN))) {
        ByteBuffer came = (ByteBuffer) Objects.requireNonNull(crossed(sent));
        assertThat(came).isEqualTo(sent);
        assertThat(came.position()).isEqualTo(77);
        assertThat(came.limit()).isEqualTo(LARGE + 5);
        assertThat(came.capacity()).isEqualTo(2 * LARGE);
        assertThat(came.order()).isEqualTo(sent.order());
        assertThat(came.isDirect()).isEqualTo(sent.isDirect());
        assertThat(came.isReadOnly()).isEqualTo(sent.isReadOnly());
        assertThat(came.duplicate().rewind()).isEqualTo(sent.duplicate().rewind());
        assertThat(sent.position()).isEqualTo(77);
      }
    }
  }

  /** A buffer with little below its limit crosses with so much that its reader is not lied to. */
  @Test
  void decode_sparseBuffer_isTheSame() throws Exception {
    ByteBuffer sparse = ByteBuffer.allocate(64 * LARGE).limit(LARGE);
    ByteBuffer came = (ByteBuffer) Objects.requireNonNull(crossed(sparse));
    assertThat(came).isEqualTo(sparse);
    assertThat(came.capacity()).isEqualTo(sparse.capacity());
  }

  /** Segments cross with their content, small or large; what is native arrives native. */
  @Test
  void decode_segments_keepContentAndSort() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      for (int size : new int[] {0, 5, LARGE + 3}) {
        MemorySegment ofSystem = arena.allocate(size);
        MemorySegment ofHeap = MemorySegment.ofArray(new byte[size + 1]).asSlice(1);
        for (MemorySegment s : List.of(ofSystem, ofHeap)) {
          new Random(3).ints(Math.min(size, 1_000)).forEach(i -> s.fill((byte) i));
          for (MemorySegment sent : List.of(s, s.asReadOnly())) {
            MemorySegment came =
                (MemorySegment)
                    Objects.requireNonNull(crossed(sent, Filters.results(), size < LARGE ? 0 : 1));
            assertThat(came.mismatch(sent)).isEqualTo(-1);
            assertThat(came.isNative()).isEqualTo(sent.isNative());
            assertThat(came.isReadOnly()).isEqualTo(sent.isReadOnly());
            if (size > 8) {
              assertThat(came.get(ValueLayout.JAVA_LONG, 0))
                  .isEqualTo(sent.get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
            }
          }
        }
      }
    }
  }

  /** A segment that is closed, or another thread's, is refused at the call. */
  @Test
  void encode_segmentThatCannotBeRead_isRefused() {
    Arena arena = Arena.ofConfined();
    MemorySegment small = arena.allocate(9);
    arena.close();
    assertThatThrownBy(() -> Codec.encode(small, Role.ITEM, new Parts()))
        .isInstanceOf(NotSendableException.class)
        .hasMessageContaining("T003");
  }

  /** Whoever names a part twice, one that is not there, or a wrong kind of it, is found out. */
  @Test
  void decode_lyingParts_isRefused() throws Exception {
    MemorySegment memory = MemorySegment.ofArray(new long[LARGE]);
    Parts parts = new Parts();
    byte[] bytes = Codec.encode(new double[LARGE], Role.RESULT, parts);
    long[] odd = {8 * LARGE - 1};
    assertThatThrownBy(() -> decode(bytes, PartSource.none(), Filters.results()))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("large part that it has not");
    assertThatThrownBy(() -> decode(bytes, PartSource.of(memory, odd), Filters.results()))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("wrong length");
    assertThatThrownBy(() -> PartSource.of(memory, new long[] {1, 8 * LARGE}))
        .isInstanceOf(DecodeException.class);
    assertThatThrownBy(() -> PartSource.of(memory, new long[] {-1}))
        .isInstanceOf(DecodeException.class);
    Parts two = new Parts();
    byte[] pair = Codec.encode(List.of(new byte[LARGE], new byte[LARGE]), Role.RESULT, two);
    byte[] twice = pair.clone();
    assertThat(twice[twice.length - 1]).isEqualTo((byte) 1); // the number of the second part
    twice[twice.length - 1] = 0;
    assertThatThrownBy(() -> decode(twice, PartSource.of(memory, two.lengths()), Filters.results()))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("large part that it has not: number=0");
    byte[] wrongKind = bytes.clone();
    wrongKind[wrongKind.length - 2] = Kind.HASH_MAP.tag();
    assertThatThrownBy(
            () -> decode(wrongKind, PartSource.of(memory, parts.lengths()), Filters.results()))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("holds no numbers");
  }

  /** The bound on bytes counts parts. */
  @Test
  void decode_partsAboveBound_isRefused() {
    ValueFilter narrow = new ValueFilter(_ -> true, 100, 100, LARGE, "x");
    assertThatThrownBy(() -> crossed(new byte[LARGE], narrow, 1))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("too large");
  }
}
