package dev.tutti.process.worker;

import dev.tutti.codec.FailureCodec;
import dev.tutti.process.block.Cargo;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.FrameStream;
import dev.tutti.task.NotSendableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs items that are claimed, and sends how they ended. For one thread. */
@SuppressWarnings("EnumOrdinal") // both sides are of one build, which the greeting checks
final class ItemRunner {
  /*
   * A worker that leaves by itself says so before its last outcome, so that the pool gives it nothing more.
   */
  /** What the JDK says where a stream has more bytes than an array can have, in any heap. */
  private static final String BEYOND_ARRAYS = "Required length exceeds implementation limit";

  private final FrameStream channel;
  private final Attempt attempt;
  private final HeapWatch heap;
  private final LargeValues large;
  private final CallInHand call;
  private final Thread runner;
  private final String name;
  private final ClassLoader loader = ClassLoader.getSystemClassLoader();
  private final ByteBuffer quickReply = ByteBuffer.allocate(Told.MOST_QUICK_BYTES);
  private boolean leaves;

  ItemRunner(
      FrameStream channel, Attempt attempt, HeapWatch heap, LargeValues large, CallInHand call) {
    this.channel = channel;
    this.attempt = attempt;
    this.heap = heap;
    this.large = large;
    this.call = call;
    this.runner = attempt.runner();
    this.name = runner.getName();
  }

  /** {@return whether nothing more is to run here} */
  boolean leaves() {
    return leaves;
  }

  /** Nothing more is to run here, and nobody is told. */
  void leave() {
    leaves = true;
  }

  /**
   * Runs an item.
   *
   * @param item its number
   * @param content its bytes
   * @param parts where its large parts are
   */
  void run(long item, ByteBuffer content, @Nullable ByteBuffer parts, Told told)
      throws IOException {
    long start = startOf(told);
    Object value = null;
    Throwable failure = null;
    attempt.beReachable();
    try {
      Object argument = call.argument(content, parts);
      attempt.begin(item);
      try {
        value = call.invoke(runner, argument);
      } finally {
        attempt.end();
      }
    } catch (Throwable e) { // whatever it is, it is this item's failure
      failure = e;
    }
    sendOutcome(item, value, failure, start, told);
  }

  /**
   * Runs an element of a pack which is {@linkplain Attempt#announce announced} and claimed, and has
   * no large parts. The function has been read before.
   *
   * @param item its number
   * @param content its bytes
   */
  void runAnnounced(long item, ByteBuffer content, Told told) throws IOException {
    long start = startOf(told);
    Object value = null;
    Throwable failure = null;
    boolean put = false;
    try {
      attempt.begun(item);
      value = call.invoke(runner, call.argument(content, null));
      put =
          !isToLeave()
              && told.quickFrame(quickReply, item, start, value)
              && channel.put(quickReply.flip());
    } catch (Throwable e) { // as above
      failure = e;
    } finally {
      attempt.end(); // compares and sets, as wakeReader() wants it
    }
    if (put) {
      tidy();
      channel.wakeReader();
    } else {
      sendOutcome(item, value, failure, start, told);
    }
  }

  private static long startOf(Told told) {
    return told == Told.AS_NEXT ? 0 : System.nanoTime();
  }

  private boolean isToLeave() {
    return attempt.isToLeave() || heap.isAboveBound();
  }

  private void sendOutcome(
      long item, @Nullable Object value, @Nullable Throwable failure, long start, Told told)
      throws IOException {
    ByteBuffer outcome =
        failure == null ? success(item, value, start, told) : failure(item, failure, start, told);
    tidy();
    if (!leaves && attempt.isToLeave()) {
      leave(Frame.Leave.OUT_OF_MEMORY);
    }
    if (!leaves && heap.isAboveBound()) {
      leave(Frame.Leave.HEAP);
    }
    send(outcome);
  }

  private ByteBuffer success(long item, @Nullable Object value, long start, Told told)
      throws IOException {
    try {
      if (told.quickFrame(quickReply, item, start, value)) {
        return quickReply;
      }
      Cargo result = told == Told.BY_NUMBER ? large.result(value) : LargeValues.inOnePiece(value);
      return told.head(LargeValues.begin(result, told.success(), told.headBytes()), item, start)
          .put(result.bytes());
    } catch (Throwable e) { // the value's own code, or no memory
      return failure(item, fullHeapOr(e), start, told);
    }
  }

  /** What could not be written as a stream says so, whatever the reason was. */
  private static Throwable fullHeapOr(Throwable e) {
    return e instanceof NotSendableException
            && e.getCause() instanceof OutOfMemoryError full
            && !BEYOND_ARRAYS.equals(full.getMessage())
        ? full
        : e;
  }

  private ByteBuffer failure(long item, Throwable failure, long start, Told told)
      throws IOException {
    ByteBuffer frame = told.frame(false, item, start, FailureCodec.encode(failure));
    if (failure instanceof OutOfMemoryError) {
      leave(Frame.Leave.OUT_OF_MEMORY);
    }
    return frame;
  }

  private void leave(Frame.Leave reason) throws IOException {
    leaves = true;
    send(Frame.begin(Frame.Kind.LEAVING, 1).put((byte) reason.ordinal()));
  }

  /** What a task, or a value of its, has changed at its thread is not for the next one. */
  @SuppressWarnings("ThreadPriorityCheck") // only undone here
  void tidy() {
    boolean _ =
        Thread.interrupted(); // by the value; one that was meant for the task has gone with it
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

  /** Sends a frame that has been filled. */
  void send(ByteBuffer frame) throws IOException {
    channel.sendFully(List.of(frame.flip()));
  }
}
