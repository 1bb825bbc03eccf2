package dev.tutti.process.wire;

import dev.tutti.codec.Codec;
import dev.tutti.codec.Role;
import dev.tutti.task.Fn;
import dev.tutti.task.Task;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a pool says to a worker in a small run: three calls in four batches, with values of all
 * kinds. The third batch is the first two once more, as a pack.
 */
public final class Session {
  /** How many items it has, each element of the pack counted. */
  public static final int ITEMS = 26;

  /** The number of the pack. */
  public static final int PACK = 12;

  /** A value of the user. */
  @SuppressWarnings("serial") // the codec writes it
  record Row(int id, String text, Path path, Optional<Instant> at, ByteBuffer bytes)
      implements Serializable {}

  private Session() {}

  /** {@return the function of the first call: gives back what it gets, and throws at text} */
  public static Fn<Object, Object> function() {
    return item -> {
      if (item instanceof String text) {
        IllegalStateException failure = new IllegalStateException("not for " + text);
        failure.setStackTrace(new StackTraceElement[] {failure.getStackTrace()[0]}); // for speed
        throw failure;
      }
      return item;
    };
  }

  /** {@return the items of the first call} */
  public static List<Object> items() {
    return List.of(
        1,
        2L,
        0.5,
        true,
        "text",
        Path.of("a", "b"),
        new int[] {1, 2, 3},
        new Object[] {"a", 1, null},
        new HashMap<>(Map.of("a", 1, "b", 2)),
        Arrays.asList(Instant.EPOCH, "x"),
        new Row(1, "a", Path.of("p"), Optional.of(Instant.EPOCH), ByteBuffer.allocateDirect(9)),
        new java.util.BitSet(7));
  }

  private static ByteBuffer elements() {
    ByteBuffer elements = ByteBuffer.allocate(1 << 12);
    for (Object item : items()) {
      byte[] bytes = Codec.encode(item, Role.ITEM);
      elements.putInt(bytes.length).put(bytes);
    }
    return elements.flip();
  }

  /** {@return the bytes of the session} */
  public static byte[] toWorker() {
    FramePacker frames = new FramePacker();
    Fn<Object, Object> function = function();
    frames.call(2, Frame.Loader.SYSTEM, Codec.encode(function, Role.FUNCTION)); // Body.FN
    int number = 0;
    for (Object item : items()) {
      frames.item(number++, 1, Codec.encode(item, Role.ITEM));
      if (number == 5) {
        frames.batchEnd(1);
      }
    }
    frames.batchEnd(2);
    frames.pack(PACK, items().size(), true, elements());
    number += items().size();
    frames.batchEnd(3);
    Task<String> task = () -> "done";
    frames.call(0, Frame.Loader.SYSTEM, Codec.encode(task, Role.FUNCTION)); // Body.CALLABLE
    frames.item(number++, 1, new byte[0]);
    frames.call(0, Frame.Loader.SYSTEM, Codec.encode(task, Role.FUNCTION));
    frames.item(number++, 1, new byte[0]);
    frames.batchEnd(4);
    ByteBuffer over = Frame.begin(Frame.Kind.CALL_OVER, Long.BYTES).putLong(4).flip();
    ByteBuffer bye = Frame.begin(Frame.Kind.BYE, 0).flip();
    List<ByteBuffer> pieces = frames.pack();
    ByteBuffer all =
        ByteBuffer.allocate(
            pieces.stream().mapToInt(ByteBuffer::remaining).sum()
                + over.remaining()
                + bye.remaining());
    pieces.forEach(all::put);
    return all.put(over).put(bye).array();
  }
}
