package dev.tutti.process.block;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The blocks that one process owns: lent to a value while it crosses, kept for the next one, given
 * back to the system when nobody has needed them for a while.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
public final class Blocks implements AutoCloseable {
  /*
   * Guarded by `lock`: which blocks are free, which are lent, and how many bytes and blocks there are in all. A block is in `free`, in `lent`, or being made by the thread that will have it: its bytes are
   * counted before it is made. A lent block belongs to the one whom lend() gave it to until giveBack(), which removes it
   * from `lent`; only whoever finds it there gets it, so a second giveBack() does nothing.
   *
   * Segments are made and closed without the lock.
   *
   * tick() comes while there is a block, four times in the time that one is kept.
   */
  /** How long a block is kept that nobody needs. */
  static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final int TICKS = 4;

  /** Each takes a descriptor. */
  private static final int MOST_BLOCKS = 256;

  /** After the system had no room for a block, none is tried for so long. */
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final long LEAST_LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(20);
  private static final long MOST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long LEAST_STEP = 1 << 16;
  private static final int STEPS = 8;

  private final Surroundings around;
  private final long mostBytes;
  private final boolean waits;
  private final ReentrantLock lock = new ReentrantLock();
  private final FreeBlocks free = new FreeBlocks();
  private final Set<Block> lent = new HashSet<>();
  private long bytes;
  private long lentBytes;
  private int blocks;
  private long serials;
  private long pausedUntilNanos;
  private boolean paused;
  private @Nullable Future<?> tick;
  private boolean closed;
  private volatile long neverBack; // how many bytes were lent when nothing had come back for long

  /**
   * Makes a store without any block.
   *
   * @param mostBytes how many bytes its blocks may take; a single one may take more
   */
  public Blocks(long mostBytes) {
    this(mostBytes, false, new Surroundings.Real());
  }

  /**
   * {@return a store that waits until readers have given back so much that there is room}
   *
   * @param mostBytes how many bytes may be lent; a single block may have more
   */
  public static Blocks waiting(long mostBytes) {
    return new Blocks(mostBytes, true, new Surroundings.Real());
  }

  Blocks(long mostBytes, boolean waits, Surroundings around) {
    this.mostBytes = mostBytes;
    this.waits = waits;
    this.around = around;
  }

  /** {@return how much room a block has that is made for so many bytes: an eighth more at most} */
  static long roomFor(long bytes) {
    long step = Math.max(LEAST_STEP, Long.highestOneBit(bytes) / STEPS);
    return (bytes + step - 1) / step * step;
  }

  /**
   * Lends a block.
   *
   * @param needed how many bytes of parts it is for
   * @param must whether it is tried also where the store is full
   * @return the block, which is the caller's to fill; null if there is no room for it
   */
  @Nullable Block lend(long needed, boolean must) {
    long room = roomFor(needed);
    if (waits && !awaitRoom(room) && !must) {
      return null;
    }
    List<Block> surplus = new ArrayList<>();
    long serial;
    lock.lock();
    try {
      Block kept = takeFree(needed, room);
      if (kept != null) {
        return kept;
      }
      if (closed || (!must && !mayMake(room))) {
        return null;
      }
      makeRoom(room, surplus);
      serial = serials++;
      count(room, 1);
      lentBytes += room;
    } finally {
      lock.unlock();
    }
    surplus.forEach(Blocks::close);
    return make(room, serial);
  }

  /**
   * Readers say nothing when they give back, so this looks; a copy of so much takes longer. A
   * reader that has not come to a block for long never may: what needs one now does without, and so
   * does what comes later, at once, until something comes back.
   *
   * @return whether there is room
   */
  private boolean awaitRoom(long room) {
    long pause = LEAST_LOOK_NANOS;
    long began = around.nanoTime();
    long before = lentBytes();
    for (long now = collect(); now > 0 && now + room > mostBytes; now = collect()) {
      if (now < before) { // something has come back
        began = around.nanoTime();
        before = now;
      }
      if (now == neverBack || around.nanoTime() - began > LONGEST_WAIT_NANOS) {
        neverBack = now;
        return false;
      }
      LockSupport.parkNanos(this, pause);
      pause = Math.min(MOST_LOOK_NANOS, 2 * pause);
    }
    neverBack = 0;
    return true;
  }

  /**
   * Waits until readers have given back what they were told of.
   *
   * @param patience how long at most
   * @return whether they have
   */
  public boolean awaitReader(Duration patience) {
    long began = around.nanoTime();
    for (long left = collect(); left > 0; left = collect()) {
      if (left == neverBack || around.nanoTime() - began > patience.toNanos()) {
        return false;
      }
      LockSupport.parkNanos(this, MOST_LOOK_NANOS);
      boolean _ = Thread.interrupted(); // not ours to obey; a flag that stays would make this spin
    }
    return true;
  }

  private long lentBytes() {
    lock.lock();
    try {
      return lentBytes;
    } finally {
      lock.unlock();
    }
  }

  /** With `lock` held. A block that is more than twice as large stays for larger values. */
  private @Nullable Block takeFree(long needed, long room) {
    Block block = free.take(needed, 2 * room);
    if (block != null) {
      lend(block);
      lentBytes += block.room();
    }
    return block;
  }

  private void lend(Block block) {
    block.begin();
    lent.add(block);
  }

  private boolean mayMake(long room) {
    if (paused && around.nanoTime() - pausedUntilNanos < 0) {
      return false;
    }
    return lentBytes == 0 || (lentBytes + room <= mostBytes && lent.size() < MOST_BLOCKS);
  }

  /** With `lock` held: what is free goes, as far as the new block needs its place. */
  private void makeRoom(long room, List<Block> surplus) {
    while (!free.isEmpty() && (bytes + room > mostBytes || blocks >= MOST_BLOCKS)) {
      Block largest = free.takeLargest();
      surplus.add(largest);
      count(-largest.room(), -1);
    }
  }

  private void count(long moreBytes, int moreBlocks) {
    bytes += moreBytes;
    blocks += moreBlocks;
  }

  private @Nullable Block make(long room, long serial) {
    Block block = null;
    try {
      block = new Block(Uninterrupted.call(() -> around.make(Block.HEADER_BYTES + room)), serial);
    } catch (IOException | RuntimeException | Error e) { // an Error: no memory for the mapping
      log().log(Level.DEBUG, "no room for a block of shared memory: bytes={0} {1}", room, e);
    }
    boolean taken = false;
    lock.lock();
    try {
      if (block != null && !closed) {
        taken = true;
        paused = false;
        lend(block);
        ensureTicking();
      } else {
        count(-room, -1);
        lentBytes -= room;
        paused = true;
        pausedUntilNanos = around.nanoTime() + PAUSE_NANOS;
      }
    } finally {
      lock.unlock();
    }
    if (block != null && !taken) {
      close(block);
    }
    return taken ? block : null;
  }

  /**
   * A block has been filled: from now on it may be closed with the store.
   *
   * @return how its reader finds the parts; null if the store is closed
   */
  @Nullable PartsTable filled(Block block, long[] lengths) {
    lock.lock();
    try {
      block.filling = false;
      return closed ? null : block.table(lengths);
    } finally {
      lock.unlock();
    }
  }

  /** Takes a block back that nobody reads or fills any more. */
  void giveBack(Block block) {
    boolean surplus;
    lock.lock();
    try {
      surplus = takeBack(block);
    } finally {
      lock.unlock();
    }
    if (surplus) {
      close(block);
    }
  }

  /** With `lock` held: {@return whether the caller is to close it}. */
  private boolean takeBack(Block block) {
    if (!lent.remove(block)) {
      return false;
    }
    lentBytes -= block.room();
    if (closed) {
      count(-block.room(), -1);
      return true;
    }
    block.idleSinceNanos = around.nanoTime();
    free.add(block);
    return false;
  }

  /**
   * Takes those blocks back that their readers have given back.
   *
   * @return how many bytes are lent still
   */
  long collect() {
    List<Block> abandoned = new ArrayList<>();
    long left;
    lock.lock();
    try {
      if (!closed) {
        // In one hold of the lock: once it is back, it can be lent anew, and is not given back
        // then.
        lent.stream().filter(Block::isGivenBack).toList().forEach(this::takeBack);
        lent.removeIf(block -> block.isAbandoned() && abandoned.add(block));
        for (Block block : abandoned) {
          lentBytes -= block.room();
          count(-block.room(), -1);
        }
      }
      left = lentBytes;
    } finally {
      lock.unlock();
    }
    abandoned.forEach(Blocks::close);
    return left;
  }

  // ---------------------------------------------------------------- giving back to the system

  /** With `lock` held. */
  private void ensureTicking() {
    if (tick == null) {
      tick = around.after(KEPT_NANOS / TICKS, this::tick);
    }
  }

  private void tick() {
    collect();
    List<Block> unused;
    lock.lock();
    try {
      unused = free.takeIdle(around.nanoTime(), KEPT_NANOS);
      unused.forEach(block -> count(-block.room(), -1));
      tick = null;
      if (blocks > 0 && !closed) {
        ensureTicking();
      }
    } finally {
      lock.unlock();
    }
    unused.forEach(Blocks::close);
  }

  private static void close(Block block) {
    try {
      block.close();
    } catch (IOException | RuntimeException e) {
      log().log(Level.WARNING, "cannot give back a block of shared memory", e);
    }
  }

  /** {@return how many bytes there are in blocks, lent or free} */
  long bytes() {
    lock.lock();
    try {
      return bytes;
    } finally {
      lock.unlock();
    }
  }

  /** Gives all back; what is just being filled goes when it comes back. */
  @Override
  public void close() {
    List<Block> all = new ArrayList<>();
    lock.lock();
    try {
      closed = true;
      if (tick != null) {
        tick.cancel(false);
      }
      all.addAll(free.takeAll());
      for (Block block : List.copyOf(lent)) {
        if (!block.filling) {
          lent.remove(block);
          lentBytes -= block.room();
          all.add(block);
        }
      }
      all.forEach(block -> count(-block.room(), -1));
    } finally {
      lock.unlock();
    }
    all.forEach(Blocks::close);
  }

  /** Not in a field: a worker has blocks from its start on, and the first logger takes it long. */
  private static System.Logger log() {
    return System.getLogger("dev.tutti");
  }
}
