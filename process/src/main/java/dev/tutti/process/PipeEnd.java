package dev.tutti.process;

import dev.tutti.codec.Codec;
import dev.tutti.codec.DecodeException;
import dev.tutti.codec.Role;
import dev.tutti.codec.ValueFilter;
import dev.tutti.process.pipe.Deadline;
import dev.tutti.process.pipe.Guest;
import dev.tutti.process.pipe.Invitation;
import dev.tutti.process.pipe.Message;
import dev.tutti.process.pipe.Settled;
import dev.tutti.process.pipe.Side;
import dev.tutti.process.pipe.Watch;
import dev.tutti.process.pipe.Wire;
import dev.tutti.task.NotSendableException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.io.StreamCorruptedException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One end of a pipe: messages, which are objects or bytes, go to the other end and come from there.
 *
 * {@snippet class=dev.tutti.process.PipeSnippets region=end lang=java}
 *
 * <p>A message is one piece at both ends, whatever its length; an empty one is one too. Objects are
 * copied as what a task captures is; {@code Path}, {@code Optional} and {@code ByteBuffer} cross.
 * What comes is read under a {@link ResultFilter}, with classes as the calling thread's context
 * class loader finds them; the filter's bound on time does not hold, because it is the calling
 * thread that reads.
 *
 * <p>An end of a {@link MessagePipe} can be sent to another process, as part of a task, an item, a
 * result or a message. It then belongs to the process that uses it first: for every other one it is
 * an {@link IllegalStateException}. Sending it does not use it, nor does asking what it is; all
 * other methods do. One that has been used stays where it is.
 *
 * <p><b>Lifetime.</b> From its first use until {@link #close}, until nothing refers to it any more,
 * or until its process ends. What was sent before that arrives, unless the process is killed before
 * the system has taken it. To close an end that nobody has used means that nobody will.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread. A message that several
 * threads wait for goes to one of them. What one thread sends arrives in this order.
 *
 * <p><b>Memory consistency.</b> What a thread does before it sends a message happens-before what
 * follows its receipt, between the threads of one JVM. Another process sees the copy that was made
 * by {@code send}.
 *
 * <p><b>Failure.</b> When the other end is closed, or the process that has it has ended in whatever
 * way, the messages that are left can be received; after them {@code receive} throws {@link
 * EOFException}. A process that waits for an end that was sent and that nobody uses waits until
 * that end is closed, or the process ends that has opened the pipe. An interrupt breaks no pipe.
 *
 * @since 0.1
 */
@SuppressWarnings("serial") // what is written is a Sent
public final class PipeEnd implements AutoCloseable, Serializable {
  @Serial private static final long serialVersionUID = 1L;
  private static final Cleaner CLEANER = Cleaner.create();
  private static final String WAY_OUT = "send something else, or allow it: receive(%s)";

  private final transient Side side;
  private final transient boolean readable;
  private final transient boolean writable;

  PipeEnd(Side side, boolean readable, boolean writable) {
    this.side = side;
    this.readable = readable;
    this.writable = writable;
    Cleaner.Cleanable _ = CLEANER.register(this, side::drop);
  }

  /** An end that a listener or a client has connected. */
  static PipeEnd of(Wire wire) {
    return new PipeEnd(new Settled(wire), true, true);
  }

  // ---------------------------------------------------------------- what it is

  /** {@return whether it can receive} */
  public boolean isReadable() {
    return readable;
  }

  /** {@return whether it can send} */
  public boolean isWritable() {
    return writable;
  }

  // ---------------------------------------------------------------- sending

  /**
   * Sends an object. It waits while there is no room on the way: the other end has to read.
   *
   * @param message the object, or null
   * @throws IOException if either end is closed
   * @throws InterruptedException if the calling thread is interrupted; nothing is sent. If the
   *     message is on its way already, {@code send} returns, another thread sends the rest, and the
   *     thread stays interrupted
   * @throws NotSendableException if it cannot cross; nothing is sent
   * @throws IllegalStateException if this end only receives, or another process has it
   */
  public void send(@Nullable Object message) throws IOException, InterruptedException {
    ensureWritable();
    send(Message.Kind.OBJECT, ByteBuffer.wrap(Codec.encode(message, Role.MESSAGE)));
  }

  /**
   * Sends bytes.
   *
   * @param bytes the message
   * @throws IOException if either end is closed
   * @throws InterruptedException if the calling thread is interrupted, as for {@link #send}
   * @throws IllegalStateException if this end only receives, or another process has it
   */
  public void sendBytes(byte[] bytes) throws IOException, InterruptedException {
    sendBytes(ByteBuffer.wrap(bytes));
  }

  /**
   * Sends a part of an array of bytes.
   *
   * @param bytes where the message is
   * @param offset where it begins
   * @param length how long it is
   * @throws IndexOutOfBoundsException if that is not within the array
   * @throws IOException if either end is closed
   * @throws InterruptedException if the calling thread is interrupted, as for {@link #send}
   * @throws IllegalStateException if this end only receives, or another process has it
   */
  public void sendBytes(byte[] bytes, int offset, int length)
      throws IOException, InterruptedException {
    int from = Objects.checkFromIndexSize(offset, length, bytes.length);
    sendBytes(ByteBuffer.wrap(bytes, from, length));
  }

  /**
   * Sends the bytes that are left in a buffer. Its position stays.
   *
   * @param bytes the message
   * @throws IOException if either end is closed
   * @throws InterruptedException if the calling thread is interrupted, as for {@link #send}
   * @throws IllegalStateException if this end only receives, or another process has it
   */
  public void sendBytes(ByteBuffer bytes) throws IOException, InterruptedException {
    Objects.requireNonNull(bytes, "bytes");
    ensureWritable();
    send(Message.Kind.BYTES, bytes.slice());
  }

  private void send(Message.Kind kind, ByteBuffer content)
      throws IOException, InterruptedException {
    try {
      side.take().send(kind, content);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private void ensureWritable() {
    if (!writable) {
      throw new IllegalStateException("this end of the pipe only receives; send at the other one");
    }
  }

  // ---------------------------------------------------------------- receiving

  /**
   * Waits for the next message and takes it, if it is an object of the usual classes.
   *
   * @return the object, or null if that was sent
   * @throws EOFException if there is none any more
   * @throws StreamCorruptedException if what came is no message; the pipe is broken then
   * @throws ClosedChannelException if this end is closed, also while it waits
   * @throws IOException if the pipe breaks in another way
   * @throws InterruptedException if the calling thread is interrupted; no message is lost
   * @throws NotSendableException if the object cannot be read here; it is taken, and the pipe goes
   *     on
   * @throws IllegalStateException if the next message is bytes, which stay there; if this end only
   *     sends, or another process has it
   */
  public @Nullable Object receive() throws IOException, InterruptedException {
    return receive(ResultFilter.DEFAULTS);
  }

  /**
   * Waits for the next message and takes it, if it is an object that a filter lets through.
   *
   * @param filter which classes, and how much, may come
   * @return the object, or null if that was sent
   * @throws EOFException if there is none any more
   * @throws StreamCorruptedException if what came is no message; the pipe is broken then
   * @throws ClosedChannelException if this end is closed, also while it waits
   * @throws IOException if the pipe breaks in another way
   * @throws InterruptedException if the calling thread is interrupted; no message is lost
   * @throws NotSendableException if the object cannot be read here; it is taken, and the pipe goes
   *     on
   * @throws IllegalStateException if the next message is bytes, which stay there; if this end only
   *     sends, or another process has it
   */
  public @Nullable Object receive(ResultFilter filter) throws IOException, InterruptedException {
    ValueFilter values = filter.toValueFilter(WAY_OUT);
    byte[] bytes;
    try {
      bytes = readableWire().receive(Message.Kind.OBJECT);
    } finally {
      Reference.reachabilityFence(this);
    }
    try {
      return Codec.decode(ByteBuffer.wrap(bytes), loader(), values);
    } catch (DecodeException e) {
      throw new NotSendableException(
          "cannot read the message of the pipe: %s [T023]".formatted(e.getMessage()), e.getCause());
    }
  }

  private static ClassLoader loader() {
    ClassLoader own = Thread.currentThread().getContextClassLoader();
    return own == null ? ClassLoader.getSystemClassLoader() : own;
  }

  /**
   * Waits for the next message and takes it, if it is bytes.
   *
   * @return the bytes
   * @throws EOFException if there is none any more
   * @throws StreamCorruptedException if what came is no message; the pipe is broken then
   * @throws ClosedChannelException if this end is closed, also while it waits
   * @throws IOException if the pipe breaks in another way
   * @throws InterruptedException if the calling thread is interrupted; no message is lost
   * @throws IllegalStateException if the next message is an object, which stays there; if this end
   *     only sends, or another process has it
   */
  public byte[] receiveBytes() throws IOException, InterruptedException {
    try {
      return readableWire().receive(Message.Kind.BYTES);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Waits for the next message and takes it into a buffer, if it is bytes.
   *
   * @param target where to, from its position on
   * @return how many bytes it had
   * @throws BufferOverflowException if it has more than there is room for; it stays there
   * @throws EOFException if there is none any more
   * @throws StreamCorruptedException if what came is no message; the pipe is broken then
   * @throws ClosedChannelException if this end is closed, also while it waits
   * @throws IOException if the pipe breaks in another way
   * @throws InterruptedException if the calling thread is interrupted; no message is lost
   * @throws IllegalStateException if the next message is an object, which stays there; if this end
   *     only sends, or another process has it
   */
  public int receiveInto(ByteBuffer target) throws IOException, InterruptedException {
    Objects.requireNonNull(target, "target");
    try {
      return readableWire().receiveInto(target);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * {@return whether {@code receive} would not wait: for a message is there, or it would throw}
   *
   * @throws IOException if this end cannot be used any more
   * @throws InterruptedException if the calling thread is interrupted
   * @throws IllegalStateException if this end only sends, or another process has it
   */
  public boolean poll() throws IOException, InterruptedException {
    return poll(Duration.ZERO);
  }

  /**
   * Waits until {@code receive} would not wait, or some time has passed.
   *
   * @param timeout how long to wait at most; if not positive, not at all
   * @return whether {@code receive} would not wait: for a message is there, or it would throw
   * @throws IOException if this end cannot be used any more
   * @throws InterruptedException if the calling thread is interrupted
   * @throws IllegalStateException if this end only sends, or another process has it
   */
  public boolean poll(Duration timeout) throws IOException, InterruptedException {
    Deadline deadline = Deadline.after(timeout);
    try {
      return readableWire().poll(deadline);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private Wire readableWire() throws IOException {
    if (!readable) {
      throw new IllegalStateException("this end of the pipe only sends; receive at the other one");
    }
    return side.take();
  }

  /**
   * Waits until one of several is ready: an end when {@code receive} would not wait, a {@link
   * JvmProcess} when it has ended, a {@link CompletableFuture} when it is done.
   *
   * {@snippet class=dev.tutti.process.PipeSnippets region=any lang=java}
   *
   * @param <T> what they have in common
   * @param of ends, processes, futures; if there are none, it does not wait
   * @param timeout how long to wait at most; if not positive, not at all
   * @return those that are ready, in their order; none if the time has passed
   * @throws IOException if an end cannot be used any more
   * @throws InterruptedException if the calling thread is interrupted
   * @throws IllegalArgumentException if one is something else
   * @throws IllegalStateException if an end only sends, or another process has it
   */
  public static <T> List<T> waitAny(Collection<? extends T> of, Duration timeout)
      throws IOException, InterruptedException {
    List<T> all = List.copyOf(of);
    if (all.isEmpty()) {
      return all;
    }
    Deadline deadline = Deadline.after(timeout);
    try (Watch watch = new Watch()) {
      for (T one : all) {
        add(one, watch);
      }
      BitSet ready = watch.await(deadline);
      List<T> found = new ArrayList<>(ready.cardinality());
      ready.stream().forEach(i -> found.add(all.get(i)));
      return List.copyOf(found);
    } finally {
      Reference.reachabilityFence(all);
    }
  }

  private static void add(Object one, Watch watch) throws IOException {
    switch (one) {
      case PipeEnd end -> watch.add(end.readableWire());
      case JvmProcess<?> process ->
          watch.add(process.ended()); // onExit() would leave something there
      case CompletableFuture<?> future -> watch.add(future);
      default ->
          throw new IllegalArgumentException(
              "what is waited for must be a PipeEnd, a JvmProcess or a CompletableFuture: class="
                  + one.getClass().getName());
    }
  }

  // ---------------------------------------------------------------- the end

  /**
   * Closes this end. The other end receives what was sent before, and then its end of stream. Who
   * waits at this end gets a {@link ClosedChannelException}. Nothing happens if another process has
   * it, or if it is closed.
   */
  @Override
  public void close() {
    side.close();
  }

  /**
   * What is sent in place of an end.
   *
   * @param invitation by what it is taken
   * @param readable whether it can receive
   * @param writable whether it can send
   */
  private record Sent(Invitation invitation, boolean readable, boolean writable)
      implements Serializable {
    @Serial
    private Object readResolve() {
      return new PipeEnd(new Guest(invitation), readable, writable);
    }
  }

  /**
   * {@return what is sent in place of it}
   *
   * @throws IOException if it has to stay in this process
   */
  @Serial
  private Object writeReplace() throws IOException {
    return new Sent(side.invite(), readable, writable);
  }

  /**
   * Refuses to be read: what is sent in place of an end makes one.
   *
   * @param in where from
   * @throws InvalidObjectException always
   */
  @Serial
  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("an end of a pipe is not sent as it is");
  }
}
