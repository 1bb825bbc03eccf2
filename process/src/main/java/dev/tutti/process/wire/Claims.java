package dev.tutti.process.wire;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.PathElement.sequenceElement;
import static java.lang.foreign.MemoryLayout.paddingLayout;
import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tutti.memory.segment.Segment;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * The words by which a pool and one of its workers agree on who has which item. They are in memory
 * that both map, so they tell the truth also when one of the two has died.
 *
 * <pre>
 *   0       4         8      12      16           24      32          64
 *   +-------+---------+------+-------+------------+-------+-----------+--------+--------+-- ... --+
 *   | magic | version | gate | cause | cause item | cores | (padding) | word 0 | word 1 |         |
 *   +-------+---------+------+-------+------------+-------+-----------+--------+--------+-- ... --+
 *
 *   behind them: a Ring to the pool, and one to the worker
 *
 *   word:   63                                                    2 1     0
 *           +-----------------------------------------------------+-------+
 *           | start time, in nanoseconds (while running)           | state |
 *           +-----------------------------------------------------+-------+
 * </pre>
 *
 * <p>Item number {@code n} of a worker has word {@code n} modulo {@link #WORDS}. The pool writes
 * {@code QUEUED} before it sends the item, and does so again for the next item of the same word
 * only after the worker has said that it is past the batch of the last one.
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
  private static final int VERSION = 2;
  private static final int STATE_BITS = 2;
  private static final long STATE_MASK = (1 << STATE_BITS) - 1;
  private static final long QUEUED = 0;
  private static final long RUNNING = 1;
  private static final long DONE = 2;
  private static final long TAKEN = 3;

  private static final StructLayout LAYOUT =
      structLayout(
          JAVA_INT.withName("magic"),
          JAVA_INT.withName("version"),
          JAVA_INT.withName("gate"),
          JAVA_INT.withName("cause"),
          JAVA_LONG.withName("causeItem"),
          JAVA_LONG.withName("cores"),
          paddingLayout(32),
          sequenceLayout(WORDS, JAVA_LONG).withName("words"));
  private static final VarHandle HEADER_MAGIC = LAYOUT.varHandle(groupElement("magic"));
  private static final VarHandle HEADER_VERSION = LAYOUT.varHandle(groupElement("version"));
  private static final VarHandle GATE = LAYOUT.varHandle(groupElement("gate"));
  private static final VarHandle CAUSE = LAYOUT.varHandle(groupElement("cause"));
  private static final VarHandle CAUSE_ITEM = LAYOUT.varHandle(groupElement("causeItem"));
  private static final VarHandle CORES = LAYOUT.varHandle(groupElement("cores"));
  private static final VarHandle WORD = LAYOUT.varHandle(groupElement("words"), sequenceElement());

  private static final long BYTES = LAYOUT.byteSize() + End.values().length * Ring.BYTES;

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

  private final Segment segment;
  private final MemorySegment memory;

  private Claims(Segment segment) {
    this.segment = segment;
    this.memory = segment.memory();
  }

  /**
   * Makes the words for one worker.
   *
   * @return the words, all queued
   * @throws IOException if there is no room for them
   */
  public static Claims create() throws IOException {
    Claims claims = new Claims(Segment.create(BYTES));
    HEADER_MAGIC.set(claims.memory, 0L, MAGIC);
    CORES.set(claims.memory, 0L, (long) Runtime.getRuntime().availableProcessors());
    HEADER_VERSION.setVolatile(claims.memory, 0L, VERSION);
    return claims;
  }

  /**
   * Maps the words that a pool has made for this worker.
   *
   * @param handle what the pool gave
   * @return the words
   * @throws IOException if they are not there, or are not of this version
   */
  public static Claims open(Segment.Handle handle) throws IOException {
    if (handle.bytes() != BYTES) {
      throw new IOException("claim words have a wrong size: bytes=" + handle.bytes());
    }
    Claims claims = new Claims(Segment.open(handle));
    int version = (int) HEADER_VERSION.getVolatile(claims.memory, 0L); // pairs with create()
    int magic = (int) HEADER_MAGIC.get(claims.memory, 0L);
    if (magic != MAGIC || version != VERSION) {
      claims.close();
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
  public Ring ring(End to) {
    return new Ring(memory.asSlice(LAYOUT.byteSize() + to.ordinal() * Ring.BYTES, Ring.BYTES));
  }

  /** {@return how many cores the pool's process may use; a worker's own share is smaller} */
  int cores() {
    return (int) (long) CORES.get(memory, 0L);
  }

  /** {@return how the worker finds these words} */
  public Segment.Handle handle() {
    return segment.handle();
  }

  private static long slot(long item) {
    return item & (WORDS - 1);
  }

  private boolean move(long item, long from, long to) {
    return WORD.compareAndSet(memory, 0L, slot(item), from, to);
  }

  private long word(long item) {
    return (long) WORD.getVolatile(memory, 0L, slot(item));
  }

  // ---------------------------------------------------------------- the pool

  /**
   * Makes an item ready to be claimed. For the pool, before it sends the item.
   *
   * @param item the item's number
   */
  public void queue(long item) {
    WORD.setVolatile(memory, 0L, slot(item), QUEUED);
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
    GATE.setVolatile(memory, 0L, 1); // pairs with isGateShut()
  }

  /** Opens the gate. */
  public void openGate() {
    GATE.setVolatile(memory, 0L, 0);
  }

  /** {@return what the worker recorded of its end} */
  public Cause cause() {
    int ordinal = (int) CAUSE.getVolatile(memory, 0L); // pairs with record()
    Cause[] all = Cause.values();
    return ordinal >= 0 && ordinal < all.length ? all[ordinal] : Cause.NONE;
  }

  /** {@return the number of the item at which it recorded that} */
  public long causeItem() {
    return (long) CAUSE_ITEM.get(memory, 0L); // after cause()
  }

  // ---------------------------------------------------------------- the worker

  /** {@return whether nothing may be claimed now} */
  public boolean isGateShut() {
    return (int) GATE.getVolatile(memory, 0L) != 0; // pairs with shutGate()
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
    WORD.setVolatile(memory, 0L, slot(item), DONE); // pairs with isRunning()
  }

  /**
   * Records why this process is about to end. The first record stays.
   *
   * @param cause why
   * @param item the number of the item that runs; negative if none does
   */
  public void record(Cause cause, long item) {
    if (cause() == Cause.NONE) {
      CAUSE_ITEM.set(memory, 0L, item);
      CAUSE.setVolatile(memory, 0L, cause.ordinal()); // pairs with cause()
    }
  }

  @Override
  public void close() throws IOException {
    segment.close();
  }
}
