package dev.tutti.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.File;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The compact form under a filter: what it takes and refuses is what a stream would. */
@Tag("unit")
final class CompactFilterTest {
  private static final ClassLoader LOADER = CompactFilterTest.class.getClassLoader();

  private static @Nullable Object decode(byte[] bytes, ValueFilter filter) throws DecodeException {
    return Codec.decode(ByteBuffer.wrap(bytes), LOADER, filter);
  }

  private static byte[] compact(Object value) {
    return Objects.requireNonNull(CompactWriter.write(value, Role.RESULT));
  }

  private static Set<String> askedAbout(byte[] bytes) throws DecodeException {
    Set<String> asked = new TreeSet<>();
    decode(
        bytes,
        new ValueFilter(
            type -> {
              asked.add(type.getName());
              return true;
            },
            1_000,
            1_000_000,
            1_000_000,
            "%s"));
    return asked;
  }

  private static List<Object> values() {
    List<Object> values = new ArrayList<>(CodecTest.values());
    values.addAll(
        List.of(
            new RandomValues.Point(1, 2),
            RandomValues.Colour.GREEN,
            new RandomValues.Point[] {new RandomValues.Point(1, 2)},
            new int[][] {{1}},
            List.of("a", "b", "c"),
            Stream.of("a").toList(),
            Set.of("a"),
            Set.of("a", "b", "c"),
            new Random(1).doubles(3).toArray()));
    for (int seed = 0; seed < 500; seed++) {
      Object value = new RandomValues(seed).next();
      if (value != null) {
        values.add(value);
      }
    }
    return values;
  }

  /** A filter is asked about the same classes as by a JDK stream of the same value. */
  @Test
  void decode_anyValue_asksAboutTheClassesOfAStream() throws Exception {
    for (Object value : values()) {
      byte[] bytes = Codec.encode(value, Role.RESULT);
      assertThat(askedAbout(bytes))
          .as("%s", value)
          .isEqualTo(askedAbout(ValueWriter.write(value, Role.RESULT)));
    }
  }

  private static String refusal(byte[] bytes, ValueFilter filter) {
    try {
      decode(bytes, filter);
    } catch (DecodeException e) {
      return String.valueOf(e.getMessage());
    }
    return "came";
  }

  /** What a narrow filter refuses is refused in the same words. */
  @Test
  void decode_outsideTheFilter_isRefusedAsInAStream() {
    ValueFilter narrow = new ValueFilter(Filters::isBasic, 100, 10_000, 100_000, "allow %s");
    for (Object value :
        List.of(
            Instant.EPOCH,
            List.of(Instant.EPOCH),
            new RandomValues.Point(1, 2),
            new RandomValues.Point[0],
            Thread.State.NEW,
            Optional.of(RandomValues.Colour.RED),
            new ArrayList<>(List.of(1, Path.of("a"), new RandomValues.Nothing())))) {
      assertThat(refusal(compact(value), narrow))
          .isEqualTo(refusal(ValueWriter.write(value, Role.RESULT), narrow));
    }
    assertThat(refusal(compact(Thread.State.NEW), narrow))
        .isEqualTo("java.lang.Thread$State is outside the filter; allow java.lang.Thread$State");
    assertThat(refusal(compact(List.of("a", "b", "c")), narrow)).isEqualTo("came");
  }

  /** The bounds on depth and references hold where those of a stream do. */
  @Test
  void decode_beyondBounds_isRefusedAsInAStream() {
    Object deep = new ArrayList<>(List.of(new UUID(1, 2)));
    for (int i = 1; i < 20; i++) {
      deep = new ArrayList<>(List.of(deep));
    }
    for (int most = 18; most < 23; most++) {
      ValueFilter depth = new ValueFilter(_ -> true, most, 1_000, 10_000, "");
      assertThat(refusal(compact(deep), depth))
          .isEqualTo(refusal(ValueWriter.write(deep, Role.RESULT), depth))
          .isEqualTo(
              most < 21 ? "value is too deep: depth=%d most=%d".formatted(most + 1, most) : "came");
    }
    ValueFilter references = new ValueFilter(_ -> true, 100, 15, 10_000, "");
    assertThat(refusal(compact(deep), references))
        .isEqualTo("value has too many references: references=16 most=15");
    assertThat(refusal(compact(Arrays.asList(new Object[15]).toArray()), references))
        .contains("references=16");
    ValueFilter bytes = new ValueFilter(_ -> true, 100, 100, 10, "");
    assertThat(refusal(compact("longer than that"), bytes)).contains("too large: bytes=18 most=10");
  }

  /** Tells when it is initialised. */
  private static final class Told {
    @SuppressWarnings("UnusedVariable") // by reflection
    static volatile boolean initialised;
  }

  enum Loud {
    ONE;

    static {
      Told.initialised = true;
    }
  }

  record LoudRecord(int n) implements Serializable {
    static final Object TELLS = tell();

    static Object tell() {
      Told.initialised = true;
      return "";
    }
  }

  interface LoudInterface {
    Object TELLS = LoudRecord.tell();

    default Object tells() {
      return TELLS;
    }
  }

  /** Nor does that of an interface before it is asked about that, and about proxies. */
  @Test
  void decode_proxyOutsideTheFilter_initialisesNothing() throws Exception {
    InvocationHandler handler = (InvocationHandler & Serializable) (_, _, _) -> "";
    Object proxy = Proxy.newProxyInstance(LOADER, new Class<?>[] {LoudInterface.class}, handler);
    byte[] bytes = Codec.encode(proxy, Role.RESULT);
    for (String refused : List.of("LoudInterface", "java.lang.reflect.Proxy")) {
      ValueFilter narrow =
          new ValueFilter(type -> !type.getName().contains(refused), 100, 100, 10_000, "%s");
      FreshLoader fresh = new FreshLoader(CompactFilterTest.class);
      assertThatExceptionOfType(DecodeException.class)
          .isThrownBy(() -> Codec.decode(ByteBuffer.wrap(bytes), fresh, narrow))
          .withMessageContaining(refused + " is outside the filter");
      assertThat(initialised(fresh)).isFalse();
      fresh.decode(bytes);
      assertThat(initialised(fresh)).isTrue();
    }
  }

  /** No code of a class runs before the filter has been asked about it. */
  @Test
  void decode_classOutsideTheFilter_isNotInitialised() throws Exception {
    ValueFilter none =
        new ValueFilter(type -> !type.getName().contains("Loud"), 100, 100, 1_000, "%s");
    for (Object value : List.of(Loud.ONE, new LoudRecord(1))) {
      byte[] bytes = compact(value);
      FreshLoader fresh = new FreshLoader(CompactFilterTest.class);
      assertThatExceptionOfType(DecodeException.class)
          .isThrownBy(() -> Codec.decode(ByteBuffer.wrap(bytes), fresh, none))
          .withMessageContaining("is outside the filter");
      assertThat(initialised(fresh)).isFalse();
      fresh.decode(bytes);
      assertThat(initialised(fresh)).isTrue();
    }
  }

  private static boolean initialised(ClassLoader loader) throws ReflectiveOperationException {
    Field field = loader.loadClass(Told.class.getName()).getDeclaredField("initialised");
    field.setAccessible(true);
    return field.getBoolean(null);
  }

  /** The filter of the whole program sees what comes in the compact form, with its lengths. */
  @Test
  void decode_filterOfTheProgram_isAsked() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djdk.serialFilter=maxarray=3;!" + RandomValues.Point.class.getName(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                placeOf(CompactFilterTest.class) + File.pathSeparator + placeOf(Codec.class),
                Judge.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(child.getInputStream().readAllBytes(), UTF_8);
    assertThat(child.waitFor()).as(said).isZero();
    assertThat(said.lines()).containsExactly("came", "refused", "refused", "came", "refused");
  }

  private static Path placeOf(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  /** In a program with a filter of its own. */
  static final class Judge {
    private Judge() {}

    public static void main(String[] args) throws Exception {
      for (Object value :
          List.of(
              List.of(1, 2, 3),
              List.of(1, 2, 3, 4),
              new long[4],
              new RandomValues.Nothing(),
              List.of(new RandomValues.Nothing(), new RandomValues.Point(1, 2)))) {
        byte[] bytes = Objects.requireNonNull(CompactWriter.write(value, Role.RESULT));
        try {
          Codec.decode(ByteBuffer.wrap(bytes), Judge.class.getClassLoader(), Filters.tasks());
          System.out.println("came");
        } catch (DecodeException e) {
          String words = String.valueOf(e.getMessage());
          System.out.println(words.contains("jdk.serialFilter") ? "refused" : words);
        }
      }
    }
  }
}
