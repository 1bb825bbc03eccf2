package dev.tutti.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.management.ThreadMXBean;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Values of the compact form from somebody who lies. */
@Tag("unit")
@Timeout(20)
final class CompactLiarTest {
  private static final byte ALL = CompactWriter.SHARES | CompactWriter.RUNS_CODE;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static @Nullable Object decode(byte[] bytes) throws DecodeException {
    return Codec.decode(
        ByteBuffer.wrap(bytes), CompactLiarTest.class.getClassLoader(), Filters.results());
  }

  private static byte[] compact(Object value) {
    return Objects.requireNonNull(CompactWriter.write(value, Role.RESULT));
  }

  private static byte[] lie(byte flags, Consumer<ByteBuffer> words) {
    ByteBuffer bytes = ByteBuffer.allocate(200_000);
    bytes.order(java.nio.ByteOrder.LITTLE_ENDIAN).put(Kind.GRAPH.tag()).put(flags);
    words.accept(bytes);
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  private static void count(ByteBuffer bytes, int count) {
    int rest = count;
    for (; rest > 0x7f; rest >>>= 7) {
      bytes.put((byte) (rest | 0x80));
    }
    bytes.put((byte) rest);
  }

  private static void assertRefused(byte[] bytes, String words) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> decode(bytes))
        .withMessageContaining(words);
    assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(16L << 20);
  }

  private static final List<Kind> COUNTED =
      List.of(
          Kind.TEXT,
          Kind.TEXT_16,
          Kind.BIG_INTEGER,
          Kind.BOOLEANS,
          Kind.BYTES,
          Kind.CHARS,
          Kind.SHORTS,
          Kind.INTS,
          Kind.FLOATS,
          Kind.LONGS,
          Kind.DOUBLES,
          Kind.STRINGS,
          Kind.OBJECTS,
          Kind.ARRAY_LIST,
          Kind.LIST_OF,
          Kind.LIST_OF_NULLS,
          Kind.HASH_MAP,
          Kind.LINKED_HASH_MAP,
          Kind.MAP_OF,
          Kind.HASH_SET,
          Kind.LINKED_HASH_SET,
          Kind.SET_OF);

  /** A count that nothing stands behind claims no memory. */
  @Test
  void decode_hugeCount_isRefused() {
    for (Kind kind : COUNTED) {
      for (int count : new int[] {Integer.MAX_VALUE, 1 << 28, 1_000_000}) {
        byte[] bytes = lie(ALL, b -> count(b.put(kind.tag()), count));
        assertRefused(bytes, "");
      }
      assertRefused(
          lie(ALL, b -> b.put(kind.tag()).put(new byte[] {-1, -1, -1, -1, -1, -1})),
          "count is none");
      assertRefused(
          lie(ALL, b -> b.put(kind.tag()).put(new byte[] {-1, -1, -1, -1, 15})), "count is none");
    }
  }

  /** Arrays in arrays, each of which claims what all bytes together could hold. */
  @Test
  void decode_manyLargeArrays_areBoundedTogether() {
    assertRefused(
        lie(
            ALL,
            b -> {
              for (int i = 0; i < 100; i++) {
                count(b.put(Kind.OBJECTS.tag()), 100_000);
              }
              b.put(new byte[100_000]);
            }),
        "arrays claim more elements than can have come: length=100000");
  }

  /** Deeper than any writer goes. */
  @Test
  void decode_tooDeep_isRefused() {
    for (Kind kind : List.of(Kind.OPTIONAL, Kind.ARRAY_LIST)) {
      assertRefused(
          lie(
              ALL,
              b -> {
                for (int i = 0; i < 10_000; i++) {
                  b.put(kind.tag());
                  if (kind != Kind.OPTIONAL) {
                    count(b, 1);
                  }
                }
                b.put(Kind.NULL.tag());
              }),
          "value is too deep");
    }
  }

  /** Each list holds the one before twice: few bytes, and nobody could hash them. */
  @Test
  void decode_sharedTooOften_isRefused() {
    assertRefused(
        lie(
            ALL,
            b -> {
              count(b.put(Kind.ARRAY_LIST.tag()), 61);
              count(b.put(Kind.ARRAY_LIST.tag()), 0); // number 1
              for (int i = 2; i <= 61; i++) {
                count(b.put(Kind.ARRAY_LIST.tag()), 2);
                count(b.put(Kind.SAME.tag()), i - 1);
                count(b.put(Kind.SAME.tag()), i - 1);
              }
            }),
        "hold each other so often");
  }

  /** An object is met again only when it is complete: there are no rings, and none from nowhere. */
  @Test
  void decode_sameOfWhatIsNotThere_isRefused() {
    for (int number : new int[] {0, 1, 5, Integer.MAX_VALUE}) {
      assertRefused(
          lie(
              ALL,
              b -> count(b.put(new byte[] {Kind.ARRAY_LIST.tag(), 1, Kind.SAME.tag()}), number)),
          "holds again what it has not");
    }
    assertRefused(
        lie((byte) 0, b -> b.put(new byte[] {Kind.ARRAY_LIST.tag(), 1, Kind.SAME.tag(), 0})),
        "holds again what it has not");
  }

  record Checked(int n) implements Serializable {
    static int made;

    Checked {
      made++;
      if (n < 0) {
        throw new IllegalArgumentException("own words: n=" + n);
      }
    }
  }

  /** What would run code in a value that says that it runs none is refused before it does. */
  @Test
  void decode_codeInAPlainValue_isRefused() {
    for (Object value :
        List.of(
            new Checked(1),
            RandomValues.Colour.RED,
            Map.of(1, 2),
            new TreeMap<>(),
            new int[0][0])) {
      byte[] bytes = compact(value);
      assertThat(bytes[1]).isEqualTo(CompactWriter.RUNS_CODE);
      bytes[1] = 0;
      assertThat(Codec.isPlain(ByteBuffer.wrap(bytes))).isTrue();
      int before = Checked.made;
      assertRefused(bytes, "value is not of those that run code");
      assertThat(Checked.made).isEqualTo(before);
    }
  }

  private static byte[] named(Kind kind, String name, int mark, byte... rest) {
    return lie(
        ALL,
        b -> {
          b.put(kind.tag()).put((byte) 0).putInt(mark);
          count(b, name.length());
          b.put(name.getBytes(java.nio.charset.StandardCharsets.UTF_8)).put(rest);
        });
  }

  /** A name stands for a class only if it is of the kind that was said, with the same parts. */
  @Test
  void decode_classThatIsNotMeant_isRefused() {
    Shape.Named checked = (Shape.Named) Shape.of(Checked.class);
    String name = Checked.class.getName();
    assertRefused(named(Kind.RECORD, name, checked.mark() + 1), "class differs between");
    assertRefused(named(Kind.ENUM, name, checked.mark()), "class is of another kind");
    assertRefused(named(Kind.ARRAY, name, checked.mark()), "class is of another kind");
    assertRefused(named(Kind.RECORD, "java.lang.Thread", 0), "class differs between");
    assertRefused(named(Kind.RECORD, "no.such.Record", 0), "no.such.Record");
    assertRefused(named(Kind.RECORD, "[L", 0), "[L");
    assertRefused(named(Kind.RECORD, "", 0), "");
    assertRefused(named(Kind.RECORD, "javax.management.ObjectName", 0), "is outside the filter");
    Shape.Named colour = (Shape.Named) Shape.of(RandomValues.Colour.class);
    assertRefused(
        named(Kind.ENUM, RandomValues.Colour.class.getName(), colour.mark(), (byte) 3),
        "has no such constant: number=3 constants=3");
    assertRefused(
        lie(ALL, b -> b.put(new byte[] {Kind.RECORD.tag(), 1})), "names a class that it has not");
  }

  /**
   * A component of another type than the record's is refused, and so is what its own code refuses.
   */
  @Test
  void decode_recordThatCannotBe_isRefused() {
    byte[] checked = compact(new Checked(1));
    checked[checked.length - 1] = (byte) 0x80; // the highest byte of its number
    assertRefused(checked, "own words: n=-");
    byte[] mixed =
        compact(
            new RandomValues.Mixed(
                true, (byte) 1, (short) 1, 'a', 1, 1, 1, 1, "text", null, List.of()));
    mixed[mixed.length - 2] = Kind.TEXT.tag(); // the empty list: it was LIST_OF, 0
    assertRefused(mixed, "ClassCastException");
  }

  /** A value that is cut is refused, also where the array that it stands in goes on. */
  @Test
  void decode_cutWithinALargerArray_isRefused() {
    for (Object value :
        List.of(7_000, "text", List.of(1, "a"), new int[] {1, 2}, new Checked(1), 'c', 1L << 40)) {
      byte[] bytes = compact(value);
      for (int length = 0; length < bytes.length; length++) {
        ByteBuffer cut = ByteBuffer.wrap(bytes, 0, length);
        assertThatExceptionOfType(DecodeException.class)
            .isThrownBy(
                () -> Codec.decode(cut, CompactLiarTest.class.getClassLoader(), Filters.tasks()));
      }
    }
  }

  /** Whatever is damaged is a value or refused, and costs no more memory than its bytes excuse. */
  @Test
  void decode_damagedValue_isValueOrRefused() throws Exception {
    List<byte[]> whole = new ArrayList<>();
    for (int seed = 0; seed < 400; seed++) {
      Object value = new RandomValues(seed).next();
      byte[] bytes = value == null ? null : CompactWriter.write(value, Role.RESULT);
      if (bytes != null) {
        whole.add(bytes);
      }
    }
    Random random = new Random(1);
    int came = 0;
    int rounds = 20_000;
    for (int round = 0; round < rounds; round++) {
      byte[] bytes = whole.get(random.nextInt(whole.size())).clone();
      for (int n = random.nextInt(1, 4); n > 0; n--) {
        int at = random.nextInt(bytes.length);
        bytes[at] =
            switch (random.nextInt(4)) {
              case 0 -> (byte) random.nextInt(64);
              case 1 -> (byte) (bytes[at] + random.nextInt(-2, 3));
              case 2 -> -1;
              default -> (byte) random.nextInt();
            };
      }
      if (random.nextInt(10) == 0) {
        bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
      }
      came += comes(bytes, round) ? 1 : 0;
    }
    assertThat(came).isBetween(rounds / 20, rounds * 19 / 20);
  }

  private static boolean comes(byte[] bytes, int round) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    boolean came = true;
    try {
      decode(bytes);
    } catch (DecodeException e) {
      came = false;
    } catch (Throwable e) {
      throw new AssertionError("escaped in round " + round + ": " + Arrays.toString(bytes), e);
    }
    long taken = THREADS.getCurrentThreadAllocatedBytes() - before;
    if (bytes.length > 0 && bytes[0] != Kind.STREAM.tag()) {
      assertThat(taken).as("round %d", round).isLessThan(500_000 + 200L * bytes.length);
    }
    return came;
  }
}
