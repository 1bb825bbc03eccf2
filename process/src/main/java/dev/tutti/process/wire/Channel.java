package dev.tutti.process.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A socket on which frames come and go.
 *
 * <p><b>Thread safety.</b> One thread reads; any may {@link #send}.
 */
public final class Channel implements FrameStream, AutoCloseable {
  /*
   * The socket is non-blocking. A blocking one is closed when the thread that uses it is interrupted, and
   * both a caller and a task may carry an interrupt in here. Waiting is done by the reading thread alone,
   * in a selector, where an interrupt does no harm: it is cleared and the wait goes on.
   *
   * send() never waits: what the socket does not take stays in `pending`, in order, and the reading thread
   * writes it when there is room. `pending` and the writing are guarded by `writing`. `waits` says whether there is anything in `pending`,
   * for who asks without the lock; it is set before the lock is given back.
   */
  private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
  private static final int READ_BYTES = 1 << 16;

  /** The JDK copies each heap buffer to a native one of the same size, which it then keeps. */
  private static final int WRITE_BYTES = 1 << 17;

  private final SocketChannel socket;
  private final Selector selector;
  private final SelectionKey key;
  private final FrameParser parser;
  private final ByteBuffer in;
  private final ReentrantLock writing = new ReentrantLock();
  private final ArrayDeque<ByteBuffer> pending = new ArrayDeque<>();
  private volatile boolean waits;
  private boolean ended; // the reading thread's

  /**
   * Takes a connected socket over.
   *
   * @param socket the socket
   * @throws IOException if it cannot be set up
   */
  public Channel(SocketChannel socket) throws IOException {
    this(socket, newBuffer());
  }

  /** {@return memory for what a channel reads, for who makes sure early that there is some} */
  public static ByteBuffer newBuffer() {
    return ByteBuffer.allocateDirect(READ_BYTES).flip();
  }

  /**
   * Takes a connected socket over.
   *
   * @param socket the socket
   * @param buffer a {@linkplain #newBuffer new buffer}
   * @throws IOException if it cannot be set up
   */
  public Channel(SocketChannel socket, ByteBuffer buffer) throws IOException {
    this.in = buffer;
    this.socket = socket;
    socket.configureBlocking(false);
    this.selector = Selector.open();
    try {
      this.key = socket.register(selector, SelectionKey.OP_READ);
    } catch (IOException | RuntimeException e) {
      selector.close();
      throw e;
    }
    this.parser = new FrameParser(Frame.MAX_LENGTH);
  }

  @Override
  public @Nullable Frame read() throws IOException {
    return read(0);
  }

  /**
   * Waits for the first frame of somebody who is not known yet.
   *
   * @param patience how long at most
   * @return the frame
   * @throws NoFrameException if the channel ends before
   * @throws IOException if none came in time, the channel breaks, or what came is no frame
   */
  public Frame readFirst(Duration patience) throws IOException {
    Frame frame = read(System.nanoTime() + patience.toNanos());
    if (frame == null) {
      throw new NoFrameException("channel ended before its first frame");
    }
    return frame;
  }

  /**
   * @param deadlineNanos until when to wait, as {@link System#nanoTime}; 0 for ever
   */
  private @Nullable Frame read(long deadlineNanos) throws IOException {
    while (true) {
      Frame frame = poll();
      if (frame != null || ended) {
        return frame;
      }
      await(deadlineNanos);
    }
  }

  /**
   * {@return a frame that has come; null if there is none, for now or {@linkplain #isEnded for
   * ever}}
   */
  @Nullable Frame poll() throws IOException {
    while (true) {
      Frame frame = next();
      if (frame != null || ended || !fill()) {
        return frame;
      }
    }
  }

  /** {@return a frame of what has been read already, or null} */
  @Nullable Frame next() throws WireException {
    return parser.next(in);
  }

  /** Reads what has come; {@return whether there was something, or the end} */
  boolean fill() throws IOException {
    in.compact();
    int count;
    try {
      count = socket.read(in);
    } finally {
      in.flip();
    }
    ended |= count < 0;
    return count != 0;
  }

  /** {@return whether nothing more will come} */
  boolean isEnded() {
    return ended;
  }

  private void await(long deadlineNanos) throws IOException {
    long left = 0;
    if (deadlineNanos != 0) {
      left = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
      if (left <= 0) {
        throw new WireException("no frame came in time");
      }
    }
    select(left);
  }

  /**
   * Waits until something has come, or there is room again for what is pending.
   *
   * @param millis how long at most; 0 for ever
   * @return whether that is so
   */
  boolean select(long millis) throws IOException {
    boolean woken = selector.select(millis) > 0;
    Thread.interrupted(); // not ours to obey; a flag that stays would turn this wait into a spin
    selector.selectedKeys().clear();
    writing.lock();
    try {
      if (!pending.isEmpty()) {
        writeOrDrop();
      }
    } finally {
      endWriting();
    }
    return woken;
  }

  /** Ends the next {@link #select}, or the one that waits now. From any thread. */
  void wakeUp() {
    try {
      selector.wakeup();
    } catch (ClosedSelectorException closed) {
      // So nobody waits there.
    }
  }

  /**
   * Sends frames, in this order and with nothing in between. Does not wait: what the other side is
   * too slow to take is kept.
   *
   * @param frames complete frames, or pieces that make complete frames
   * @throws IOException if the channel is broken
   */
  public void send(List<ByteBuffer> frames) throws IOException {
    writing.lock();
    try {
      boolean waiting = !pending.isEmpty();
      for (ByteBuffer frame : frames) { // addAll has a lambda made, in a JVM that starts
        pending.add(frame);
      }
      if (!waiting) {
        writePending();
        if (!pending.isEmpty()) {
          selector.wakeup(); // the reading thread is to wait for room as well
        }
      }
    } finally {
      endWriting();
    }
  }

  @Override
  public void sendFully(List<ByteBuffer> frames) throws IOException {
    send(frames);
    while (hasPending()) {
      key.interestOps(SelectionKey.OP_WRITE); // what comes in meanwhile is read later
      selector.select();
      Thread.interrupted();
      selector.selectedKeys().clear();
      writing.lock();
      try {
        writePending();
      } finally {
        endWriting();
      }
    }
  }

  /**
   * Waits until all that was sent has been taken, where nobody reads this channel: there nobody
   * else waits for room. May be called from any thread.
   *
   * @throws IOException if the channel is broken
   */
  public void drain() throws IOException {
    boolean interrupted = false;
    try {
      while (hasPending()) {
        interrupted |= Thread.interrupted(); // with the flag set nobody can park
        LockSupport.parkNanos(this, LOOK_NANOS);
        writing.lock();
        try {
          writePending();
        } finally {
          endWriting();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** {@return whether something that was sent waits for the other side to take it} */
  public boolean hasPending() {
    return waits;
  }

  private void endWriting() {
    waits = !pending.isEmpty();
    writing.unlock();
  }

  private void writePending() throws IOException {
    int interest = SelectionKey.OP_READ;
    for (ByteBuffer next = pending.peekFirst(); next != null; next = pending.peekFirst()) {
      if (!write(next)) {
        interest |= SelectionKey.OP_WRITE;
        break;
      }
      pending.removeFirst();
    }
    try {
      if (key.interestOps() != interest) {
        key.interestOps(interest);
      }
    } catch (CancelledKeyException e) {
      throw new ClosedChannelException();
    }
  }

  /** The other side may be gone. What it has sent before is read all the same, and then its end. */
  private void writeOrDrop() throws IOException {
    try {
      writePending();
    } catch (ClosedChannelException closed) {
      throw closed;
    } catch (IOException gone) {
      pending.clear();
      writePending();
    }
  }

  private boolean write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      int limit = bytes.limit();
      bytes.limit(Math.min(limit, bytes.position() + WRITE_BYTES));
      int count;
      try {
        count = socket.write(bytes);
      } finally {
        bytes.limit(limit);
      }
      if (count == 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    try (selector;
        socket) {
      selector.wakeup();
    }
  }
}
