package dev.tutti.process.worker;

import dev.tutti.codec.Codec;
import dev.tutti.codec.DecodeException;
import dev.tutti.codec.FailureCodec;
import dev.tutti.codec.Filters;
import dev.tutti.codec.Role;
import dev.tutti.codec.ValueFilter;
import dev.tutti.process.wire.Claims;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.FrameStream;
import dev.tutti.process.wire.WireException;
import dev.tutti.spi.Body;
import dev.tutti.task.NotSendableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Takes items from the channel, runs those that it can claim, and sends how they ended. */
@SuppressWarnings("EnumOrdinal") // both sides are of one build, which the greeting checks
final class ItemLoop {
  /*
   * One thread reads, claims, runs and writes, so that an item costs no hand-over. The order for an item
   * is: look at the gate, claim, decode the function (once a call) and the item, run, write the outcome,
   * mark the word as done. So at the death of this process a word says RUNNING for the item that it had
   * begun and whose outcome is not in the channel, and for no other.
   *
   * A function that cannot be decoded fails each of its items: only an item has somebody who waits.
   */
  private static final long GATE_PAUSE_NANOS = 100_000;

  private final FrameStream channel;
  private final Claims claims;
  private final Attempt attempt;
  private final ValueFilter filter = Filters.tasks();
  private final ClassLoader loader = ClassLoader.getSystemClassLoader();
  private @Nullable ByteBuffer functionBytes;
  private @Nullable Object function;
  private Body body = Body.CALLABLE;
  private boolean lastItemRan;
  private boolean outOfMemory;

  ItemLoop(FrameStream channel, Claims claims, Attempt attempt) {
    this.channel = channel;
    this.claims = claims;
    this.attempt = attempt;
  }

  /** Runs until the pool says that there will be no more, or until the heap was full once. */
  void run() throws IOException {
    while (!outOfMemory) {
      Frame frame = channel.read();
      if (frame == null) {
        return;
      }
      switch (frame.kind()) {
        case CALL -> keepFunction(frame);
        case ITEM -> runItem(frame.atLeast(Long.BYTES));
        case BATCH_END -> endBatch(frame.atLeast(Long.BYTES).getLong());
        case BYE -> {
          return;
        }
        default -> throw new WireException("pool sent what is not for a worker: " + frame.kind());
      }
    }
  }

  /** An outcome of the last item says as much as a frame of its own, and costs no further write. */
  private void endBatch(long batch) throws IOException {
    if (!lastItemRan) {
      send(Frame.begin(Frame.Kind.BATCH_DONE, Long.BYTES).putLong(batch));
    }
    lastItemRan = false;
  }

  private void keepFunction(Frame frame) throws WireException {
    int code = frame.atLeast(1).get();
    if (code < 0 || code >= Body.values().length) {
      throw new WireException("unknown kind of call: body=" + code);
    }
    body = Body.values()[code];
    functionBytes = frame.content();
    function = null;
  }

  private void runItem(ByteBuffer content) throws IOException {
    long item = content.getLong();
    while (claims.isGateShut()) {
      LockSupport.parkNanos(GATE_PAUSE_NANOS); // it is opened again, or this process is killed
    }
    lastItemRan = claims.claim(item);
    if (!lastItemRan) {
      return; // it was taken back
    }
    long start = System.nanoTime();
    try {
      send(outcome(item, content, start));
      claims.done(item);
    } catch (OutOfMemoryError e) {
      claims.record(Claims.Cause.OUT_OF_MEMORY, item); // needs no memory
      outOfMemory = true;
    }
  }

  private ByteBuffer outcome(long item, ByteBuffer content, long start) {
    byte[] result;
    try {
      Object argument = argument(content);
      Object value = invoke(item, argument);
      result = Codec.encode(value, Role.RESULT);
      if (result.length > Frame.MAX_PAYLOAD_BYTES) {
        throw new NotSendableException(
            "cannot send the result of the task back: bytes=%d most=%d; write it to a file [T003]"
                .formatted(result.length, Frame.MAX_PAYLOAD_BYTES),
            null);
      }
    } catch (OutOfMemoryError e) {
      outOfMemory = true;
      return failure(item, e, start, true);
    } catch (Throwable e) { // whatever it is, it is this item's failure
      return failure(item, e, start, false);
    }
    return Frame.begin(Frame.Kind.RESULT, 2 * Long.BYTES + result.length)
        .putLong(item)
        .putLong(System.nanoTime() - start)
        .put(result);
  }

  private @Nullable Object argument(ByteBuffer content) {
    try {
      if (function == null) {
        ByteBuffer bytes = java.util.Objects.requireNonNull(functionBytes, "item before its call");
        function = Codec.decode(bytes.duplicate(), loader, filter);
      }
      return content.hasRemaining() ? Codec.decode(content, loader, filter) : null;
    } catch (DecodeException e) {
      throw new NotSendableException(
          "cannot read the task in the worker: %s; a worker sees the class path of its parent,"
                  .formatted(e.getMessage())
              + " classes made at run time are not there [T003]",
          e.getCause());
    }
  }

  private @Nullable Object invoke(long item, @Nullable Object argument) throws Exception {
    Thread runner = attempt.runner();
    String name = runner.getName();
    attempt.begin(item);
    try {
      return body.invoke(java.util.Objects.requireNonNull(function, "function"), argument);
    } finally {
      attempt.end();
      tidy(runner, name);
    }
  }

  /** What a task changed at its thread is not for the next one. */
  @SuppressWarnings("ThreadPriorityCheck") // only undone here
  private void tidy(Thread runner, String name) {
    if (runner.getContextClassLoader() != loader) {
      runner.setContextClassLoader(loader);
    }
    if (!name.equals(runner.getName())) {
      runner.setName(name);
    }
    if (runner.getPriority() != Thread.NORM_PRIORITY) {
      runner.setPriority(Thread.NORM_PRIORITY);
    }
  }

  private static ByteBuffer failure(long item, Throwable failure, long start, boolean last) {
    byte[] bytes = FailureCodec.encode(failure);
    return Frame.begin(Frame.Kind.FAILURE, 2 * Long.BYTES + 1 + bytes.length)
        .putLong(item)
        .putLong(System.nanoTime() - start)
        .put((byte) (last ? 1 : 0))
        .put(bytes);
  }

  private void send(ByteBuffer frame) throws IOException {
    channel.sendFully(List.of(frame.flip()));
  }
}
