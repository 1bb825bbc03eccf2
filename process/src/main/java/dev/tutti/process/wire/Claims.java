package dev.tutti.process.wire;

import static java.util.Objects.requireNonNull;

import dev.tutti.memory.segment.Segment;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The words by which a pool and one of its workers agree on who has which item. They are in memory
 * that both map, so they tell the truth also when one of the two has died.
 *
 * <pre>
 *   0       4         8      12      16           24      32     36          64
 *   +-------+---------+------+-------+------------+-------+------+-----------+--------+-- ... --+
 *   | magic | version | gate | cause | cause item | cores | here | (padding) | word 0 |         |
 *   +-------+---------+------+-------+------------+-------+------+-----------+--------+-- ... --+
 *
 *   behind them: a FrameRing to the pool, and one to the worker
 *
 *   word:   63                                                    2 1     0
 *           +-----------------------------------------------------+-------+
 *           | start time, in nanoseconds (while running)           | state |
 *           +-----------------------------------------------------+-------+
 * </pre>
 *
 * <p>Item number {@code n} of a worker has word {@code n} modulo {@link #WORDS}. The pool writes
 * {@code QUEUED} before it sends the item, and does so again for the next item of the same word
 * only after the worker has said that it is past the batch of the last one. A pack has one word,
 * that of its first element, which is a {@link PackWord}; its elements are begun in their order.
 */
@SuppressWarnings("EnumOrdinal") // both sides are of one build, which the header's version checks
public final class Claims implements AutoCloseable {
  /*
   *   QUEUED  -> RUNNING   claim(), by the worker, before it reads the item's first byte
   *   QUEUED  -> TAKEN     takeBack(), by the pool
   *   RUNNING -> DONE      done(), by the worker, after the outcome is written to its channel
   *
   * The gate. Before the pool kills a worker for the item that it runs, it shuts the gate, and then looks
   * whether that item still runs; if not, it opens the gate again. The worker has one thread that claims,
   * and that looks at the gate before each claim. All accesses are volatile, so in their one order either
   * the pool's look comes after done(), and it does not kill; or done() comes after the look, so after the
   * shutting, and the worker finds the gate shut and claims nothing more. Nobody else pays.
   */

  /** How many items a worker can have at once. */
  public static final int WORDS = 8_192;

  private static final int MAGIC = 0x54555454; // "TUTT"
  private static final int VERSION = 3;
  private static final int STATE_BITS = 2;
  private static final long STATE_MASK = (1 << STATE_BITS) - 1;
  private static final long QUEUED = 0;
  private static final long RUNNING = 1;
  private static final long DONE = 2;
  private static final long TAKEN = 3;

  // Each place follows from the one before. Views of a buffer, not of a StructLayout: the handles
  // of that take a JVM that starts 40 ms (docs/design/decisions.md).
  private static final int MAGIC_AT = 0;
  private static final int VERSION_AT = MAGIC_AT + Integer.BYTES;
  private static final int GATE_AT = VERSION_AT + Integer.BYTES;
  private static final int CAUSE_AT = GATE_AT + Integer.BYTES;
  private static final int CAUSE_ITEM_AT = CAUSE_AT + Integer.BYTES;
  private static final int CORES_AT = CAUSE_ITEM_AT + Long.BYTES;
  private static final int HERE_AT = CORES_AT + Long.BYTES;
  private static final int PADDING_BYTES = 28;
  private static final int WORDS_AT = HERE_AT + Integer.BYTES + PADDING_BYTES;
  private static final int RINGS_AT = WORDS_AT + WORDS * Long.BYTES;
  private static final int BYTES = RINGS_AT + 2 * FrameRing.BYTES;
  private static final VarHandle INT =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

  /** The two who share the memory. */
  public enum End {
    /** The one that gives items. */
    POOL,
    /** The one that runs them. */
    WORKER
  }

  /** What a worker could still record of its end. */
  public enum Cause {
    /** Nothing. */
    NONE,
    /** {@code System.exit} was called by the thread that runs the items. */
    EXIT_IN_ITEM,
    /** {@code System.exit} was called by another thread. */
    EXIT_ELSEWHERE,
    /** The heap was full, and not even the report of that fitted. */
    OUT_OF_MEMORY
  }

  private final @Nullable Segment segment; // the pool's; a worker has the words until its end
  private final ByteBuffer memory;

  private Claims(@Nullable Segment segment, ByteBuffer memory) {
    this.segment = segment;
    this.memory = memory;
  }

  /**
   * Makes the words for one worker.
   *
   * @return the words, all queued
   * @throws IOException if there is no room for them
   */
  public static Claims create() throws IOException {
    Segment segment = Segment.create(BYTES);
    Claims claims = new Claims(segment, segment.memory().asByteBuffer());
    INT.set(claims.memory, MAGIC_AT, MAGIC);
    LONG.set(claims.memory, CORES_AT, (long) Runtime.getRuntime().availableProcessors());
    INT.setVolatile(claims.memory, VERSION_AT, VERSION);
    return claims;
  }

  /**
   * Maps the words that a pool has made for this worker, until the end of this process.
   *
   * @param handle what the pool gave
   * @return the words
   * @throws IOException if they are not there, or are not of this version
   */
  public static Claims open(Segment.Handle handle) throws IOException {
    if (handle.bytes() != BYTES) {
      throw new IOException("claim words have a wrong size: bytes=" + handle.bytes());
    }
    Claims claims = new Claims(null, Segment.mapForLife(handle));
    int version = (int) INT.getVolatile(claims.memory, VERSION_AT); // pairs with create()
    int magic = (int) INT.get(claims.memory, MAGIC_AT);
    if (magic != MAGIC || version != VERSION) {
      throw new IOException(
          "claim words are not of this version: magic=%x version=%d".formatted(magic, version));
    }
    return claims;
  }

  /**
   * {@return the way that bytes take in the same memory; asked for once by each side}
   *
   * @param to which side reads them
   */
  public FrameRing ring(End to) {
    return new FrameRing(memory.slice(RINGS_AT + to.ordinal() * FrameRing.BYTES, FrameRing.BYTES));
  }

  /** {@return how many cores the pool's process may use; a worker's own share is smaller} */
  int cores() {
    return (int) (long) LONG.get(memory, CORES_AT);
  }

  /** {@return how the worker finds these words} */
  public Segment.Handle handle() {
    return requireNonNull(segment, "a worker's words cannot be handed on").handle();
  }

  // ---------------------------------------------------------------- packs

  /**
   * Makes a pack ready to be begun. For the pool, before it sends the pack.
   *
   * @param pack the number of its first element
   * @param count how many elements it has
   */
  public void queuePack(long pack, int count) {
    LONG.setVolatile(memory, slot(pack), PackWord.of(0, count));
  }

  /**
   * Takes the end of a pack back. For the pool.
   *
   * @param pack the number of its first element
   * @param from how many elements are to stay, if no more are begun
   * @return how many stay
   */
  public int takeBackFrom(long pack, int from) {
    while (true) {
      long word = word(pack);
      long less = PackWord.less(word, from);
      if (less == word || move(pack, word, less)) { // against claimElement()
        return PackWord.held(less);
      }
    }
  }

  /**
   * {@return how many elements of a pack the worker has begun}
   *
   * @param pack the number of its first element
   */
  public int begunOf(long pack) {
    return PackWord.begun(word(pack));
  }

  /**
   * {@return the element of a pack that the worker has begun and not ended; -1 if there is none}
   *
   * @param pack the number of its first element
   */
  public int runningOf(long pack) {
    long word = word(pack);
    return PackWord.runs(word) ? PackWord.begun(word) - 1 : -1;
  }

  /**
   * Makes the next element of a pack the worker's own. For the worker, which has sent how the one
   * before ended.
   *
   * @param pack the number of its first element
   * @param element which element, from 0; the one behind the last that was claimed
   * @return whether it is to run here; if not, none after it is
   */
  public boolean claimElement(long pack, int element) {
    while (true) {
      long word = word(pack);
      if (element >= PackWord.held(word) || element != PackWord.begun(word)) {
        return false;
      }
      if (move(pack, word, PackWord.next(word))) { // against takeBackFrom()
        return true;
      }
    }
  }

  /**
   * Says that no element of a pack runs. For the worker, which has sent how the last one ended.
   *
   * @param pack the number of its first element
   */
  public void noneRuns(long pack) {
    long word = word(pack);
    while (PackWord.runs(word) && !move(pack, word, PackWord.idle(word))) {
      word = word(pack);
    }
  }

  // ---------------------------------------------------------------- words

  private static int slot(long item) {
    return WORDS_AT + (int) (item & (WORDS - 1)) * Long.BYTES;
  }

  private boolean move(long item, long from, long to) {
    return LONG.compareAndSet(memory, slot(item), from, to);
  }

  private long word(long item) {
    return (long) LONG.getVolatile(memory, slot(item));
  }

  // ---------------------------------------------------------------- the pool

  /**
   * Makes an item ready to be claimed. For the pool, before it sends the item.
   *
   * @param item the item's number
   */
  public void queue(long item) {
    LONG.setVolatile(memory, slot(item), QUEUED);
  }

  /**
   * Takes an item back.
   *
   * @param item the item's number
   * @return whether the worker had not claimed it, and now never will
   */
  public boolean takeBack(long item) {
    return move(item, QUEUED, TAKEN); // against claim()
  }

  /**
   * {@return whether the worker has begun an item and not ended it}
   *
   * @param item the item's number
   */
  public boolean isRunning(long item) {
    return (word(item) & STATE_MASK) == RUNNING;
  }

  /**
   * {@return whether the worker has begun an item, ended or not}
   *
   * @param item the item's number
   */
  public boolean isBegun(long item) {
    long state = word(item) & STATE_MASK;
    return state == RUNNING || state == DONE;
  }

  /**
   * {@return when the worker began the item that it runs, as {@link System#nanoTime} in any process
   * of this machine}
   *
   * @param item the item's number
   */
  public long startNanos(long item) {
    return word(item) >>> STATE_BITS;
  }

  /** Shuts the gate: once the running item has ended, the worker claims nothing. */
  public void shutGate() {
    INT.setVolatile(memory, GATE_AT, 1); // pairs with isGateShut()
  }

  /** Opens the gate. */
  public void openGate() {
    INT.setVolatile(memory, GATE_AT, 0);
  }

  /** {@return what the worker recorded of its end} */
  public Cause cause() {
    int ordinal = (int) INT.getVolatile(memory, CAUSE_AT); // pairs with record()
    Cause[] all = Cause.values();
    return ordinal >= 0 && ordinal < all.length ? all[ordinal] : Cause.NONE;
  }

  /** {@return the number of the item at which it recorded that} */
  public long causeItem() {
    return (long) LONG.get(memory, CAUSE_ITEM_AT); // after cause()
  }

  /** {@return whether the worker is there, and can be given work in the ring} */
  public boolean isWorkerHere() {
    return (int) INT.getVolatile(memory, HERE_AT) != 0; // pairs with sayHere()
  }

  // ---------------------------------------------------------------- the worker

  /** Says that this worker reads its ring. */
  public void sayHere() {
    INT.setVolatile(memory, HERE_AT, 1);
  }

  /** {@return whether nothing may be claimed now} */
  public boolean isGateShut() {
    return (int) INT.getVolatile(memory, GATE_AT) != 0; // pairs with shutGate()
  }

  /**
   * Makes an item the worker's own.
   *
   * @param item the item's number
   * @return whether it is to run here
   */
  public boolean claim(long item) {
    long running = (System.nanoTime() << STATE_BITS) | RUNNING;
    return move(item, QUEUED, running); // against takeBack()
  }

  /**
   * Says that an item's outcome has been written to the channel.
   *
   * @param item the item's number
   */
  public void done(long item) {
    LONG.setVolatile(memory, slot(item), DONE); // pairs with isRunning()
  }

  /**
   * Records why this process is about to end. The first record stays.
   *
   * @param cause why
   * @param item the number of the item that runs; negative if none does
   */
  public void record(Cause cause, long item) {
    if (cause() == Cause.NONE) {
      LONG.set(memory, CAUSE_ITEM_AT, item);
      INT.setVolatile(memory, CAUSE_AT, cause.ordinal()); // pairs with cause()
    }
  }

  /** Gives the pool's words up: accesses that come later fail. A worker keeps its own. */
  @Override
  public void close() throws IOException {
    if (segment != null) {
      segment.close();
    }
  }
}
