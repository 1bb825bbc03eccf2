package dev.tutti.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.Serial;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The compact form beside JDK serialisation: the same value comes back. */
@Tag("unit")
final class CompactTest {
  private static @Nullable Object decode(byte[] bytes) throws DecodeException {
    return Codec.decode(
        ByteBuffer.wrap(bytes), CompactTest.class.getClassLoader(), Filters.results());
  }

  private static boolean isCompact(Object value) {
    return CompactWriter.write(value, Role.ITEM) != null;
  }

  private static Object roundTrip(Object value) throws DecodeException {
    return Objects.requireNonNull(decode(Codec.encode(value, Role.ITEM)));
  }

  /** Whatever is written, the form that was chosen gives what a JDK stream gives. */
  @Test
  void decode_anyValue_isAsByJdkStream() throws Exception {
    int compact = 0;
    for (int seed = 0; seed < 1_500; seed++) {
      Object value = new RandomValues(seed).next();
      if (value == null) {
        continue;
      }
      byte[] bytes = Codec.encode(value, Role.RESULT);
      Object streamed = decode(ValueWriter.write(value, Role.RESULT));
      assertThat(Likeness.difference(streamed, decode(bytes))).as("seed %d", seed).isEmpty();
      compact += bytes[0] == Kind.STREAM.tag() ? 0 : 1;
    }
    assertThat(compact).isBetween(700, 1_490);
  }

  /** All values of the kinds that are promised are written in the compact form. */
  @Test
  void encode_valueOfKnownKinds_isCompact() {
    for (Object value : CodecTest.values()) {
      assertThat(isCompact(value)).as("%s", value).isEqualTo(!(value instanceof Class));
    }
    for (Object value :
        List.of(
            new RandomValues.Point(1, 2),
            RandomValues.Colour.GREEN,
            new TreeMap<>(Map.of("a", 1)),
            new LinkedHashMap<>(Map.of("a", Duration.ZERO)),
            Stream.of(1, 2).toList(),
            Set.of(1, 2),
            new int[][] {{1}},
            new RandomValues.Point[] {new RandomValues.Point(1, 2)})) {
      assertThat(isCompact(value)).as("%s", value).isTrue();
    }
  }

  /** Arrays of numbers come back whatever their length, and their bytes have no room left over. */
  @Test
  void decode_numbersOfAnyLength_areEqual() throws Exception {
    for (int length : new int[] {0, 1, 127, 128, 16_383, 16_384, 2_097_152}) {
      double[] doubles = IntStream.range(0, length).asDoubleStream().toArray();
      byte[] bytes = Codec.encode(doubles, Role.ITEM);
      int countBytes = length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4;
      assertThat(bytes).hasSize(3 + countBytes + 8 * length);
      assertThat((double[]) roundTrip(doubles)).isEqualTo(doubles);
      assertThat((short[]) roundTrip(new short[length])).isEqualTo(new short[length]);
      assertThat((boolean[]) roundTrip(new boolean[length])).isEqualTo(new boolean[length]);
      assertThat((float[]) roundTrip(new float[length])).isEqualTo(new float[length]);
    }
  }

  /** Constants of several enums, some with a body, in turn and at any depth, come back the same. */
  @Test
  void decode_constantsOfSeveralEnums_areTheSame() throws Exception {
    List<Object> some =
        List.of(
            RandomValues.Colour.GREEN,
            Bodied.SECOND,
            TimeUnit.DAYS,
            List.of(TimeUnit.NANOSECONDS),
            Character.UnicodeScript.UNKNOWN, // its number takes two bytes
            Bodied.FIRST);
    List<Object> constants = new ArrayList<>(some);
    for (int i = 0; i < 300; i++) {
      constants.add(some.get(i * i % some.size()));
    }
    assertThat(isCompact(constants)).isTrue();
    assertThat(roundTrip(constants)).isEqualTo(constants);
    Object deep = constants;
    for (int i = 2; i < CompactWriter.DEPTH; i++) {
      deep = new ArrayList<>(List.of(Bodied.SECOND, deep));
      assertThat(isCompact(deep)).isEqualTo(i < CompactWriter.DEPTH - 1);
    }
    assertThat(roundTrip(deep)).isEqualTo(deep);
  }

  private enum Bodied {
    FIRST {},
    SECOND {}
  }

  /** What is shared in the value is shared at the other end, and nothing else is. */
  @Test
  void decode_sharedObject_isOneObject() throws Exception {
    RandomValues.Point point = new RandomValues.Point(1, 2);
    RandomValues.Point equal = new RandomValues.Point(1, 2);
    List<Object> list = new ArrayList<>(List.of(point, equal, point));
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("a", list);
    map.put("b", list);
    map.put("c", point);
    assertThat(isCompact(map)).isTrue();
    Map<?, ?> back = (Map<?, ?>) roundTrip(map);
    List<?> first = (List<?>) Objects.requireNonNull(back.get("a"));
    assertThat(back.get("b")).isSameAs(first);
    assertThat(first.get(2)).isSameAs(first.get(0)).isSameAs(back.get("c"));
    assertThat(first.get(1)).isEqualTo(first.get(0)).isNotSameAs(first.get(0));
  }

  /** Sharing is found among many objects too, where objects are found by their hash. */
  @Test
  void decode_manySharedObjects_areShared() throws Exception {
    List<List<Integer>> lists = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      lists.add(i % 3 == 2 ? lists.get(i / 2) : new ArrayList<>(List.of(i)));
    }
    assertThat(isCompact(lists)).isTrue();
    assertThat(Likeness.difference(lists, roundTrip(lists))).isEmpty();
  }

  /** A ring is left to the JDK, and comes back as a ring. */
  @Test
  void decode_ring_isRing() throws Exception {
    ArrayList<Object> ring = new ArrayList<>();
    ring.add(Optional.of(ring));
    assertThat(isCompact(ring)).isFalse();
    List<?> back = (List<?>) roundTrip(ring);
    assertThat(((Optional<?>) back.getFirst()).orElseThrow()).isSameAs(back);
  }

  /** A value deeper than the compact form goes comes back all the same. */
  @Test
  void decode_deepValue_isEqual() throws Exception {
    for (int depth : new int[] {CompactWriter.DEPTH, CompactWriter.DEPTH + 1}) {
      Object value = 7;
      for (int i = 0; i < depth; i++) {
        value = List.of(value);
      }
      assertThat(isCompact(value)).isEqualTo(depth == CompactWriter.DEPTH);
      assertThat(roundTrip(value)).isEqualTo(value);
    }
  }

  /** What is shared so often that a reader would refuse it is left to the JDK. */
  @Test
  void encode_sharedTooOften_isStream() {
    Object value = new ArrayList<>(List.of(1));
    for (int i = 0; i < 60; i++) {
      value = new ArrayList<>(Arrays.asList(value, value));
    }
    assertThat(isCompact(value)).isFalse();
  }

  /** A record that says how it is written. */
  private record Temperature(double celsius) implements Serializable {
    @Serial
    private Object writeReplace() {
      return new Written(celsius + 273.15);
    }
  }

  private record Written(double kelvin) implements Serializable {
    @Serial
    private Object readResolve() {
      return new Temperature(kelvin - 273.15);
    }
  }

  /** A record whose accessor tells something else than its field. */
  private record Guarded(String secret) implements Serializable {
    @Override
    public String secret() {
      return "no";
    }

    boolean holds(String s) {
      return secret.equals(s);
    }
  }

  /** A list that is more than its elements. */
  private static final class Named extends ArrayList<Object> {
    @Serial private static final long serialVersionUID = 1L;
    private final String name;

    Named(String name) {
      this.name = name;
    }
  }

  /** Classes with a say in how they are written have it. */
  @Test
  void decode_classWithASay_isAsItSays() throws Exception {
    assertThat(isCompact(new Temperature(20))).isFalse();
    assertThat(isCompact(new Written(20))).isFalse();
    assertThat(((Temperature) roundTrip(new Temperature(20))).celsius()).isEqualTo(20.0);
    assertThat(isCompact(new Guarded("x"))).isTrue();
    Guarded guarded = (Guarded) roundTrip(new Guarded("x"));
    assertThat(guarded.holds("x")).isTrue();
    assertThat(guarded.secret()).isEqualTo("no");
    Named named = new Named("x");
    named.add(1);
    assertThat(((Named) roundTrip(List.of(named).getFirst())).name).isEqualTo("x");
    LinkedHashMap<String, Integer> latest = new LinkedHashMap<>(16, 0.75f, true);
    latest.put("a", 1);
    assertThat(isCompact(latest)).isFalse();
    assertThat(isCompact(new LinkedHashMap<>(latest))).isTrue();
    assertThat(isCompact(new TreeMap<>(Collections.reverseOrder()))).isFalse();
  }

  /** Lists that take nulls and lists that do not have one class, and stay what they are. */
  @Test
  void decode_unmodifiableList_takesNullsOrNot() throws Exception {
    List<?> strict = (List<?>) roundTrip(List.of(1, 2, 3));
    assertThatExceptionOfType(NullPointerException.class).isThrownBy(() -> strict.contains(null));
    List<?> lenient = (List<?>) roundTrip(Stream.of(1, 2, 3).toList());
    assertThat(lenient.contains(null)).isFalse();
    assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(lenient::clear);
    assertThat(((List<?>) roundTrip(Stream.of(1, null).toList())).contains(null)).isTrue();
  }

  /** Whoever is at the other end of a pipe may have other classes: they go by name. */
  @Test
  void encode_message_namesNoClasses() throws Exception {
    Object point = new RandomValues.Point(1, 2);
    assertThat(CompactWriter.write(point, Role.MESSAGE)).isNull();
    assertThat(CompactWriter.write(List.of(RandomValues.Colour.RED), Role.MESSAGE)).isNull();
    assertThat(CompactWriter.write(List.of(1, "a"), Role.MESSAGE)).isNotNull();
    assertThat(decode(Codec.encode(point, Role.MESSAGE))).isEqualTo(point);
  }

  /** A plain value runs no code, and what may run code is not plain. */
  @Test
  void isPlain_value_isWhatRunsNoCode() {
    for (Object plain : List.of(1, "a", Duration.ZERO, List.of(1, "a"), new int[] {1})) {
      assertThat(Codec.isPlain(ByteBuffer.wrap(Codec.encode(plain, Role.RESULT)))).isTrue();
    }
    for (Object other :
        List.of(
            Map.of(1, 2),
            List.of(Set.of(1)),
            new RandomValues.Point(1, 2),
            RandomValues.Colour.RED,
            new BitSet(1))) {
      assertThat(Codec.isPlain(ByteBuffer.wrap(Codec.encode(other, Role.RESULT)))).isFalse();
    }
  }
}
