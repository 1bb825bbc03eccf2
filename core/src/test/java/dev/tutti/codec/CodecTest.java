package dev.tutti.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tutti.task.Fn;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Task;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serial;
import java.io.Serializable;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Exchanger;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Values as bytes, and back. */
@Tag("unit")
final class CodecTest {
  private static @Nullable Object roundTrip(@Nullable Object value, Role role) throws Exception {
    return Codec.decode(
        ByteBuffer.wrap(Codec.encode(value, role)),
        CodecTest.class.getClassLoader(),
        role == Role.RESULT ? Filters.results() : Filters.tasks());
  }

  static List<Object> values() {
    return List.of(
        true,
        false,
        0,
        Integer.MIN_VALUE,
        Long.MAX_VALUE,
        -0.0,
        Double.NaN,
        Double.MIN_VALUE,
        1.5f,
        'x',
        (short) -3,
        (byte) 7,
        "",
        "text",
        "\u00e4\u20ac\ud83d\ude00\u0000",
        "\ud800",
        "a\udc00b",
        "\ud83d\ude00\ud83d",
        Path.of("/a/b"),
        Path.of(""),
        Path.of("\u00e4"),
        Optional.empty(),
        Optional.of(Optional.of(Path.of("deep"))),
        OptionalInt.of(-1),
        OptionalInt.empty(),
        OptionalLong.of(Long.MIN_VALUE),
        OptionalLong.empty(),
        OptionalDouble.of(Double.NaN),
        OptionalDouble.empty(),
        Duration.ofNanos(5),
        List.of(1, "two", Path.of("three")),
        Map.of("k", Optional.of(1)),
        Thread.State.RUNNABLE,
        Integer.class,
        String[].class);
  }

  @Test
  void decode_valuesOfAllForms_areEqual() throws Exception {
    for (Role role : List.of(Role.ITEM, Role.RESULT)) {
      for (Object value : values()) {
        assertThat(roundTrip(value, role)).as("%s", value).isEqualTo(value);
      }
      assertThat(roundTrip(null, role)).isNull();
      assertThat((int[]) roundTrip(new int[] {1, 2}, role)).containsExactly(1, 2);
      assertThat((Object[]) roundTrip(new Object[] {null, "a"}, role)).containsExactly(null, "a");
    }
  }

  /** A long string without and with a surrogate that has no partner. */
  @Test
  void decode_longStrings_areEqual() throws Exception {
    for (String tail : List.of("", "\ud800")) {
      String text = "x\u20ac".repeat(100_000) + tail;
      assertThat(text.equals(roundTrip(text, Role.ITEM))).isTrue();
      assertThat(List.of(text).equals(roundTrip(List.of(text), Role.ITEM))).isTrue();
    }
  }

  @Test
  void decode_buffers_keepTheirState() throws Exception {
    ByteBuffer direct = ByteBuffer.allocateDirect(16).order(ByteOrder.LITTLE_ENDIAN);
    direct.put(new byte[] {1, 2, 3, 4, 5}).flip().position(2);
    ByteBuffer readOnly = ByteBuffer.wrap(new byte[] {9, 8, 7}).asReadOnlyBuffer();
    ByteBuffer slice = ByteBuffer.wrap(new byte[] {1, 2, 3, 4}).slice(1, 2);
    ByteBuffer mostlyFree = ByteBuffer.allocate(1_000_000).put((byte) 5).flip();
    for (ByteBuffer buffer : List.of(direct, readOnly, slice, ByteBuffer.allocate(0), mostlyFree)) {
      ByteBuffer back = (ByteBuffer) roundTrip(buffer, Role.ITEM);
      assertThat(back).isEqualTo(buffer);
      assertThat(back.position()).isEqualTo(buffer.position());
      assertThat(back.limit()).isEqualTo(buffer.limit());
      assertThat(back.capacity()).isEqualTo(buffer.capacity());
      assertThat(back.order()).isEqualTo(buffer.order());
      assertThat(back.isDirect()).isEqualTo(buffer.isDirect());
      assertThat(back.isReadOnly()).isEqualTo(buffer.isReadOnly());
    }
  }

  /** An optional value that is met first in a ring cannot be made again, and is refused. */
  @Test
  void encode_optionalInARing_isRefused() throws Exception {
    List<Object> list = new ArrayList<>();
    Map<String, Object> map = new HashMap<>();
    Object[] array = new Object[1];
    for (Object held : List.of(list, map, array)) {
      Optional<Object> ring = Optional.of(held);
      list.add(ring);
      map.put("a", ring);
      array[0] = ring;
      assertThatExceptionOfType(NotSendableException.class)
          .isThrownBy(() -> Codec.encode(ring, Role.STATE))
          .withMessageContaining("%s that holds this Optional", held.getClass().getName());
      assertThat(roundTrip(held, Role.ITEM)).hasSameClassAs(held);
      list.clear();
      map.clear();
    }
    Object[] twice = {Optional.of(array), array, Optional.of(new Object[] {array})};
    assertThat((Object[]) roundTrip(twice, Role.ITEM)).hasSize(3);
  }

  /** Where the writer does not look, the reader finds it out. */
  @Test
  void decode_optionalInARingOfAField_isRefused() {
    Typed typed = new Typed();
    typed.ring = Optional.of(typed);
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> roundTrip(typed.ring, Role.ITEM));
  }

  private static final class Typed implements Serializable {
    @Serial private static final long serialVersionUID = 1L;

    @SuppressWarnings({"unused", "UnusedVariable", "serial", "OptionalUsedAsFieldOrParameterType"})
    private Optional<Object> ring = Optional.empty();
  }

  /** Fields of types that the JDK does not serialise. */
  @SuppressWarnings("serial") // the codec writes them nevertheless
  record Fields(Path path, Optional<Path> maybe, ByteBuffer bytes) implements Serializable {}

  @Test
  void decode_fieldsAndCaptures_areEqual() throws Exception {
    Path path = Path.of("a", "b");
    Fields fields = new Fields(path, Optional.of(path), ByteBuffer.wrap(new byte[] {1}));
    assertThat(roundTrip(fields, Role.ITEM)).isEqualTo(fields);
    Task<String> task = () -> path + " " + fields.maybe().isPresent();
    assertThat(((Task<?>) roundTrip(task, Role.FUNCTION)).call()).isEqualTo("a/b true");
    Fn<Integer, String> returned = n -> path + " " + n;
    @SuppressWarnings("unchecked") // it is what went in
    Fn<Integer, String> back = (Fn<Integer, String>) roundTrip(returned, Role.RESULT);
    assertThat(back.apply(1)).isEqualTo("a/b 1");
  }

  private static String refusal(Object value, Role role) {
    try {
      Codec.encode(value, role);
    } catch (NotSendableException e) {
      return String.valueOf(e.getMessage());
    }
    throw new AssertionError("was not refused: " + value);
  }

  /** A holder of anything. */
  @SuppressWarnings("serial") // that is what it is for
  record Holder(Object held) implements Serializable {}

  @Test
  void encode_notSerializable_refusalNamesFieldAndClass() {
    Object culprit = new Object();
    Task<Object> captured = () -> culprit;
    assertThat(refusal(captured, Role.FUNCTION))
        .contains("cannot send the task to a worker")
        .contains("captures java.lang.Object")
        .contains("dev.tutti.codec.CodecTest")
        .contains("[T003]");
    assertThat(refusal(new Holder(culprit), Role.ITEM))
        .contains("cannot send the item to a worker")
        .contains("field 'held' of " + Holder.class.getName())
        .contains("java.lang.Object, which is not Serializable");
    assertThat(refusal(new Holder(new Holder(culprit)), Role.RESULT))
        .contains("the result of the task back")
        .contains("field 'held'");
    assertThat(refusal(new Object[] {1, culprit}, Role.ITEM)).contains("element 1 of an array");
    assertThat(refusal(Arrays.asList(1, culprit), Role.ITEM)).contains("java.lang.Object");
    assertThat(refusal(new HashMap<>(Map.of("k", culprit)), Role.ITEM))
        .contains("java.util.HashMap");
    assertThat(refusal(Optional.of(culprit), Role.ITEM)).contains("java.lang.Object");
    assertThat(refusal(culprit, Role.ITEM)).contains("java.lang.Object");
  }

  @Test
  void encode_plainLambda_refusalNamesItsTypeAndTheWayOut() {
    Runnable plain = () -> {};
    assertThat(refusal(plain, Role.FUNCTION))
        .contains("a lambda made in dev.tutti.codec.CodecTest for java.lang.Runnable")
        .contains("dev.tutti.task.Task");
  }

  /** What would become something else on the way is refused, but for results, which are copies. */
  @Test
  void encode_sharedState_isRefusedOnTheWayOut() {
    for (Object shared :
        List.of(
            new ReentrantLock(),
            new ReentrantReadWriteLock(),
            new StampedLock(),
            new Semaphore(1),
            new AtomicLong(),
            new LinkedBlockingQueue<>(),
            new CompletableFuture<>(),
            new Exchanger<>())) {
      for (Role role : List.of(Role.FUNCTION, Role.ITEM)) {
        assertThat(refusal(new Holder(shared), role))
            .contains(shared.getClass().getName())
            .contains("'held'");
      }
    }
    assertThat(Codec.encode(new AtomicLong(7), Role.RESULT)).isNotEmpty();
  }

  /** Fails when it is written. */
  private static final class FailsToBeWritten implements Serializable {
    @Serial private static final long serialVersionUID = 1L;
    private final boolean error;

    FailsToBeWritten(boolean error) {
      this.error = error;
    }

    @Serial
    private void writeObject(ObjectOutputStream out) throws IOException {
      if (error) {
        throw new AssertionError("own words");
      }
      throw new IOException("own words");
    }
  }

  @Test
  void encode_writeObjectThrows_isRefusedWithItsWords() {
    for (boolean error : new boolean[] {true, false}) {
      assertThatExceptionOfType(NotSendableException.class)
          .isThrownBy(() -> Codec.encode(new FailsToBeWritten(error), Role.ITEM))
          .withMessageContaining("own words")
          .withMessageContaining(FailsToBeWritten.class.getName());
    }
  }

  /** A chain of holders, deeper than any stack. */
  @Test
  void encode_tooDeep_isRefused() {
    Object chain = "end";
    for (int i = 0; i < 1_000_000; i++) {
      chain = new Holder(chain);
    }
    Object deep = chain;
    assertThatExceptionOfType(NotSendableException.class)
        .isThrownBy(() -> Codec.encode(deep, Role.ITEM));
  }

  private static Object decode(byte[] bytes, boolean result) throws DecodeException {
    return Codec.decode(
        ByteBuffer.wrap(bytes),
        CodecTest.class.getClassLoader(),
        result ? Filters.results() : Filters.tasks());
  }

  @Test
  void decode_notAValue_isRefused() {
    for (byte[] bytes :
        new byte[][] {
          {},
          {99},
          {-1, 0},
          {127},
          {10},
          {10, 0},
          {10, 0, 10, 0, 0},
          {0, 0},
          {3},
          {3, 0, 0},
          {3, 0, 0, 0, 1, 0},
          {4, 1, 2, 3},
          {5},
          {8, 'a', 0},
          {9},
          {9, 1, 2, 3}
        }) {
      assertThatExceptionOfType(DecodeException.class)
          .as("%s", Arrays.toString(bytes))
          .isThrownBy(() -> decode(bytes, false));
    }
  }

  /** Parts of the JDK by which a stream makes its reader run code do not come from a worker. */
  @Test
  void decode_classesThatRunCode_areRefusedFromWorkers() throws Exception {
    for (Object gadget :
        List.of(
            new javax.management.BadAttributeValueExpException("x"),
            new javax.management.ObjectName("a:b=c"),
            new java.rmi.server.UID(),
            new javax.naming.CompositeName("a"),
            java.lang.invoke.MethodType.methodType(int.class),
            new Holder(new java.rmi.RemoteException("x")))) {
      byte[] bytes = Codec.encode(gadget, Role.RESULT);
      assertThat(decode(bytes, false)).as("%s", gadget).isNotNull();
      assertThatExceptionOfType(DecodeException.class)
          .as("%s", gadget)
          .isThrownBy(() -> decode(bytes, true))
          .withMessageContaining("is outside the filter");
    }
  }

  @Test
  void decode_unknownClass_isRefusedByName() {
    byte[] bytes = Codec.encode(new Holder(1), Role.ITEM);
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() ->
            Codec.decode(
                ByteBuffer.wrap(bytes), ClassLoader.getPlatformClassLoader(), Filters.tasks()))
        .withMessageContaining(Holder.class.getName());
  }

  private static <R> byte[] bytesOf(Task<R> task) {
    return Codec.encode(task, Role.FUNCTION);
  }

  /** A lambda has a form of its own, with what it captures, and does the same at the other end. */
  @Test
  void decode_lambda_doesTheSame() throws Exception {
    List<Integer> list = List.of(1, 2);
    String text = "a";
    Path path = Path.of("p");
    byte[] bytes = bytesOf(() -> text + list + path);
    assertThat(bytes[0]).isEqualTo(Kind.LAMBDA.tag());
    assertThat(Codec.isPlain(ByteBuffer.wrap(bytes))).as("to read it runs code").isFalse();
    Task<?> task =
        (Task<?>)
            Codec.decode(ByteBuffer.wrap(bytes), CodecTest.class.getClassLoader(), Filters.tasks());
    assertThat(task.call()).isEqualTo("a[1, 2]p");
  }

  /** An object that a lambda captures twice is one object at the other end. */
  @Test
  void decode_lambdaCapturesTwice_isOneObject() throws Exception {
    List<Integer> one = new java.util.ArrayList<>(List.of(1));
    List<Integer> other = one;
    Task<Boolean> task = () -> one == other;
    Object read = roundTrip(task, Role.FUNCTION);
    assertThat(((Task<?>) read).call()).isEqualTo(true);
  }

  /** What a lambda captures and has no compact form makes it a stream. */
  @Test
  void encode_lambdaCapturesAnother_isAStream() throws Exception {
    java.util.BitSet bits = new java.util.BitSet(3);
    bits.set(1);
    byte[] bytes = bytesOf(bits::cardinality);
    assertThat(bytes[0]).isEqualTo(Kind.STREAM.tag());
  }

  /** A lambda that is not serialisable is refused as ever. */
  @Test
  void encode_lambdaThatIsNotSerializable_isRefused() {
    Runnable lambda = () -> {};
    assertThatExceptionOfType(NotSendableException.class)
        .isThrownBy(() -> Codec.encode(lambda, Role.FUNCTION));
  }

  /** The filter is asked as for a stream. */
  @Test
  void decode_lambdaOutsideFilter_isRefused() {
    byte[] bytes = bytesOf(() -> 1);
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() ->
            Codec.decode(ByteBuffer.wrap(bytes), CodecTest.class.getClassLoader(), Filters.basic()))
        .withMessageContaining("java.lang.invoke.SerializedLambda is outside the filter");
  }

  /** Bytes that end too early, or name another method, are an error and nothing else. */
  @Test
  void decode_damagedLambda_isRefused() {
    byte[] bytes = bytesOf(() -> 1);
    for (int length = 1; length < bytes.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(bytes, 0, length);
      assertThatExceptionOfType(DecodeException.class)
          .isThrownBy(() -> Codec.decode(cut, CodecTest.class.getClassLoader(), Filters.tasks()));
    }
    for (int at = 1; at < bytes.length; at++) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= 1;
      try {
        Codec.decode(ByteBuffer.wrap(damaged), CodecTest.class.getClassLoader(), Filters.tasks());
      } catch (DecodeException e) {
        assertThat(e).hasMessageMatching("(?s).+"); // whatever else is thrown fails this test
      }
    }
  }

  /** The name of a file is bytes, which need not be text: the same come back. */
  @Test
  void decode_pathThatIsNoText_isEqual() throws Exception {
    Path absolute = Path.of(URI.create("file:///a/../caf%E9"));
    Path name = absolute.getFileName();
    for (Path path : List.of(absolute, name, Path.of("..").resolve(name), Path.of("\uFFFD"))) {
      Fields fields = new Fields(path, Optional.of(path), ByteBuffer.allocate(0));
      assertThat(roundTrip(path, Role.ITEM)).isEqualTo(path);
      assertThat(roundTrip(List.of(path), Role.ITEM)).isEqualTo(List.of(path));
      assertThat(roundTrip(fields, Role.RESULT)).isEqualTo(fields);
    }
  }
}
