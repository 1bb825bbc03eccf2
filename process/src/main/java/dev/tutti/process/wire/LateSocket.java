package dev.tutti.process.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A socket that may come when there is already something to send: that is kept until then.
 *
 * <p><b>Thread safety.</b> One thread reads; any may {@link #send}, {@link #join} and {@link
 * #close}.
 */
public final class LateSocket implements AutoCloseable {
  /*
   * `lock` guards `held` and `closed`, and is taken before the lock of the channel. `channel` is written once, with the lock
   * held and after what was held has been handed to it: who sees it sends behind that.
   */
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private final ReentrantLock lock = new ReentrantLock();
  private final List<ByteBuffer> held = new ArrayList<>();
  private boolean closed;
  private boolean ended; // the reading thread's
  private volatile @Nullable Channel channel;

  /** Makes one that is not there yet. */
  public LateSocket() {}

  /**
   * Makes one that is there.
   *
   * @param channel the socket
   */
  public LateSocket(Channel channel) {
    this.channel = channel;
  }

  /**
   * The socket has come.
   *
   * @param come it, which belongs to this from now on
   * @throws IOException if it breaks at once
   */
  public void join(Channel come) throws IOException {
    lock.lock();
    try {
      if (closed) {
        come.close();
        return;
      }
      if (!held.isEmpty()) {
        come.send(held);
        held.clear();
      }
      channel = come;
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether it is still to come} */
  boolean isToCome() {
    return channel == null;
  }

  /**
   * Sends frames, or keeps them until the socket has come. Does not wait.
   *
   * @param frames complete frames, or pieces that make complete frames
   * @throws IOException if the socket is broken
   */
  public void send(List<ByteBuffer> frames) throws IOException {
    Channel there = channel;
    if (there == null) {
      there = keep(frames);
    }
    if (there != null) {
      there.send(frames);
    }
  }

  /** {@return the socket if it has come meanwhile} */
  private @Nullable Channel keep(List<ByteBuffer> frames) throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw new ClosedChannelException();
      }
      if (channel == null) {
        held.addAll(frames);
      }
      return channel;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until all that was sent has been taken. For the thread that reads. */
  void flush() throws IOException {
    Channel there = awaitSocket();
    if (there != null) {
      there.sendFully(List.of()); // others may send meanwhile
    }
  }

  /** {@return the socket; null if nothing waits for it} An interrupt is not ours to obey. */
  private @Nullable Channel awaitSocket() {
    boolean interrupted = false;
    while (channel == null && hasPending()) {
      interrupted |= Thread.interrupted(); // with the flag set nobody can park
      LockSupport.parkNanos(this, PAUSE_NANOS);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return channel; // which may have come between the two looks
  }

  /**
   * Waits until all that was sent has been taken, on the side where nobody reads this. May be
   * called from any thread.
   *
   * @throws IOException if the socket is broken
   */
  public void drain() throws IOException {
    Channel there = awaitSocket();
    if (there != null) {
      there.drain();
    }
  }

  /** Ends the wait of who reads, if the socket has come. */
  void wakeUp() {
    Channel there = channel;
    if (there != null) {
      there.wakeUp();
    }
  }

  /** {@return whether something that was sent waits for the other side to take it} */
  public boolean hasPending() {
    Channel there = channel;
    if (there != null) {
      return there.hasPending();
    }
    lock.lock();
    try {
      Channel come = channel; // meanwhile, with what was held
      return come != null ? come.hasPending() : !held.isEmpty() && !closed;
    } finally {
      lock.unlock();
    }
  }

  // ---------------------------------------------------------------- for the thread that reads

  /** It will not come: the other side has ended. */
  void end() {
    ended = true;
  }

  boolean isEnded() {
    Channel there = channel;
    return there == null ? ended : there.isEnded();
  }

  @Nullable Frame poll() throws IOException {
    Channel there = channel;
    return there == null ? null : there.poll();
  }

  @Nullable Frame next() throws WireException {
    Channel there = channel;
    return there == null ? null : there.next();
  }

  void fill() throws IOException {
    Channel there = channel;
    if (there != null) {
      there.fill();
    }
  }

  boolean select(long millis) throws IOException {
    Channel there = channel;
    return there != null && there.select(millis);
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      closed = true;
      held.clear();
    } finally {
      lock.unlock();
    }
    Channel there = channel;
    if (there != null) {
      there.close();
    }
  }
}
