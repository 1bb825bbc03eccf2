package dev.tutti.process.worker;

import static java.util.Objects.requireNonNull;

import dev.tutti.codec.Codec;
import dev.tutti.codec.FailureCodec;
import dev.tutti.codec.Filters;
import dev.tutti.origin.Everywhere;
import dev.tutti.process.wire.Claims;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.FrameStream;
import dev.tutti.process.wire.WireException;
import dev.tutti.spi.Belongings;
import dev.tutti.spi.Body;
import dev.tutti.spi.StartContext;
import dev.tutti.task.WorkerContext;
import java.io.IOException;
import java.nio.ByteBuffer;
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
   * A pack is the same for each of its elements, but that the claim of the next one marks the last one as done.
   */
  private static final long GATE_PAUSE_NANOS = 100_000;
  private static final int PACK_HEAD_BYTES = Long.BYTES + Integer.BYTES + 1;

  private final FrameStream channel;
  private final Claims claims;
  private final Attempt attempt;
  private final Belongings belongings;
  private final Teller teller;
  private final CallInHand call;
  private final ItemRunner runner;
  private @Nullable ByteBuffer parts; // of the next frame
  private boolean lastItemRan;
  private long lastBatch = -1;

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
    this.call = new CallInHand(large);
    this.runner = new ItemRunner(channel, attempt, heap, large, call);
  }

  /**
   * Runs until the pool says that there will be no more, or until this worker has to leave.
   *
   * @return whether it leaves by itself
   */
  boolean run() throws IOException {
    while (!runner.leaves()) {
      Frame frame = channel.read();
      if (frame == null) {
        return false;
      }
      switch (frame.kind()) {
        case INITIALISE -> initialise(frame.content());
        case PARTS -> parts = frame.content();
        case CALL -> {
          call.begin(frame.atLeast(2), parts);
          parts = null;
        }
        case ITEM -> runItem(frame.atLeast(Long.BYTES + Integer.BYTES));
        case PACK -> runPack(frame.atLeast(PACK_HEAD_BYTES));
        case BATCH_END -> endBatch(frame.atLeast(Long.BYTES).getLong());
        case CALL_OVER -> {
          if (frame.atLeast(Long.BYTES).getLong() == lastBatch) {
            call.letGo();
          }
        }
        case BYE -> {
          return false;
        }
        default -> throw new WireException("pool sent what is not for a worker: " + frame.kind());
      }
    }
    return true;
  }

  /** An outcome of the last item says as much as a frame of its own, and costs no further write. */
  private void endBatch(long batch) throws IOException {
    if (!lastItemRan) {
      runner.send(Frame.begin(Frame.Kind.BATCH_DONE, Long.BYTES).putLong(batch));
    }
    lastItemRan = false;
    lastBatch = batch;
  }

  private void initialise(ByteBuffer action) throws IOException {
    String worker = attempt.runner().getName();
    WorkerContext context =
        new StartContext(worker, belongings, line -> teller.log(line.level(), line.message()));
    ByteBuffer answer;
    try {
      attempt.beReachable();
      Object initialiser =
          requireNonNull(
              Codec.decode(action, ClassLoader.getSystemClassLoader(), Filters.tasks()),
              "initialiser");
      attempt.runner().setContextClassLoader(Everywhere.contextOf(initialiser));
      attempt.userCodeBegins();
      ScopedValue.where(WorkerContext.CURRENT, context)
          .call(() -> Body.RUNNABLE.invoke(initialiser, null));
      Filters.initialiserHasRun();
      answer = Frame.begin(Frame.Kind.INITIALISED, 0);
    } catch (Throwable e) { // whatever it is, this worker cannot serve
      byte[] bytes = FailureCodec.encode(e);
      answer = Frame.begin(Frame.Kind.NOT_INITIALISED, bytes.length).put(bytes);
    } finally {
      attempt.end();
    }
    runner.tidy();
    runner.send(answer);
  }

  private void runItem(ByteBuffer content) throws IOException {
    long item = numbered(content.getLong(), 1);
    int number = content.getInt();
    ByteBuffer itemParts = parts;
    parts = null;
    awaitGate();
    lastItemRan = claims.claim(item);
    if (lastItemRan) { // else it was taken back
      runClaimed(item, number, content, itemParts);
    }
    call.pastItem();
  }

  private void runClaimed(long item, int number, ByteBuffer content, @Nullable ByteBuffer itemParts)
      throws IOException {
    try {
      ItemContext context = context(number);
      context.serve(item);
      within(context, new OneItem(item, content, itemParts));
      claims.done(item);
    } catch (OutOfMemoryError e) {
      claims.record(Claims.Cause.OUT_OF_MEMORY, item); // needs no memory
      runner.leave();
    }
  }

  private void runPack(ByteBuffer content) throws IOException {
    long pack = content.getLong();
    int count = content.getInt();
    numbered(pack, count);
    Told told = content.get() == 0 ? Told.AS_NEXT : Told.AS_NEXT_WITH_TIME;
    lastItemRan = false;
    try {
      ItemContext context = context(1);
      within(context, () -> runElements(pack, count, content, context, told));
      claims.noneRuns(pack);
    } catch (OutOfMemoryError e) {
      claims.record(Claims.Cause.OUT_OF_MEMORY, pack);
      runner.leave();
    }
  }

  private @Nullable Void runElements(
      long pack, int count, ByteBuffer content, ItemContext context, Told told) throws IOException {
    ByteBuffer element = content.duplicate();
    for (int i = 0; i < count && !runner.leaves(); i++) {
      if (claims.isGateShut()) {
        claims.noneRuns(pack);
        awaitGate();
      }
      lastItemRan = false;
      boolean announced =
          call.isRead(); // to read a function can need a channel, which no interrupt may reach
      if (announced) {
        attempt.announce(pack + i);
      }
      if (!claims.claimElement(pack, i)) {
        attempt.end();
        break; // it was taken back, and all behind it
      }
      if (i == 0) {
        runner.send(Frame.begin(Frame.Kind.PACK_BEGUN, Long.BYTES).putLong(pack));
      }
      toNext(content, element);
      context.serve(pack + i);
      if (announced) {
        runner.runAnnounced(pack + i, element, told);
      } else {
        runner.run(pack + i, element, null, told);
      }
      lastItemRan = i == count - 1;
    }
    return null;
  }

  /** Sets a view of a pack to its next element. */
  private static void toNext(ByteBuffer content, ByteBuffer element) throws WireException {
    int left = content.remaining() - Integer.BYTES;
    int length = left < 0 ? -1 : content.getInt();
    if (length < 0 || length > left) {
      throw new WireException("pack ends before its last element: bytes=" + left);
    }
    int begin = content.position();
    element.limit(begin + length).position(begin);
    content.position(begin + length);
  }

  /** {@return the number of the first of some items} */
  private static long numbered(long first, int count) throws WireException {
    if (first < 0 || count < 1 || first > Long.MAX_VALUE - count) {
      throw new WireException("items have no numbers: first=%d count=%d".formatted(first, count));
    }
    return first;
  }

  private void awaitGate() {
    while (claims.isGateShut()) {
      LockSupport.parkNanos(GATE_PAUSE_NANOS); // it is opened again, or this process is killed
    }
  }

  /** An item, with its context bound. No lambda: the first one takes a JVM long. */
  private final class OneItem implements ScopedValue.CallableOp<@Nullable Void, IOException> {
    private final long item;
    private final ByteBuffer content;
    private final @Nullable ByteBuffer itemParts;

    OneItem(long item, ByteBuffer content, @Nullable ByteBuffer itemParts) {
      this.item = item;
      this.content = content;
      this.itemParts = itemParts;
    }

    @Override
    public @Nullable Void call() throws IOException {
      runner.run(item, content, itemParts, Told.BY_NUMBER);
      return null;
    }
  }

  private ItemContext context(int number) {
    return new ItemContext(attempt.runner().getName(), number, attempt, belongings, teller);
  }

  private static void within(
      WorkerContext context, ScopedValue.CallableOp<@Nullable Void, IOException> work)
      throws IOException {
    ScopedValue.where(WorkerContext.CURRENT, context).call(work);
  }
}
