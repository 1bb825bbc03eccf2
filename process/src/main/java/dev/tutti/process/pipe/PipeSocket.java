package dev.tutti.process.pipe;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The socket of a wire, from before it has come until its end, and the queue of what waits to be
 * written to it.
 */
final class PipeSocket {
  /*
   * The socket comes once (`attach`), or it is known that it never comes (`abandon`). Until then who reads
   * waits, and what is sent is kept in `queue`, up to a bound; then who sends waits too.
   *
   * It is non-blocking, because a blocking one is closed when the thread that uses it is interrupted. Who has
   * to wait does so in a selector: one for reading, one for writing, made when they are first needed.
   *
   * `queue` holds what has been accepted and not written: what was sent before the socket came, and the rest
   * of a message whose sender was interrupted in its middle.
   *
   * close() ends all reading at once. The socket itself is closed by close() if the queue is empty, else by
   * the flusher (Sender), or by attach() where it had not come; so what was accepted arrives.
   *
   * `state` guards every field. It is taken inside Receiver.reading and Sender.writing; nothing waits with it
   * but for `changed`.
   */

  /** What is said where abandon() has been called. */
  static final String NEVER_CAME = "nobody has used the other end of the pipe, and nobody will";

  /** How much may be sent before the other side is there, but for one message of any size. */
  private static final long QUEUE_BYTES = 1 << 20;

  private final ReentrantLock state = new ReentrantLock();
  private final Condition changed = state.newCondition();
  private final ArrayDeque<ByteBuffer> queue = new ArrayDeque<>();
  private final Set<Selector> watchers = new HashSet<>();
  private long queuedBytes;
  private @Nullable SocketChannel channel;
  private @Nullable Selector readSelector;
  private @Nullable Selector writeSelector;
  private boolean abandoned;
  private boolean closed;

  /** One that comes later. */
  PipeSocket() {}

  /** One that is there. */
  PipeSocket(SocketChannel channel) throws IOException {
    channel.configureBlocking(false);
    this.channel = channel;
  }

  // ---------------------------------------------------------------- coming

  /**
   * The other side has come.
   *
   * @return whether something has been queued for it, which the caller is to have written
   */
  boolean attach(SocketChannel connected) throws IOException {
    connected.configureBlocking(false);
    state.lock();
    try {
      if (closed && queue.isEmpty()) {
        connected.close();
        return false;
      }
      channel = connected;
      changed.signalAll();
      watchers.forEach(Selector::wakeup);
      return !queue.isEmpty();
    } finally {
      state.unlock();
    }
  }

  /** The other side never comes. */
  void abandon() {
    state.lock();
    try {
      abandoned = true;
      queue.clear();
      queuedBytes = 0;
      changed.signalAll();
      watchers.forEach(Selector::wakeup);
    } finally {
      state.unlock();
    }
  }

  /** {@return the socket; null if it has not come in time, or never comes} */
  @Nullable SocketChannel awaitSocket(Deadline deadline)
      throws ClosedChannelException, InterruptedException {
    state.lock();
    try {
      while (true) {
        ensureOpen();
        SocketChannel there = channel;
        if (there != null || abandoned || deadline.isOver()) {
          return there;
        }
        deadline.await(changed);
      }
    } finally {
      state.unlock();
    }
  }

  /** Refuses if close() has been called. */
  void ensureOpen() throws ClosedChannelException {
    if (isClosed()) {
      throw new ClosedChannelException();
    }
  }

  boolean isAbandoned() {
    state.lock();
    try {
      return abandoned;
    } finally {
      state.unlock();
    }
  }

  boolean isClosed() {
    state.lock();
    try {
      return closed;
    } finally {
      state.unlock();
    }
  }

  @Nullable SocketChannel channel() {
    state.lock();
    try {
      return channel;
    } finally {
      state.unlock();
    }
  }

  // ---------------------------------------------------------------- waiting

  /** Waits until the socket may be read or written, or it is time; who calls it tries again. */
  void awaitReady(int operation, Deadline deadline) throws IOException, InterruptedException {
    Selector selector = selector(operation);
    try {
      deadline.select(selector);
      selector.selectedKeys().clear();
    } catch (ClosedSelectorException e) {
      throw new ClosedChannelException();
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  private Selector selector(int operation) throws IOException {
    state.lock();
    try {
      ensureOpenFor(operation);
      Selector there = operation == SelectionKey.OP_READ ? readSelector : writeSelector;
      if (there != null) {
        return there;
      }
      Selector made = Selector.open();
      try {
        SelectionKey _ = Objects.requireNonNull(channel, "channel").register(made, operation);
      } catch (IOException | RuntimeException e) {
        made.close();
        throw e;
      }
      if (operation == SelectionKey.OP_READ) {
        readSelector = made;
      } else {
        writeSelector = made;
      }
      return made;
    } finally {
      state.unlock();
    }
  }

  /** After close() there is no reading; writing goes on while something accepted is left. */
  private void ensureOpenFor(int operation) throws ClosedChannelException {
    if (closed && (operation == SelectionKey.OP_READ || queue.isEmpty())) {
      throw new ClosedChannelException();
    }
  }

  /** Has a selector wake up when something may have come; to be called again after each wake-up. */
  void watch(Selector watcher) throws IOException {
    state.lock();
    try {
      watchers.add(watcher);
      if (channel != null && channel.isOpen()) {
        SelectionKey _ = channel.register(watcher, SelectionKey.OP_READ);
      }
    } finally {
      state.unlock();
    }
  }

  /** Something may have come that no longer shows at the socket. */
  void wakeWatchers() {
    state.lock();
    try {
      watchers.forEach(Selector::wakeup);
    } finally {
      state.unlock();
    }
  }

  void unwatch(Selector watcher) {
    state.lock();
    try {
      watchers.remove(watcher);
    } finally {
      state.unlock();
    }
  }

  // ---------------------------------------------------------------- the queue

  /** {@return whether a message is kept for later, because there is no socket and there is room} */
  boolean enqueue(Message.Kind kind, ByteBuffer content) throws ClosedChannelException {
    state.lock();
    try {
      ensureOpen();
      if (channel != null
          || abandoned
          || (queuedBytes > 0 && queuedBytes + content.remaining() > QUEUE_BYTES)) {
        return false;
      }
      queuedBytes += Message.HEADER_BYTES + content.remaining();
      ByteBuffer header = ByteBuffer.allocate(Message.HEADER_BYTES);
      queue.add(Message.putHeader(header, kind, content.remaining()).flip());
      queue.add(ByteBuffer.allocate(content.remaining()).put(content.slice()).flip());
      return true;
    } finally {
      state.unlock();
    }
  }

  /**
   * Keeps the rest of a message that is partly written; the caller has it written by another
   * thread.
   */
  void enqueueRest(ByteBuffer head, ByteBuffer content) throws ClosedChannelException {
    ByteBuffer copy = ByteBuffer.allocate(content.remaining()).put(content).flip();
    state.lock();
    try {
      ensureOpen();
      queue.add(head);
      queue.add(copy);
    } finally {
      state.unlock();
    }
  }

  /** {@return what is to be written first; null if nothing is left} */
  @Nullable ByteBuffer firstQueued() {
    state.lock();
    try {
      while (!queue.isEmpty() && !queue.getFirst().hasRemaining()) {
        queue.removeFirst();
      }
      return queue.peekFirst();
    } finally {
      state.unlock();
    }
  }

  /** The other side is gone: nothing of it can arrive. */
  void dropQueue() {
    state.lock();
    try {
      queue.clear();
    } finally {
      state.unlock();
    }
  }

  // ---------------------------------------------------------------- the end

  /** Ends it. What was queued before is still written, if the socket comes. */
  void close() {
    boolean atOnce;
    state.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      changed.signalAll();
      watchers.forEach(Selector::wakeup);
      if (readSelector != null) {
        readSelector.wakeup();
      }
      atOnce = channel != null && firstQueued() == null;
    } finally {
      state.unlock();
    }
    if (atOnce) {
      shut();
    }
  }

  /** Closes what there is. */
  void shut() {
    SocketChannel channelToClose;
    Selector readToClose;
    Selector writeToClose;
    state.lock();
    try {
      channelToClose = channel;
      readToClose = readSelector;
      writeToClose = writeSelector;
    } finally {
      state.unlock();
    }
    Exchange.close(channelToClose, readToClose, writeToClose);
  }
}
