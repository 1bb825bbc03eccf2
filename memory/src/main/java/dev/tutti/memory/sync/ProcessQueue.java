package dev.tutti.memory.sync;

import dev.tutti.codec.Codec;
import dev.tutti.codec.DecodeException;
import dev.tutti.codec.Filters;
import dev.tutti.codec.Role;
import dev.tutti.memory.bell.SharedObject;
import dev.tutti.memory.segment.Names;
import dev.tutti.plan.DataSize;
import dev.tutti.task.NotSendableException;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.AbstractQueue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Spliterator;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A queue that threads of several processes put items into and take items out of.
 *
 * {@snippet class="dev.tutti.memory.sync.SyncSnippets" region="queue"}
 *
 * <p>An item is copied as what a task captures is, when it is put; {@code Path}, {@code Optional}
 * and {@code ByteBuffer} cross. The queue is bounded by the number of items and by their bytes,
 * each with 8 more, in units of 8. An item larger than that goes beside: there is room for one such
 * at a time. Items are read with classes as the calling thread's context class loader finds them;
 * all that the program sees and the plain values of the JDK may come, and if the program has a
 * filter of its own ({@code jdk.serialFilter}), that has to agree.
 *
 * <p>Items come out in the order in which they were put. They leave at the head only: {@code
 * remove(Object)} and the iterator's {@code remove} are not supported. Iterators, {@code contains}
 * and {@code toArray} look at a copy of what was there when they were called.
 *
 * <p><b>Lifetime.</b> As long as some process refers to it; see the {@linkplain
 * dev.tutti.memory.sync package}. A process may end with its items unread: they are in the queue,
 * not in the process. After {@link #close} what is there can be taken, then a take or poll throws
 * {@link QueueClosedException}; {@link #closeNow} throws away what is there.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread. Who waits gets its turn in no
 * particular order.
 *
 * <p><b>Memory consistency.</b> What a thread does before it puts an item happens-before what
 * another thread, of whatever process, does after it has taken that item; for objects in memory
 * that both share. The item itself is a copy.
 *
 * <p><b>Failure.</b> A process that dies in the middle of a put harms nothing: the item is in the
 * queue or it is not. One that dies in the middle of a take has that item with it or has not; if it
 * has, {@link #lost} counts it. Items that a process had taken and not marked done when it ended
 * count as done for {@link #join}, and {@link #abandoned} counts them. A process that is only
 * stopped in the middle of a put or take holds up the others.
 *
 * @param <E> the type of the items
 * @since 0.1
 */
@SuppressWarnings("serial") // what is written is a handle
public final class ProcessQueue<E> extends AbstractQueue<E>
    implements BlockingQueue<E>, Serializable {
  @Serial private static final long serialVersionUID = 1L;
  private static final DataSize USUAL = DataSize.mib(1);
  private static final int MOST_ITEMS = 1 << 30;
  private static final long LEAST_BYTES = 64;
  private static final long MOST_BYTES = 8L << 30;

  private final transient SharedObject object;
  private final transient Ring ring;
  private final transient QueueLines lines;

  ProcessQueue(SharedObject object) {
    this.object = object;
    long bytes = object.segment().data().byteSize() - QueueLayout.CELLS;
    this.ring = new Ring(object.members(), new MappedCells(object.segment(), bytes / Long.BYTES));
    this.lines = new QueueLines(object.members(), object.key(), ring);
  }

  // ---------------------------------------------------------------- making

  /**
   * Makes a queue with room for a mebibyte.
   *
   * @param <E> the type of the items
   * @param capacity how many items it may have, from 1 to 2^30
   * @return the queue
   * @throws IllegalArgumentException if the capacity is outside that
   * @throws java.io.UncheckedIOException if there is no memory for it
   */
  public static <E> ProcessQueue<E> create(int capacity) {
    return create(capacity, USUAL);
  }

  /**
   * Makes a queue.
   *
   * @param <E> the type of the items
   * @param capacity how many items it may have, from 1 to 2^30
   * @param bytes how many bytes they may have, from 64 bytes to 8 GiB; all of it is reserved
   * @return the queue
   * @throws IllegalArgumentException if one of them is outside that
   * @throws java.io.UncheckedIOException if there is no memory for it
   */
  @SuppressWarnings("unchecked") // it is new
  public static <E> ProcessQueue<E> create(int capacity, DataSize bytes) {
    if (capacity < 1 || capacity > MOST_ITEMS) {
      throw new IllegalArgumentException(
          "capacity must be >= 1 and <= %d: capacity=%d".formatted(MOST_ITEMS, capacity));
    }
    if (bytes.bytes() < LEAST_BYTES || bytes.bytes() > MOST_BYTES) {
      throw new IllegalArgumentException(
          "bytes must be >= %d and <= %d: bytes=%d"
              .formatted(LEAST_BYTES, MOST_BYTES, bytes.bytes()));
    }
    int units = (int) ((bytes.bytes() + Long.BYTES - 1) / Long.BYTES);
    return Handle.create(
        Kind.QUEUE,
        ProcessQueue.class,
        QueueLayout.BYTES + (long) units * Long.BYTES,
        made -> Ring.first(made.members().words(), capacity, units));
  }

  /**
   * Makes a queue that other processes of this user find by a name. The name stands for it until
   * this process ends or calls {@link #closeNow}; whoever has opened it until then keeps it.
   *
   * @param <E> the type of the items
   * @param name as that of a {@link dev.tutti.memory.SharedMemory}, with which it shares the names
   * @param capacity how many items it may have, at least 1
   * @param bytes how many bytes they may have, from 64 bytes to 8 GiB
   * @return the queue
   * @throws java.nio.file.FileAlreadyExistsException if a live process has the name
   * @throws IOException if there is no memory for it
   */
  public static <E> ProcessQueue<E> named(String name, int capacity, DataSize bytes)
      throws IOException {
    Names.ensureName(name);
    Names names = Names.ofUser();
    names.ensureFree(name);
    ProcessQueue<E> made = create(capacity, bytes);
    names.claim(name, made.object.segment());
    return made;
  }

  /**
   * Finds the queue of a name, which another or this process has made.
   *
   * @param <E> the type of the items, as its maker has it
   * @param name what was given to {@link #named}
   * @return the queue
   * @throws java.nio.file.NoSuchFileException if no live process has a queue of that name
   * @throws IOException if it cannot be used, or the name is that of something else
   */
  @SuppressWarnings("unchecked") // the caller knows what is in it
  public static <E> ProcessQueue<E> open(String name) throws IOException {
    Names.ensureName(name);
    return Handle.open(Kind.QUEUE, ProcessQueue.class, Names.ofUser().attach(name));
  }

  // ---------------------------------------------------------------- putting

  /**
   * Puts an item, and waits for room.
   *
   * @param item the item, not null
   * @throws NullPointerException if it is null
   * @throws NotSendableException if it cannot cross; nothing is put
   * @throws QueueClosedException if the queue is closed, also while it waits
   * @throws InterruptedException if the calling thread is interrupted; nothing is put
   * @throws java.io.UncheckedIOException if there is no memory for an item that is larger than the
   *     queue
   */
  @Override
  public void put(E item) throws InterruptedException {
    put(item, Nanos.FOREVER);
  }

  /**
   * {@return whether there was room for an item; it is put then}
   *
   * @param item the item
   * @throws NotSendableException if it cannot cross; nothing is put
   * @throws QueueClosedException if the queue is closed
   * @throws java.io.UncheckedIOException if there is no memory for an item that is larger than the
   *     queue
   */
  @Override
  public boolean offer(E item) {
    byte[] bytes = encode(item);
    return Uninterrupted.run(() -> isDone(lines.put(bytes, 0), "put"));
  }

  /**
   * Puts an item if there is room for it within a time.
   *
   * @param item the item
   * @param timeout how long to wait; not at all if it is zero or negative
   * @param unit the unit of the time
   * @return whether it is put
   * @throws NotSendableException if it cannot cross; nothing is put
   * @throws QueueClosedException if the queue is closed, also while it waits
   * @throws InterruptedException if the calling thread is interrupted; nothing is put
   * @throws java.io.UncheckedIOException if there is no memory for an item that is larger than the
   *     queue
   */
  @Override
  public boolean offer(E item, long timeout, TimeUnit unit) throws InterruptedException {
    return put(item, unit.toNanos(timeout));
  }

  /**
   * Puts an item if there is room for it within a time.
   *
   * @param item the item
   * @param timeout how long to wait; not at all if it is zero or negative
   * @return whether it is put
   * @throws NotSendableException if it cannot cross; nothing is put
   * @throws QueueClosedException if the queue is closed, also while it waits
   * @throws InterruptedException if the calling thread is interrupted; nothing is put
   * @throws java.io.UncheckedIOException if there is no memory for an item that is larger than the
   *     queue
   */
  public boolean offer(E item, Duration timeout) throws InterruptedException {
    return put(item, Nanos.of(timeout));
  }

  /**
   * Puts an item.
   *
   * @param item the item
   * @return true
   * @throws NotSendableException if it cannot cross; nothing is put
   * @throws IllegalStateException if there is no room for it; as {@link QueueClosedException} if
   *     the queue is closed
   * @throws java.io.UncheckedIOException if there is no memory for an item that is larger than the
   *     queue
   */
  @Override
  public boolean add(E item) {
    if (!offer(item)) {
      throw new IllegalStateException(
          "queue is full: %s; use put to wait for room".formatted(this));
    }
    return true;
  }

  private boolean put(E item, long nanos) throws InterruptedException {
    byte[] bytes = encode(item);
    ensureNotInterrupted();
    return isDone(lines.put(bytes, nanos), "put");
  }

  private static byte[] encode(@Nullable Object item) {
    return Codec.encode(Objects.requireNonNull(item, "item"), Role.QUEUED);
  }

  private static void ensureNotInterrupted() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  private boolean isDone(Ring.Tried tried, String what) {
    if (tried == Ring.Tried.CLOSED) {
      throw new QueueClosedException("cannot %s: queue is closed: %s".formatted(what, this));
    }
    return tried == Ring.Tried.DONE;
  }

  // ---------------------------------------------------------------- taking

  /**
   * Takes the item at the head, and waits for one.
   *
   * @return the item
   * @throws NotSendableException if it cannot be read here; it is taken
   * @throws QueueClosedException if the queue is closed and no item is left, also while it waits
   * @throws InterruptedException if the calling thread is interrupted; nothing is taken
   */
  @Override
  public E take() throws InterruptedException {
    return Objects.requireNonNull(take(Nanos.FOREVER));
  }

  /**
   * {@return the item at the head, which is taken; null if there is none}
   *
   * @throws NotSendableException if it cannot be read here; it is taken
   * @throws QueueClosedException if the queue is closed and no item is left
   */
  @Override
  public @Nullable E poll() {
    Ring.Taken taken = new Ring.Taken();
    Uninterrupted.run(() -> isDone(lines.take(taken, 0), "take"));
    return arrived(taken);
  }

  /**
   * Takes the item at the head, if there is one within a time.
   *
   * @param timeout how long to wait; not at all if it is zero or negative
   * @param unit the unit of the time
   * @return the item; null if there is none
   * @throws NotSendableException if it cannot be read here; it is taken
   * @throws QueueClosedException if the queue is closed and no item is left, also while it waits
   * @throws InterruptedException if the calling thread is interrupted; nothing is taken
   */
  @Override
  public @Nullable E poll(long timeout, TimeUnit unit) throws InterruptedException {
    return take(unit.toNanos(timeout));
  }

  /**
   * Takes the item at the head, if there is one within a time.
   *
   * @param timeout how long to wait; not at all if it is zero or negative
   * @return the item; null if there is none
   * @throws NotSendableException if it cannot be read here; it is taken
   * @throws QueueClosedException if the queue is closed and no item is left, also while it waits
   * @throws InterruptedException if the calling thread is interrupted; nothing is taken
   */
  public @Nullable E poll(Duration timeout) throws InterruptedException {
    return take(Nanos.of(timeout));
  }

  /**
   * Takes items one by one, waiting for each, until the queue is closed and none is left. Each is
   * taken when the stream asks for it, none ahead. Several such streams, in one process or many,
   * share the items. A parallel stream takes them one by one too.
   *
   * @return the items as they come. Taking one throws {@link NotSendableException} if it cannot be
   *     read here, and {@link java.util.concurrent.CancellationException} if the thread is
   *     interrupted, whose flag stays set
   */
  public Stream<E> takeUntilClosed() {
    return StreamSupport.stream(new TakenItems<>(this), false);
  }

  /**
   * Takes all items that are there, without waiting, also if the queue is closed.
   *
   * @param to where they go
   * @return how many
   * @throws NotSendableException if one cannot be read here; it is taken, and so are those before
   */
  @Override
  public int drainTo(Collection<? super E> to) {
    return drainTo(to, Integer.MAX_VALUE);
  }

  /**
   * Takes items that are there, without waiting, also if the queue is closed.
   *
   * @param to where they go
   * @param most how many at most
   * @return how many
   * @throws NotSendableException if one cannot be read here; it is taken, and so are those before
   */
  @Override
  public int drainTo(Collection<? super E> to, int most) {
    Objects.requireNonNull(to, "to");
    if (to == this) {
      throw new IllegalArgumentException("a queue cannot be drained to itself");
    }
    int count = 0;
    E item = count < most ? pollOpen() : null;
    while (item != null) {
      to.add(item);
      count++;
      item = count < most ? pollOpen() : null;
    }
    return count;
  }

  /** Does not throw at the end. */
  private @Nullable E pollOpen() {
    Ring.Taken taken = new Ring.Taken();
    Uninterrupted.run(() -> lines.take(taken, 0) == Ring.Tried.DONE);
    return arrived(taken);
  }

  private @Nullable E take(long nanos) throws InterruptedException {
    ensureNotInterrupted();
    Ring.Taken taken = new Ring.Taken();
    isDone(lines.take(taken, nanos), "take");
    return arrived(taken);
  }

  private @Nullable E arrived(Ring.Taken taken) {
    byte[] bytes = taken.item;
    if (bytes == null) {
      return null;
    }
    try {
      if (!ring.fits(bytes)) {
        lines.tidy();
      }
      return decode(bytes);
    } finally {
      ring.hands().delivered(); // last: until then it is lost if this process dies
    }
  }

  @SuppressWarnings("unchecked") // who puts something else has a queue of another type
  private E decode(byte[] bytes) {
    ClassLoader own = Thread.currentThread().getContextClassLoader();
    ClassLoader loader = own == null ? ClassLoader.getSystemClassLoader() : own;
    try {
      Object item = Codec.decode(ByteBuffer.wrap(bytes), loader, Filters.results());
      return (E) Objects.requireNonNull(item, "item");
    } catch (DecodeException e) {
      throw new NotSendableException(
          "cannot read the item of the queue: %s [T023]".formatted(e.getMessage()), e.getCause());
    }
  }

  // ---------------------------------------------------------------- looking

  /**
   * {@return the item at the head, which stays there; null if there is none}
   *
   * @throws NotSendableException if it cannot be read here
   */
  @Override
  public @Nullable E peek() {
    List<E> first = copies(1);
    return first.isEmpty() ? null : first.getFirst();
  }

  /**
   * {@return the items that are there now, as a copy}
   *
   * @throws NotSendableException if one cannot be read here
   */
  @Override
  public Iterator<E> iterator() {
    Iterator<E> copies = copies(Integer.MAX_VALUE).iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return copies.hasNext();
      }

      @Override
      public E next() {
        return copies.next();
      }

      @Override
      public void remove() {
        throw leavesInOrder();
      }
    };
  }

  /**
   * {@return the items that are there now, as a copy}
   *
   * @throws NotSendableException if one cannot be read here
   */
  @Override
  public Spliterator<E> spliterator() {
    return copies(Integer.MAX_VALUE).spliterator();
  }

  private List<E> copies(int most) {
    List<byte[]> copies = new ArrayList<>();
    lines.inTakeTurn(() -> copies.addAll(ring.copiesInTurn(most)) ? 1 : 0);
    return copies.stream().map(this::decode).toList();
  }

  private static UnsupportedOperationException leavesInOrder() {
    return new UnsupportedOperationException(
        "items leave a ProcessQueue in their order only; take them");
  }

  /**
   * Refuses: items leave in their order.
   *
   * @param item what to remove
   * @return nothing
   * @throws UnsupportedOperationException always
   */
  @Override
  public boolean remove(Object item) {
    throw leavesInOrder();
  }

  /** {@return how many items are there} */
  @Override
  public int size() {
    return ring.size();
  }

  /** {@return how many items it may have} */
  public int capacity() {
    return ring.capacity();
  }

  /** {@return how many more items it may have now, if their bytes leave room} */
  @Override
  public int remainingCapacity() {
    return ring.capacity() - ring.size();
  }

  /** Throws away the items that are there. They count as done. */
  @Override
  public void clear() {
    lines.discard(false);
  }

  // ---------------------------------------------------------------- done

  /**
   * Marks one item done that this process has taken.
   *
   * @throws IllegalStateException if this process has marked all done that it has taken
   */
  public void taskDone() {
    if (!lines.done()) {
      throw new IllegalStateException(
          "marked more items done than this process has taken: mark each once, where it was taken: "
              + this);
    }
  }

  /**
   * Waits until each item that was put is taken and marked done. What was in the hands of a process
   * that has ended counts as done; see {@link #abandoned}.
   *
   * @throws InterruptedException if the calling thread is interrupted
   */
  public void join() throws InterruptedException {
    awaitDone(Nanos.FOREVER);
  }

  /**
   * Waits until each item that was put is taken and marked done, as {@link #join()} does.
   *
   * @param timeout how long to wait; not at all if it is zero or negative
   * @return whether all are done
   * @throws InterruptedException if the calling thread is interrupted
   */
  public boolean join(Duration timeout) throws InterruptedException {
    return awaitDone(Nanos.of(timeout));
  }

  private boolean awaitDone(long nanos) throws InterruptedException {
    ensureNotInterrupted();
    try {
      return lines.awaitDone(nanos);
    } finally {
      Reference.reachabilityFence(this); // a second object would not know who waits in this one
    }
  }

  /** {@return how many items are in the queue, or taken by living processes and not marked done} */
  public long unfinished() {
    return ring.unfinished();
  }

  /**
   * {@return how many items went with processes that died in the middle of a take} Each of them was
   * out of the queue and had not come to the one who wanted it. A death is found out within a
   * quarter of a second.
   */
  public long lost() {
    return lines.inTakeTurn(ring.hands()::lost);
  }

  /**
   * {@return how many items processes had taken and not marked done when they ended} With those
   * that are lost. It tells something only where those who take call {@link #taskDone}.
   */
  public long abandoned() {
    return lines.inTakeTurn(ring.hands()::abandoned);
  }

  // ---------------------------------------------------------------- end

  /**
   * Lets nothing be put any more. What is there can be taken; who waits for room gets a {@link
   * QueueClosedException} now, who waits for items when none is left. A second call does nothing.
   */
  public void close() {
    lines.close();
  }

  /**
   * Closes the queue and throws away what is there; that counts as done. If it was made with a name
   * here, the name is given up.
   */
  public void closeNow() {
    lines.discard(true);
    Names.release(object.segment());
  }

  /** {@return whether nothing can be put any more} */
  public boolean isClosed() {
    return ring.isClosed();
  }

  /** {@return the handle that crosses in its place} */
  @Serial
  private Object writeReplace() {
    return Handle.of(Kind.QUEUE, object);
  }

  /**
   * Refuses: only a handle crosses.
   *
   * @param in what is read
   * @throws InvalidObjectException always
   */
  @Serial
  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("only a handle crosses");
  }

  /**
   * {@return how many items and bytes it has, of how many, what is lost, and who waits in this
   * process}
   */
  @Override
  public String toString() {
    return "ProcessQueue[size=%d/%d, bytes=%d/%d, %s, lost=%d, waiting here to take=%d to put=%d]"
        .formatted(
            size(),
            capacity(),
            ring.usedBytes(),
            ring.bytes(),
            isClosed() ? "closed" : "open",
            ring.hands().lost(),
            lines.takersHere(),
            lines.puttersHere());
  }
}
