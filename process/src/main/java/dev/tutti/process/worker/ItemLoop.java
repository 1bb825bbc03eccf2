package dev.tutti.process.worker;

import static java.util.Objects.requireNonNull;

import dev.tutti.codec.Codec;
import dev.tutti.codec.DecodeException;
import dev.tutti.codec.FailureCodec;
import dev.tutti.codec.Filters;
import dev.tutti.codec.ValueFilter;
import dev.tutti.process.block.Cargo;
import dev.tutti.process.wire.Claims;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.FrameStream;
import dev.tutti.process.wire.WireException;
import dev.tutti.spi.Belongings;
import dev.tutti.spi.Body;
import dev.tutti.spi.StartContext;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.WorkerContext;
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
   *
   * A worker that leaves by itself says so before its last outcome, so that the pool gives it nothing more.
   */
  private static final long GATE_PAUSE_NANOS = 100_000;

  private final FrameStream channel;
  private final Claims claims;
  private final Attempt attempt;
  private final Belongings belongings;
  private final Teller teller;
  private final HeapWatch heap;
  private final LargeValues large;
  private final ValueFilter filter = Filters.tasks();
  private final ClassLoader loader = ClassLoader.getSystemClassLoader();
  private @Nullable ByteBuffer parts; // of the next frame
  private @Nullable ByteBuffer functionParts;
  private @Nullable ByteBuffer functionBytes;
  private @Nullable Object function;
  private Body body = Body.CALLABLE;
  private @Nullable ClassLoader contextLoader = loader;
  private boolean lastItemRan;
  private boolean leaves;

  ItemLoop(
      FrameStream channel,
      Claims claims,
      Attempt attempt,
      Belongings belongings,
      Teller teller,
      HeapWatch heap,
      LargeValues large) {
    this.channel = channel;
    this.claims = claims;
    this.attempt = attempt;
    this.belongings = belongings;
    this.teller = teller;
    this.heap = heap;
    this.large = large;
  }

  /** Runs until the pool says that there will be no more, or until this worker has to leave. */
  void run() throws IOException {
    while (!leaves) {
      Frame frame = channel.read();
      if (frame == null) {
        return;
      }
      switch (frame.kind()) {
        case INITIALISE -> initialise(frame.content());
        case PARTS -> parts = frame.content();
        case CALL -> keepFunction(frame.atLeast(2));
        case ITEM -> runItem(frame.atLeast(Long.BYTES + Integer.BYTES));
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

  private void initialise(ByteBuffer action) throws IOException {
    String worker = attempt.runner().getName();
    WorkerContext context =
        new StartContext(worker, belongings, line -> teller.log(line.level(), line.message()));
    ByteBuffer answer;
    try {
      Object initialiser = Codec.decode(action, loader, filter);
      ScopedValue.where(WorkerContext.CURRENT, context)
          .call(() -> Body.RUNNABLE.invoke(requireNonNull(initialiser, "initialiser"), null));
      answer = Frame.begin(Frame.Kind.INITIALISED, 0);
    } catch (Throwable e) { // whatever it is, this worker cannot serve
      byte[] bytes = FailureCodec.encode(e);
      answer = Frame.begin(Frame.Kind.NOT_INITIALISED, bytes.length).put(bytes);
    } finally {
      attempt.end();
      tidy(attempt.runner(), worker);
    }
    send(answer);
  }

  private void keepFunction(ByteBuffer content) throws WireException {
    int code = content.get();
    if (code < 0 || code >= Body.values().length) {
      throw new WireException("unknown kind of call: body=" + code);
    }
    body = Body.values()[code];
    contextLoader = Frame.Loader.of(content.get()).here();
    functionBytes = content;
    functionParts = parts;
    parts = null;
    function = null;
  }

  private void runItem(ByteBuffer content) throws IOException {
    long item = content.getLong();
    int number = content.getInt();
    ByteBuffer itemParts = parts;
    parts = null;
    while (claims.isGateShut()) {
      LockSupport.parkNanos(GATE_PAUSE_NANOS); // it is opened again, or this process is killed
    }
    lastItemRan = claims.claim(item);
    if (!lastItemRan) {
      return; // it was taken back
    }
    long start = System.nanoTime();
    try {
      ByteBuffer outcome = outcome(item, number, content, itemParts, start);
      if (!leaves && heap.isAboveBound()) {
        leave(Frame.Leave.HEAP);
      }
      send(outcome);
      claims.done(item);
    } catch (OutOfMemoryError e) {
      claims.record(Claims.Cause.OUT_OF_MEMORY, item); // needs no memory
      leaves = true;
    }
  }

  private void leave(Frame.Leave reason) throws IOException {
    leaves = true;
    send(Frame.begin(Frame.Kind.LEAVING, 1).put((byte) reason.ordinal()));
  }

  private ByteBuffer outcome(
      long item, int number, ByteBuffer content, @Nullable ByteBuffer itemParts, long start)
      throws IOException {
    Cargo result;
    try {
      Object argument = argument(content, itemParts);
      Object value = invoke(item, number, argument);
      result = large.result(value);
    } catch (OutOfMemoryError e) {
      ByteBuffer failure = failure(item, e, start);
      leave(Frame.Leave.OUT_OF_MEMORY);
      return failure;
    } catch (Throwable e) { // whatever it is, it is this item's failure
      return failure(item, e, start);
    }
    return LargeValues.begin(result, Frame.Kind.RESULT, 2 * Long.BYTES)
        .putLong(item)
        .putLong(System.nanoTime() - start)
        .put(result.bytes());
  }

  private @Nullable Object argument(ByteBuffer content, @Nullable ByteBuffer itemParts) {
    try {
      if (function == null) {
        ByteBuffer bytes = requireNonNull(functionBytes, "item before its call");
        function = large.read(bytes.duplicate(), functionParts, loader, filter);
      }
      return content.hasRemaining() ? large.read(content, itemParts, loader, filter) : null;
    } catch (DecodeException e) {
      if (e.getCause() instanceof OutOfMemoryError full) {
        throw full;
      }
      throw new NotSendableException(
          "cannot read the task in the worker: %s; a worker sees the class path of its parent,"
                  .formatted(e.getMessage())
              + " classes made at run time are not there [T003]",
          e.getCause());
    }
  }

  private @Nullable Object invoke(long item, int number, @Nullable Object argument)
      throws Exception {
    Thread runner = attempt.runner();
    String name = runner.getName();
    WorkerContext context = new ItemContext(name, item, number, attempt, belongings, teller);
    if (contextLoader != loader) {
      runner.setContextClassLoader(contextLoader);
    }
    attempt.begin(item);
    try {
      return ScopedValue.where(WorkerContext.CURRENT, context)
          .call(() -> body.invoke(requireNonNull(function, "function"), argument));
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

  private static ByteBuffer failure(long item, Throwable failure, long start) {
    byte[] bytes = FailureCodec.encode(failure);
    return Frame.begin(Frame.Kind.FAILURE, 2 * Long.BYTES + bytes.length)
        .putLong(item)
        .putLong(System.nanoTime() - start)
        .put(bytes);
  }

  private void send(ByteBuffer frame) throws IOException {
    channel.sendFully(List.of(frame.flip()));
  }
}
