package dev.tutti.memory.segment;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.paddingLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.Serializable;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
import java.lang.ref.Cleaner;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A segment that knows who it is: each process maps it once, however many handles to it come in.
 *
 * <pre>
 *   0       4         8        16        24        32            64
 *   +-------+---------+--------+---------+---------+-------------+-- ... --+
 *   | magic | version | bytes  | id (16 bytes)     |  (padding)  |  data   |
 *   +-------+---------+--------+---------+---------+-------------+-- ... --+
 * </pre>
 *
 * <p><b>Lifetime.</b> Mapped until it is closed, or until nothing in this process refers to it any
 * more. The memory is freed when no process maps it. A handle is good while the process that gave
 * it has the segment mapped.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 *
 * <p><b>Failure.</b> A handle to a segment that is gone, or whose descriptor is something else by
 * now, is an {@code IOException} of {@link #attach}.
 */
public final class SharedSegment implements AutoCloseable {
  /*
   * `attached` maps the identity to what this process has of it, weakly: whoever uses a segment holds it.
   * It is guarded by `lock`, which is held while a segment is opened, so two threads that get the same handle
   * open it once. What is dropped is closed by a cleaner.
   */
  private static final int MAGIC = 0x54534547; // "TSEG"
  private static final int VERSION = 1;
  private static final StructLayout HEADER =
      structLayout(
          JAVA_INT.withName("magic"),
          JAVA_INT.withName("version"),
          JAVA_LONG.withName("bytes"),
          JAVA_LONG.withName("idHigh"),
          JAVA_LONG.withName("idLow"),
          paddingLayout(32));
  private static final VarHandle HEAD_MAGIC = HEADER.varHandle(groupElement("magic"));
  private static final VarHandle HEAD_VERSION = HEADER.varHandle(groupElement("version"));
  private static final VarHandle HEAD_BYTES = HEADER.varHandle(groupElement("bytes"));
  private static final VarHandle HEAD_ID_HIGH = HEADER.varHandle(groupElement("idHigh"));
  private static final VarHandle HEAD_ID_LOW = HEADER.varHandle(groupElement("idLow"));

  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final Cleaner CLEANER = Cleaner.create();
  private static final ReentrantLock LOCK = new ReentrantLock();
  private static final Map<UUID, WeakReference<SharedSegment>> ATTACHED = new HashMap<>();

  private final UUID id;
  private final Segment segment;
  private final MemorySegment data;
  private final Cleaner.Cleanable closing;

  private SharedSegment(UUID id, Segment segment) {
    this.id = id;
    this.segment = segment;
    this.data = segment.memory().asSlice(HEADER.byteSize());
    this.closing = CLEANER.register(this, new Closing(id, segment));
  }

  /** With the lock held. */
  private SharedSegment known() {
    ATTACHED.put(id, new WeakReference<>(this));
    return this;
  }

  /**
   * How another process finds a segment.
   *
   * @param segment where it is
   * @param id who it is
   */
  public record Handle(Segment.Handle segment, UUID id) implements Serializable {}

  /** Does not hold on to the shared segment, or that would never be dropped. */
  private record Closing(UUID id, Segment segment) implements Runnable {
    @Override
    public void run() {
      LOCK.lock();
      try {
        WeakReference<SharedSegment> there = ATTACHED.get(id);
        if (there != null && there.get() == null) {
          ATTACHED.remove(id);
        }
      } finally {
        LOCK.unlock();
      }
      try {
        segment.close();
      } catch (IOException e) {
        LOG.log(Level.WARNING, "cannot close a segment", e);
      }
    }
  }

  /**
   * Makes a segment, filled with zeros.
   *
   * @param bytes how much data it has room for, at least 1
   * @return the segment
   * @throws IOException if there is no room for it
   */
  public static SharedSegment create(long bytes) throws IOException {
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes must be >= 1: bytes=" + bytes);
    }
    if (bytes > Long.MAX_VALUE - HEADER.byteSize()) {
      throw new IOException("no room for a segment of shared memory: bytes=" + bytes);
    }
    Segment segment = Segment.create(HEADER.byteSize() + bytes);
    UUID id = UUID.randomUUID();
    MemorySegment head = segment.memory();
    HEAD_BYTES.set(head, 0L, bytes);
    HEAD_ID_HIGH.set(head, 0L, id.getMostSignificantBits());
    HEAD_ID_LOW.set(head, 0L, id.getLeastSignificantBits());
    HEAD_VERSION.set(head, 0L, VERSION);
    HEAD_MAGIC.setRelease(head, 0L, MAGIC); // pairs with ensureIs()
    LOCK.lock();
    try {
      return new SharedSegment(id, segment).known();
    } finally {
      LOCK.unlock();
    }
  }

  /**
   * Finds a segment of this or another process.
   *
   * @param handle what {@link #handle} gave, in this or another process
   * @return the segment; in one process the same for the same segment, as long as that is in use
   * @throws SegmentGoneException if the giver is gone or has closed it, or something else is in its
   *     place
   * @throws IOException if it cannot be mapped
   */
  public static SharedSegment attach(Handle handle) throws IOException {
    LOCK.lock();
    try {
      WeakReference<SharedSegment> there = ATTACHED.get(handle.id());
      SharedSegment known = there == null ? null : there.get();
      return known != null ? known : open(handle).known();
    } finally {
      LOCK.unlock();
    }
  }

  /**
   * Finds a segment of this or another process, and maps it beside what this process has of it
   * already: to close either leaves the other as it is.
   *
   * @param handle what {@link #handle} gave, in this or another process
   * @return the segment
   * @throws SegmentGoneException if the giver is gone or has closed it, or something else is in its
   *     place
   * @throws IOException if it cannot be mapped
   */
  public static SharedSegment open(Handle handle) throws IOException {
    Segment segment;
    try {
      segment = Segment.open(handle.segment());
    } catch (SegmentGoneException e) {
      throw new SegmentGoneException(
          "shared memory is gone: its process has ended or has closed it: pid=%d: %s; keep it open in the process that gives it"
              .formatted(handle.segment().pid(), e.getMessage()),
          e);
    }
    String wrong = ensureIs(segment.memory(), handle.id());
    if (wrong != null) {
      segment.close();
      throw new SegmentGoneException(
          "shared memory is gone: something else has its descriptor: pid=%d %s"
              .formatted(handle.segment().pid(), wrong));
    }
    return new SharedSegment(handle.id(), segment);
  }

  /**
   * {@return whether a handle still leads to its segment} Costs much less than to open it.
   *
   * @param handle what {@link #handle} gave, in this or another process
   * @throws IOException if that cannot be told
   */
  static boolean isThere(Handle handle) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      return ensureIs(Segment.map(handle.segment(), arena), handle.id()) == null;
    } catch (SegmentGoneException e) {
      return false;
    }
  }

  /** {@return what is wrong with a segment; null if it is the one that is looked for} */
  private static @Nullable String ensureIs(MemorySegment head, UUID id) {
    if (head.byteSize() <= HEADER.byteSize()) {
      return "bytes=" + head.byteSize();
    }
    int magic = (int) HEAD_MAGIC.getAcquire(head, 0L); // pairs with create()
    int version = (int) HEAD_VERSION.get(head, 0L);
    UUID found = new UUID((long) HEAD_ID_HIGH.get(head, 0L), (long) HEAD_ID_LOW.get(head, 0L));
    boolean same = magic == MAGIC && version == VERSION && found.equals(id);
    return same ? null : "magic=%x version=%d id=%s".formatted(magic, version, found);
  }

  /** {@return who this segment is, in every process} */
  public UUID id() {
    return id;
  }

  /** {@return its data; accesses fail once it is closed} */
  public MemorySegment data() {
    return data;
  }

  /** {@return whether this process has it mapped} */
  public boolean isOpen() {
    return data.scope().isAlive();
  }

  /**
   * Maps its data once more.
   *
   * @param arena how long the mapping lasts, also when this segment is closed before
   * @return its data
   * @throws IOException if this segment is closed, or there is no room for a mapping
   */
  public MemorySegment map(Arena arena) throws IOException {
    return segment.map(arena).asSlice(HEADER.byteSize());
  }

  /**
   * Writes behind the end of its data, as {@link Segment#writeBehind} does.
   *
   * @param bytes what to write
   * @throws IOException if there is no room for it
   */
  public void writeBehind(byte[] bytes) throws IOException {
    segment.writeBehind(bytes);
  }

  /**
   * Reads what was written behind the end.
   *
   * @param bytes is filled with it
   * @throws IOException if there is less
   */
  public void readBehind(byte[] bytes) throws IOException {
    segment.readBehind(bytes);
  }

  /**
   * Removes what is behind the end.
   *
   * @throws IOException if this segment is closed
   */
  public void cut() throws IOException {
    segment.cut();
  }

  /**
   * {@return how another process finds it, as long as this one has it mapped}
   *
   * @throws IllegalStateException if it is closed
   */
  public Handle handle() {
    return new Handle(segment.handle(), id);
  }

  /** Gives up this process's mapping; others keep theirs. */
  @Override
  public void close() {
    LOCK.lock();
    try {
      WeakReference<SharedSegment> there = ATTACHED.get(id);
      if (there != null && there.get() == this) {
        ATTACHED.remove(id);
      }
    } finally {
      LOCK.unlock();
    }
    closing.clean();
  }
}
