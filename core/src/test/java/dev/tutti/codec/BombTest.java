package dev.tutti.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** JDK streams of few bytes that ask for much time or memory. */
@Tag("unit")
@Timeout(20)
final class BombTest {
  private static final int LEVELS = 100;
  private static final ClassLoader LOADER = BombTest.class.getClassLoader();

  private static Object decode(byte[] bytes) throws DecodeException {
    return Codec.decode(ByteBuffer.wrap(bytes), LOADER, Filters.results());
  }

  private static void assertRefused(byte[] bytes, String words) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> decode(bytes))
        .withMessageContaining(words);
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(16L << 20);
  }

  /** Each level holds the next one twice. */
  private static byte[] nested(UnaryOperator<Object> level) {
    Object inner = new HashSet<>(List.of("end"));
    for (int i = 0; i < LEVELS; i++) {
      inner = level.apply(inner);
    }
    return ValueWriter.write(inner, Role.RESULT);
  }

  /** Collections that hold each other again and again are refused before anybody hashes them. */
  @Test
  void decode_collectionsThatShare_areRefused() {
    String words = "hold each other so often";
    assertRefused(nested(BombTest::pair), words);
    assertRefused(nested(inner -> Collections.unmodifiableList(pair(inner))), words);
    assertRefused(nested(inner -> Optional.of(pair(inner))), words);
    assertRefused(
        nested(inner -> {
          IdentityHashMap<Object, Object> map = new IdentityHashMap<>(); // hashes nothing
          map.put("a", inner);
          map.put("b", inner);
          return map;
        }),
        words);
    assertRefused(nested(inner -> new AbstractMap.SimpleEntry<>(inner, inner)), words);
    assertRefused(nested(inner -> new ConcurrentHashMap<>(Map.of("a", inner, "b", inner))), words);
  }

  /** A bound that was raised holds here too; what this program has written itself has none. */
  @Test
  void decode_sharedOftenAndAllowed_comes() throws Exception {
    Object inner = new ArrayList<>(List.of("end"));
    for (long held = 2; held < 2 * Expansion.MOST; held *= 2) {
      inner = pair(inner);
    }
    byte[] bytes = Codec.encode(inner, Role.STATE);
    assertRefused(bytes, "hold each other so often");
    ValueFilter wide =
        new ValueFilter(_ -> true, ValueFilter.DEPTH, 20 * Expansion.MOST, bytes.length, "");
    for (ValueFilter filter : List.of(Filters.ownCopies(), wide)) {
      assertThat((List<?>) Codec.decode(ByteBuffer.wrap(bytes), LOADER, filter)).hasSize(2);
    }
  }

  private static List<Object> pair(Object inner) {
    return new ArrayList<>(Arrays.asList(inner, inner));
  }

  /** The best known one: sets in sets, which hash all below them at each level. */
  @Test
  void decode_setsInSets_areRefused() {
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> decode(setsInSets(LEVELS)))
        .withMessageContaining("hold each other so often");
  }

  /** What is shared in earnest, and nested deeply without sharing, comes. */
  @Test
  void decode_sharedAndDeepInEarnest_comes() throws Exception {
    List<Integer> row = new ArrayList<>(Collections.nCopies(1_000, 7));
    List<List<Integer>> rows = new ArrayList<>(Collections.nCopies(1_000, row));
    assertThat(decode(ValueWriter.write(rows, Role.RESULT))).isEqualTo(rows);
    Object deep = new LinkedHashSet<>();
    for (int i = 0; i < 200; i++) {
      deep = new HashMap<>(Map.of("child", deep, "n", i));
    }
    assertThat(decode(ValueWriter.write(deep, Role.RESULT))).isEqualTo(deep);
    ArrayList<Object> ring = new ArrayList<>();
    ring.add(ring);
    assertThat(((List<?>) decode(ValueWriter.write(ring, Role.RESULT))).getFirst())
        .isInstanceOf(List.class);
    assertThat(
            (Collection<?>)
                decode(ValueWriter.write(new PriorityQueue<>(List.of(2, 1)), Role.RESULT)))
        .hasSize(2);
    Map<Object, Object> sparse = new HashMap<>(1 << 20);
    sparse.put(1, 2);
    assertThat(decode(ValueWriter.write(sparse, Role.RESULT))).isEqualTo(sparse);
  }

  /** A length that nothing stands behind claims no memory. */
  @Test
  void decode_hugeLength_isRefused() {
    for (Object array : new Object[] {new int[3], new byte[3], new long[3], new String[3]}) {
      byte[] bytes = ValueWriter.write(array, Role.RESULT);
      int at = lengthAt(bytes, array);
      for (int length : new int[] {Integer.MAX_VALUE, 1 << 20}) {
        assertRefused(
            ByteBuffer.wrap(bytes.clone()).putInt(at, length).array(),
            "arrays claim more elements than can have come: length=" + length);
      }
      assertThatExceptionOfType(DecodeException.class)
          .isThrownBy(() -> decode(ByteBuffer.wrap(bytes.clone()).putInt(at, -1).array()));
    }
  }

  /** The length stands before the elements, which are zeros or nulls. */
  private static int lengthAt(byte[] bytes, Object array) {
    int elementBytes =
        switch (array) {
          case byte[] _ -> 1;
          case int[] _ -> 4;
          case long[] _ -> 8;
          default -> 1;
        };
    return bytes.length - 3 * elementBytes - 4;
  }

  /** Hash tables with room for more than can come, and many of them. */
  @Test
  void decode_hugeHashTable_isRefused() {
    byte[] bytes = ValueWriter.write(new HashMap<>(Map.of("key", 1)), Role.RESULT);
    int sizeAt = indexOf(bytes, new byte[] {0, 0, 0, 1, 't'}); // the number of mappings
    for (int mappings : new int[] {1 << 30, Integer.MAX_VALUE, 1 << 16}) {
      assertRefused(
          ByteBuffer.wrap(bytes.clone()).putInt(sizeAt, mappings).array(), "arrays claim more");
    }
  }

  /** Arrays in arrays, each of which claims what all bytes together could hold. */
  @Test
  void decode_manyLargeArrays_areBoundedTogether() throws IOException {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    stream.write(9);
    DataOutputStream out = new DataOutputStream(stream);
    out.writeShort(0xaced);
    out.writeShort(5);
    byte[] whole = ValueWriter.write(new Object[0], Role.RESULT);
    byte[] header = Arrays.copyOfRange(whole, 6 - 1, whole.length - 4); // array and class
    out.write(header);
    for (int i = 0; i < 1_000; i++) {
      out.writeInt(100_000); // this array's length; its first element is the next array
      out.write(new byte[] {0x75, 0x71, 0, 0x7e, 0, 0});
    }
    assertRefused(stream.toByteArray(), "arrays claim more");
  }

  /** The bounds of a filter hold, each with its own words. */
  @Test
  void decode_beyondBounds_isRefused() {
    Node node = new Node(null);
    for (int i = 1; i < 100; i++) {
      node = new Node(node);
    }
    byte[] bytes = ValueWriter.write(node, Role.RESULT);
    assertBound(bytes, 50, 1_000, 10_000, "value is too deep: depth=51 most=50");
    assertBound(bytes, 1_000, 50, 10_000, "value has too many references: references=51 most=50");
    assertBound(bytes, 1_000, 1_000, 10, "value is too large: bytes=" + bytes.length + " most=10");
    byte[] text = Codec.encode("longer than that", Role.RESULT);
    assertBound(text, 1_000, 1_000, 10, "value is too large: bytes=18 most=10");
  }

  private static void assertBound(
      byte[] bytes, long depth, long references, long most, String words) {
    ValueFilter filter = new ValueFilter(_ -> true, depth, references, most, "");
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(
            () -> Codec.decode(ByteBuffer.wrap(bytes), BombTest.class.getClassLoader(), filter))
        .withMessage(words);
  }

  record Node(@org.jspecify.annotations.Nullable Node next) implements Serializable {}

  /** Whatever a class's own reading throws is a refusal with its words. */
  @Test
  void decode_readObjectThrows_isRefusedWithItsWords() {
    for (Throwable thrown :
        List.of(
            new IllegalStateException("own words"),
            new AssertionError("own words"),
            new NotSerializableException("own words"),
            new StackOverflowError("own words"))) {
      byte[] bytes = ValueWriter.write(new Throws(thrown), Role.RESULT);
      assertRefused(bytes, "own words");
    }
    assertRefused(ValueWriter.write(new Throws(new Mute()), Role.RESULT), Mute.class.getName());
  }

  /** Cannot even say what it is. */
  private static final class Mute extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new AssertionError("says nothing");
    }
  }

  /** Throws when it is read. */
  private record Held(Throwable thrown) implements Serializable {}

  private static final class Throws implements Serializable {
    @Serial private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // all that are thrown here are
    private final Held held;

    Throws(Throwable thrown) {
      this.held = new Held(thrown);
    }

    @Serial
    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      switch (held.thrown()) {
        case IOException e -> throw e;
        case Error e -> throw e;
        default -> throw (RuntimeException) held.thrown();
      }
    }
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    return new String(bytes, ISO_8859_1).indexOf(new String(part, ISO_8859_1));
  }

  /** Filled from the outside in, so that nothing is hashed while it holds much. */
  private static byte[] setsInSets(int levels) {
    HashSet<Object> root = new HashSet<>();
    HashSet<Object> one = root;
    HashSet<Object> two = new HashSet<>();
    for (int i = 0; i < levels; i++) {
      HashSet<Object> nextOne = new HashSet<>();
      HashSet<Object> nextTwo = new HashSet<>();
      nextOne.add("differs");
      one.add(nextOne);
      one.add(nextTwo);
      two.add(nextOne);
      two.add(nextTwo);
      one = nextOne;
      two = nextTwo;
    }
    return ValueWriter.write(root, Role.RESULT);
  }
}
