package dev.tutti.process.block;

import dev.tutti.codec.DecodeException;
import dev.tutti.codec.PartSource;
import dev.tutti.codec.Parts;
import dev.tutti.memory.segment.Segment;
import dev.tutti.memory.segment.SegmentGoneException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of one other process, as this one reads them: each is mapped once, and unmapped when
 * it has not been read for a while.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
public final class BlockReader implements AutoCloseable {
  /*
   * Guarded by `lock`: the mappings, by the numbers of their blocks, which their owner gives once; and how many read each. A mapping
   * is closed by who takes it out of `mappings` (tick, close), when nobody reads it; or by the last reader after close().
   */
  private static final int TICKS = 4;

  private static final class Mapping {
    final Arena arena = Arena.ofShared();
    final MemorySegment memory;
    int readers;
    long idleSinceNanos;

    Mapping(Segment.Handle handle) throws IOException {
      try {
        memory = Uninterrupted.call(() -> Segment.map(handle, arena));
      } catch (IOException | RuntimeException | Error e) {
        arena.close();
        throw e;
      }
    }
  }

  private final long owner;
  private final boolean givesBack;
  private final Surroundings around;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Long, Mapping> mappings = new HashMap<>();
  private @Nullable Future<?> tick;
  private boolean closed;

  /**
   * Makes a reader that has nothing mapped yet.
   *
   * @param owner the process id of the blocks' owner
   * @param givesBack whether the owner is told when a value has been read; else the owner knows
   *     when
   */
  public BlockReader(long owner, boolean givesBack) {
    this(owner, givesBack, new Surroundings.Real());
  }

  BlockReader(long owner, boolean givesBack, Surroundings around) {
    this.owner = owner;
    this.givesBack = givesBack;
    this.around = around;
  }

  /** The large parts of one value. Closed when they have been copied. */
  public final class Reading implements AutoCloseable {
    private final Mapping mapping;
    private final PartsTable table;
    private boolean ended;

    private Reading(Mapping mapping, PartsTable table) {
      this.mapping = mapping;
      this.table = table;
    }

    /**
     * {@return the parts}
     *
     * @throws DecodeException if they are not all there
     */
    public PartSource parts() throws DecodeException {
      return PartSource.of(memory(), table.lengths());
    }

    /** {@return how much memory they take} */
    public long bytes() {
      return Parts.room(table.lengths());
    }

    /** {@return the memory of the parts, as far as they reach} */
    MemorySegment memory() {
      return mapping.memory.asSlice(Block.HEADER_BYTES, bytes());
    }

    /** A thread that cannot be stopped may read this for ever: the owner does without the block. */
    public void abandon() {
      if (givesBack) {
        Block.abandon(Block.header(mapping.memory), table.turn());
      }
    }

    @Override
    public void close() {
      if (!ended) {
        ended = true;
        if (givesBack) {
          Block.giveBack(Block.header(mapping.memory), table.turn()); // before it may be unmapped
        }
        end(mapping);
      }
    }
  }

  /**
   * Finds the large parts of a value.
   *
   * @param table what stood in the frame
   * @return the parts, to be closed when they have been copied
   * @throws DecodeException if the table is none
   * @throws SegmentGoneException if the owner has ended before its block was mapped
   * @throws IOException if the block cannot be mapped
   */
  public Reading read(ByteBuffer table) throws DecodeException, IOException {
    PartsTable parts = PartsTable.read(table);
    return new Reading(mapping(parts), parts);
  }

  private Mapping mapping(PartsTable table) throws IOException {
    Mapping known = begin(table.serial(), null);
    if (known == null) {
      Mapping made = new Mapping(new Segment.Handle(owner, table.descriptor(), table.bytes()));
      known = begin(table.serial(), made);
      if (known != made) {
        made.arena.close();
      }
    }
    if (known == null) {
      throw new IOException("the reader of large values is closed");
    }
    if (known.memory.byteSize() != table.bytes()) {
      end(known);
      throw new IOException(
          "block has another size: bytes=%d table=%d"
              .formatted(known.memory.byteSize(), table.bytes()));
    }
    return known;
  }

  private @Nullable Mapping begin(long serial, @Nullable Mapping made) {
    lock.lock();
    try {
      Mapping mapping = mappings.get(serial);
      if (mapping == null) {
        if (made == null || closed) {
          return null;
        }
        mapping = made;
        mappings.put(serial, made);
        ensureTicking();
      }
      mapping.readers++;
      return mapping;
    } finally {
      lock.unlock();
    }
  }

  private void end(Mapping mapping) {
    boolean last;
    lock.lock();
    try {
      mapping.readers--;
      mapping.idleSinceNanos = around.nanoTime();
      last = closed && mapping.readers == 0;
    } finally {
      lock.unlock();
    }
    if (last) {
      mapping.arena.close();
    }
  }

  /** With `lock` held. */
  private void ensureTicking() {
    if (tick == null) {
      tick = around.after(Blocks.KEPT_NANOS / TICKS, this::tick);
    }
  }

  private void tick() {
    List<Mapping> unused = new ArrayList<>();
    lock.lock();
    try {
      long now = around.nanoTime();
      mappings
          .values()
          .removeIf(mapping ->
              mapping.readers == 0
                  && now - mapping.idleSinceNanos >= Blocks.KEPT_NANOS
                  && unused.add(mapping));
      tick = null;
      if (!mappings.isEmpty()) {
        ensureTicking();
      }
    } finally {
      lock.unlock();
    }
    unused.forEach(mapping -> mapping.arena.close());
  }

  /** {@return how many blocks are mapped} */
  int mapped() {
    lock.lock();
    try {
      return mappings.size();
    } finally {
      lock.unlock();
    }
  }

  /** Unmaps all blocks; what is being read at this time, when it has been. */
  @Override
  public void close() {
    List<Mapping> unused = new ArrayList<>();
    lock.lock();
    try {
      closed = true;
      if (tick != null) {
        tick.cancel(false);
      }
      mappings.values().removeIf(mapping -> mapping.readers > 0 || unused.add(mapping));
      mappings.clear();
    } finally {
      lock.unlock();
    }
    unused.forEach(mapping -> mapping.arena.close());
  }
}
