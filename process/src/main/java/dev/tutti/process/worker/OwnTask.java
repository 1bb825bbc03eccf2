package dev.tutti.process.worker;

import dev.tutti.codec.Codec;
import dev.tutti.codec.DecodeException;
import dev.tutti.codec.FailureCodec;
import dev.tutti.codec.Filters;
import dev.tutti.codec.Role;
import dev.tutti.process.wire.Channel;
import dev.tutti.process.wire.Claims;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.WireException;
import dev.tutti.spi.Body;
import dev.tutti.task.NotSendableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Runs the one task that this JVM was started for, and sends how it ended. */
@SuppressWarnings("EnumOrdinal") // both sides are of one build, which the greeting checks
final class OwnTask {
  /** The task's number: it is the only item that this JVM has. */
  private static final long NUMBER = Frame.OWN_TASK;

  private final Connection connection;
  private final Channel channel;

  /**
   * @param channel where the task comes from and its outcome goes
   */
  OwnTask(Connection connection, Channel channel) {
    this.connection = connection;
    this.channel = channel;
  }

  /** {@return what the task has thrown; null if it has a result, which has been sent} */
  @Nullable Throwable run() throws IOException {
    Frame frame = channel.read();
    if (frame == null || frame.kind() != Frame.Kind.CALL) {
      throw new WireException("no task came: frame=" + (frame == null ? "none" : frame.kind()));
    }
    connection.claims().claim(NUMBER);
    long start = System.nanoTime();
    byte[] result;
    try {
      result = result(frame.atLeast(2));
    } catch (Throwable e) { // whatever it is, it is the task's failure
      sendFailure(e, start);
      return e;
    }
    send(
        Frame.begin(Frame.Kind.RESULT, 2 * Long.BYTES + result.length)
            .putLong(NUMBER)
            .putLong(System.nanoTime() - start)
            .put(result));
    return null;
  }

  private byte[] result(ByteBuffer call) throws Exception {
    Body body = Body.values()[call.get()];
    Frame.Loader loader = Frame.Loader.of(call.get());
    Object task = Objects.requireNonNull(task(call), "task");
    byte[] result = Codec.encode(invoke(body, loader, task), Role.RESULT);
    if (result.length > Frame.MAX_PAYLOAD_BYTES) {
      throw new NotSendableException(
          "cannot send the result of the task back: bytes=%d most=%d; write it to a file [T003]"
              .formatted(result.length, Frame.MAX_PAYLOAD_BYTES),
          null);
    }
    return result;
  }

  private @Nullable Object invoke(Body body, Frame.Loader loader, Object task) throws Exception {
    Attempt attempt = connection.attempt();
    attempt.runner().setContextClassLoader(loader.hereFor(task));
    attempt.begin(NUMBER);
    try {
      return body.invoke(task, null);
    } finally {
      attempt.end();
    }
  }

  private static @Nullable Object task(ByteBuffer bytes) {
    try {
      return Codec.decode(bytes, ClassLoader.getSystemClassLoader(), Filters.tasks());
    } catch (DecodeException e) {
      throw new NotSendableException(
          "cannot read the task in its process: %s; a process sees the class path of its parent [T023]"
              .formatted(e.getMessage()),
          e.getCause());
    }
  }

  private void sendFailure(Throwable failure, long start) throws IOException {
    try {
      byte[] bytes = FailureCodec.encode(failure);
      send(
          Frame.begin(Frame.Kind.FAILURE, 2 * Long.BYTES + bytes.length)
              .putLong(NUMBER)
              .putLong(System.nanoTime() - start)
              .put(bytes));
    } catch (OutOfMemoryError e) {
      connection.claims().record(Claims.Cause.OUT_OF_MEMORY, NUMBER);
    }
  }

  private void send(ByteBuffer frame) throws IOException {
    channel.sendFully(List.of(frame.flip()));
    connection.claims().done(NUMBER);
  }
}
