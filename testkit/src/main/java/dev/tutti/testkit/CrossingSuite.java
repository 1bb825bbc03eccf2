package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tutti.Pool;
import dev.tutti.task.Fn;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Task;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serial;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** What goes to a worker and comes back. Where memory is shared, all of it does. */
interface CrossingSuite extends Subject {

  /** Values that the JDK does not serialise, in fields. */
  @SuppressWarnings("serial") // the pool sends them nevertheless
  record Fields(Path path, Optional<String> text, ByteBuffer buffer) implements Serializable {
    int size() {
      return path.getNameCount() + text.orElse("").length() + buffer.remaining();
    }
  }

  private static List<Object> values() {
    ByteBuffer buffer = ByteBuffer.wrap(new byte[] {1, 2, 3, 4}).order(ByteOrder.LITTLE_ENDIAN);
    buffer.position(1);
    return List.of(
        1,
        2L,
        3.5,
        true,
        'c',
        (short) 4,
        1.5f,
        (byte) 5,
        "text",
        "lone \uD800 surrogate",
        List.of(1, "two", List.of()),
        Map.of("key", 7),
        Duration.ofMillis(5),
        Path.of("some", "path"),
        Path.of("/absolute/path"),
        Path.of(""),
        Optional.of("there"),
        Optional.empty(),
        Optional.of(Path.of("inside")),
        OptionalInt.of(3),
        OptionalInt.empty(),
        OptionalLong.of(Long.MIN_VALUE),
        OptionalDouble.of(-0.0),
        buffer,
        new Fields(Path.of("a", "b"), Optional.of("c"), buffer));
  }

  @Test
  default void map_valuesOfAllKinds_crossAsItemsAndResults() {
    Fn<Object, Object> same = value -> value;
    try (Pool pool = open(2)) {
      assertThat(pool.map(values(), same)).isEqualTo(values());
    }
  }

  @Test
  default void submit_valuesOfAllKinds_crossAsCaptures() throws Exception {
    try (Pool pool = open(1)) {
      for (Object value : values()) {
        Task<Object> task = () -> List.of(value);
        assertThat(Await.result(pool.submit(task))).isEqualTo(List.of(value));
      }
    }
  }

  @Test
  default void submit_pathOptionalAndBuffer_areUsableThere() throws Exception {
    Fields fields =
        new Fields(Path.of("a", "b"), Optional.of("xyz"), ByteBuffer.allocateDirect(10));
    Path path = fields.path();
    Optional<String> text = fields.text();
    ByteBuffer buffer = fields.buffer();
    try (Pool pool = open(1)) {
      assertThat(Await.result(pool.submit(fields::size))).isEqualTo(15);
      assertThat(
              Await.result(
                  pool.submit(() ->
                      path.getNameCount() + text.orElseThrow().length() + buffer.remaining())))
          .isEqualTo(15);
    }
  }

  /** A number that says itself how it crosses. */
  final class Told implements Serializable {
    @Serial private static final long serialVersionUID = 1L;
    private final boolean item;
    private transient int number;

    Told(boolean item, int number) {
      this.item = item;
      this.number = number;
    }

    @Serial
    private void writeObject(ObjectOutputStream out) throws IOException {
      out.defaultWriteObject();
      out.writeInt(item ? number + 5 : number * 7);
    }

    @Serial
    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      number = in.readInt();
    }
  }

  /** A class decides how its values cross, as items and as results. */
  @Test
  default void map_classWritesItself_isAskedEachWay() {
    try (Pool pool = open(1)) {
      Told result =
          pool.map(List.of(new Told(true, 1)), told -> new Told(false, told.number)).getFirst();
      assertThat(result.number).isEqualTo(isolated() ? 42 : 1);
    }
  }

  /** A lambda as a result: it is called where the caller is. */
  @Test
  default void submit_functionAsItemAndResult_crosses() throws Exception {
    Fn<Integer, Fn<Integer, Integer>> adder = n -> m -> n + m;
    try (Pool pool = open(1)) {
      Fn<Integer, Integer> plusFive = pool.map(List.of(5), adder).getFirst();
      assertThat(plusFive.apply(3)).isEqualTo(8);
      Fn<Fn<Integer, Integer>, Integer> apply = fn -> fn.apply(1);
      assertThat(pool.map(List.of(plusFive), apply)).containsExactly(6);
    }
  }

  @Test
  default void map_largeItemsAndResults_arriveWhole() {
    byte[] large = new byte[8 << 20];
    large[large.length - 1] = 7;
    Fn<byte[], byte[]> same = bytes -> bytes;
    try (Pool pool = open(1)) {
      assertThat(pool.map(List.of(large, large), same))
          .allMatch(b -> java.util.Arrays.equals(b, large));
    }
  }

  /** Memory is shared, or it is not: a write of the task is seen, or it is not. */
  @Test
  default void submit_taskWrites_callerSeesItWhereMemoryIsShared() throws Exception {
    int[] shared = {0};
    try (Pool pool = open(1)) {
      Await.result(
          pool.submit(() -> {
            shared[0] = 1;
          }));
      assertThat(shared[0]).isEqualTo(isolated() ? 0 : 1);
    }
  }

  private void assertRefused(Pool pool, Object culprit) throws Exception {
    Task<String> captured = () -> culprit.getClass().getName();
    Task<Object> field = new Faults.Holder(culprit)::held;
    if (isolated()) {
      assertThatExceptionOfType(NotSendableException.class)
          .isThrownBy(() -> pool.submit(captured))
          .withMessageContaining(culprit.getClass().getName())
          .withMessageContaining("captures")
          .withMessageContaining(CrossingSuite.class.getName());
      assertThatExceptionOfType(NotSendableException.class)
          .isThrownBy(() -> pool.submit(field))
          .withMessageContaining(culprit.getClass().getName())
          .withMessageContaining("'held'");
      Fn<Integer, String> fn = _ -> culprit.toString();
      assertThatExceptionOfType(NotSendableException.class)
          .isThrownBy(() -> pool.map(List.of(1), fn));
      assertThatExceptionOfType(NotSendableException.class)
          .isThrownBy(() -> pool.stream(List.of(1), fn));
    } else {
      assertThat(Await.result(pool.submit(captured))).isEqualTo(culprit.getClass().getName());
      assertThat(Await.result(pool.submit(field))).isSameAs(culprit);
    }
  }

  /** What would silently become something else, or cannot travel at all, is refused at the call. */
  @Test
  default void submit_captureThatMeansNothingElsewhere_isRefusedByName() throws Exception {
    try (Pool pool = open(1)) {
      assertRefused(pool, new ReentrantLock());
      assertRefused(pool, new AtomicInteger());
      assertRefused(pool, new Semaphore(1));
      assertRefused(pool, new LinkedBlockingQueue<>(List.of(1)));
      assertRefused(pool, new CompletableFuture<>());
      assertRefused(pool, new Faults.NotSerializable(1));
      assertRefused(pool, new Object());
      assertThat(Await.result(pool.submit(() -> 1))).isEqualTo(1);
    }
  }
}
