package dev.tutti.process.pipe;

import java.io.EOFException;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.lang.System.Logger.Level;
import java.nio.BufferOverflowException;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Messages over a socket that may come later.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
public final class Wire implements AutoCloseable {
  /*
   * The socket comes once (`attach`), or it is known that it never comes (`abandon`). Until then who reads
   * waits, and what is sent is kept in `queue`, up to a bound; then who sends waits too.
   *
   * It is non-blocking, because a blocking one is closed when the thread that uses it is interrupted. Who has
   * to wait does so in a selector: one for reading, one for writing, made when they are first needed.
   *
   *   reading   whoever takes bytes from the socket: `in`, `parser`, `next`, `end`
   *   writing   whoever puts bytes into it. Bytes of a message follow each other: it is held for a whole message
   *   state     socket, selectors, queue, flags. Taken inside both others; nothing waits with it but for `changed`
   *
   * `queue` holds what has been accepted and not written: what was sent before the socket came, and the rest
   * of a message whose sender was interrupted in its middle. (Only a whole message keeps the pipe in order, and
   * an interrupted thread must not go on waiting.) Whoever holds `writing` writes the queue before its
   * own message. While the queue is not empty and the socket is there, a flusher is on its way to `writing`:
   * it is started by what has put something into the queue, or by attach(), which is the flusher itself as far
   * as it need not wait. So nothing accepted stays behind.
   *
   * close() ends all reading at once. The socket itself is closed by close() if the queue is empty,
   * else by the flusher, or by attach() where it had not come; so what was accepted arrives.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final int IN_BYTES = 1 << 16;

  /** The JDK copies each heap buffer to a native one of the same size, which it then keeps. */
  private static final int WRITE_BYTES = 1 << 17;

  /** How much may be sent before the other side is there, but for one message of any size. */
  private static final long QUEUE_BYTES = 1 << 20;

  private final ReentrantLock reading = new ReentrantLock();
  private final MessageParser parser = new MessageParser();
  private @Nullable ByteBuffer in;
  private @Nullable Message next;
  private @Nullable End end;

  private final ReentrantLock writing = new ReentrantLock();

  private final ReentrantLock state = new ReentrantLock();
  private final Condition changed = state.newCondition();
  private final ArrayDeque<ByteBuffer> queue = new ArrayDeque<>();
  private final Set<Selector> watchers = new HashSet<>();
  private long queuedBytes;
  private @Nullable SocketChannel socket;
  private @Nullable Selector readSelector;
  private @Nullable Selector writeSelector;
  private boolean abandoned;
  private boolean closed;

  /** A wire whose socket comes later. */
  Wire() {}

  /**
   * Takes a connected socket over.
   *
   * @param socket the socket
   * @throws IOException if it cannot be set up
   */
  public Wire(SocketChannel socket) throws IOException {
    socket.configureBlocking(false);
    this.socket = socket;
  }

  /** Why nothing more comes. */
  private record End(String text, boolean isLie, @Nullable Throwable cause) {
    IOException toException() {
      IOException e = isLie ? new StreamCorruptedException(text) : new EOFException(text);
      return cause == null ? e : (IOException) e.initCause(cause);
    }
  }

  // ---------------------------------------------------------------- the socket

  /** The other side has come. */
  void attach(SocketChannel connected) throws IOException {
    connected.configureBlocking(false);
    state.lock();
    try {
      if (closed && queue.isEmpty()) {
        connected.close();
        return;
      }
      socket = connected;
      changed.signalAll();
      watchers.forEach(Selector::wakeup);
      if (queue.isEmpty()) {
        return;
      }
    } finally {
      state.unlock();
    }
    if (!isFlushedNow(connected)) {
      startFlusher();
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
  private @Nullable SocketChannel awaitSocket(Deadline deadline)
      throws ClosedChannelException, InterruptedException {
    state.lock();
    try {
      while (true) {
        ensureOpen();
        SocketChannel there = socket;
        if (there != null || abandoned || deadline.isOver()) {
          return there;
        }
        deadline.await(changed);
      }
    } finally {
      state.unlock();
    }
  }

  private void ensureOpen() throws ClosedChannelException {
    if (closed) {
      throw new ClosedChannelException();
    }
  }

  private boolean isAbandoned() {
    state.lock();
    try {
      return abandoned;
    } finally {
      state.unlock();
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
        SelectionKey _ = Objects.requireNonNull(socket, "socket").register(made, operation);
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

  // ---------------------------------------------------------------- reading

  /**
   * Waits for the next message and takes it.
   *
   * @param kind what it has to be
   * @return its content
   * @throws IOException if there is none any more
   * @throws InterruptedException if the calling thread is interrupted; nothing is taken
   * @throws IllegalStateException if it is something else; it is not taken
   */
  public byte[] receive(Message.Kind kind) throws IOException, InterruptedException {
    reading.lockInterruptibly();
    try {
      Message message = awaitNext(kind);
      next = null;
      return message.content();
    } finally {
      reading.unlock();
    }
  }

  /**
   * Waits for the next message, which has to be bytes, and takes it into a buffer.
   *
   * @param target where to
   * @return how many bytes it had
   * @throws IOException if there is none any more
   * @throws InterruptedException if the calling thread is interrupted; nothing is taken
   * @throws BufferOverflowException if it is longer; it is not taken
   */
  public int receiveInto(ByteBuffer target) throws IOException, InterruptedException {
    reading.lockInterruptibly();
    try {
      Message message = awaitNext(Message.Kind.BYTES);
      target.put(message.content());
      next = null;
      return message.content().length;
    } finally {
      reading.unlock();
    }
  }

  private Message awaitNext(Message.Kind kind) throws IOException, InterruptedException {
    boolean _ = isReady(Deadline.NEVER);
    if (next == null) {
      throw Objects.requireNonNull(end, "end").toException();
    }
    next.kind().ensureIs(kind);
    return next;
  }

  /**
   * {@return whether {@link #receive} need not wait: for a whole message is there, or the end, or
   * the wire is closed}
   *
   * @param deadline how long to wait for that
   * @throws InterruptedException if the calling thread is interrupted
   */
  public boolean poll(Deadline deadline) throws InterruptedException {
    if (!reading.tryLock(deadline.leftNanos(), TimeUnit.NANOSECONDS)) {
      return false;
    }
    try {
      return isReady(deadline);
    } catch (IOException e) {
      return true; // receive() says it
    } finally {
      reading.unlock();
    }
  }

  private boolean isReady(Deadline deadline) throws IOException, InterruptedException {
    while (next == null && end == null) {
      SocketChannel from = awaitSocket(deadline);
      if (from != null) {
        if (!takeFrom(from, deadline)) {
          return false;
        }
      } else if (isAbandoned()) {
        end = new End("nobody has used the other end of the pipe, and nobody will", false, null);
      } else {
        return false;
      }
    }
    ensureStillOpen();
    return true;
  }

  private void ensureStillOpen() throws ClosedChannelException {
    state.lock();
    try {
      ensureOpen();
    } finally {
      state.unlock();
    }
  }

  /** {@return false if it is time, and nothing has come} */
  private boolean takeFrom(SocketChannel from, Deadline deadline)
      throws IOException, InterruptedException {
    ByteBuffer buffer = in;
    if (buffer == null) {
      buffer = ByteBuffer.allocateDirect(IN_BYTES).flip();
      in = buffer;
    }
    try {
      next = parser.next(buffer);
      if (next != null) {
        return true;
      }
      int count = fill(from, buffer);
      if (count < 0) {
        end = endOfStream(null);
      } else if (count == 0) {
        if (deadline.isOver()) {
          return false;
        }
        select(selector(SelectionKey.OP_READ), deadline);
      }
    } catch (StreamCorruptedException lie) {
      end = new End(Objects.requireNonNullElse(lie.getMessage(), "no message"), true, null);
      shut();
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException reset) { // the other process was killed with something unread
      end = endOfStream(reset);
    }
    return true;
  }

  private static int fill(SocketChannel from, ByteBuffer buffer) throws IOException {
    buffer.compact();
    try {
      return from.read(buffer);
    } finally {
      buffer.flip();
    }
  }

  private End endOfStream(@Nullable IOException cause) {
    boolean inside = parser.isInside() || (in != null && in.hasRemaining());
    return new End(
        inside
            ? "the other end of the pipe has ended in the middle of a message"
            : "the other end of the pipe is closed, or its process has ended",
        false,
        cause);
  }

  private static void select(Selector selector, Deadline deadline)
      throws IOException, InterruptedException {
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

  // ---------------------------------------------------------------- watching

  /** Has a selector wake up when something may have come; to be called again after each wake-up. */
  void watch(Selector watcher) throws IOException {
    state.lock();
    try {
      watchers.add(watcher);
      if (socket != null && socket.isOpen()) {
        SelectionKey _ = socket.register(watcher, SelectionKey.OP_READ);
      }
    } finally {
      state.unlock();
    }
  }

  /** {@return whether a thread is reading, so that another cannot ask what is there} */
  boolean isBeingRead() {
    return reading.isLocked();
  }

  void unwatch(Selector watcher) {
    state.lock();
    try {
      watchers.remove(watcher);
    } finally {
      state.unlock();
    }
  }

  // ---------------------------------------------------------------- writing

  /**
   * Sends a message. It waits while there is no room on the way. Interrupted before the first byte
   * is on its way, it sends nothing; after that, the rest is sent by another thread, and the
   * interrupt stays.
   *
   * @param kind what it is
   * @param content its content; it may be changed afterwards
   * @throws IOException if the wire is closed, here or at the other side
   * @throws InterruptedException if the calling thread is interrupted; nothing has been sent
   */
  public void send(Message.Kind kind, ByteBuffer content) throws IOException, InterruptedException {
    if (content.remaining() > Message.MAX_BYTES) {
      throw new IllegalArgumentException(
          "message is too long: bytes=%d most=%d"
              .formatted(content.remaining(), Message.MAX_BYTES));
    }
    writing.lockInterruptibly();
    try {
      if (isQueued(kind, content)) {
        return;
      }
      SocketChannel to = awaitSocket(Deadline.NEVER);
      if (to == null) {
        throw new EOFException("nobody has used the other end of the pipe, and nobody will");
      }
      sendQueue(to, true);
      ensureStillOpen();
      sendTo(to, kind, content.slice());
    } catch (ClosedChannelException | EOFException e) {
      throw e;
    } catch (IOException e) {
      throw (IOException) new EOFException("the other end of the pipe is closed").initCause(e);
    } finally {
      writing.unlock();
    }
  }

  private boolean isQueued(Message.Kind kind, ByteBuffer content) throws ClosedChannelException {
    state.lock();
    try {
      ensureOpen();
      if (socket != null
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

  private void sendTo(SocketChannel to, Message.Kind kind, ByteBuffer content)
      throws IOException, InterruptedException {
    int together = Math.min(content.remaining(), WRITE_BYTES - Message.HEADER_BYTES);
    ByteBuffer head = ByteBuffer.allocate(Message.HEADER_BYTES + together);
    Message.putHeader(head, kind, content.remaining());
    head.put(content.slice(0, together)).flip();
    content.position(together);
    boolean begun = false;
    for (ByteBuffer part : new ByteBuffer[] {head, content}) {
      while (part.hasRemaining()) {
        if (write(to, part) > 0) {
          begun = true;
          continue;
        }
        try {
          select(selector(SelectionKey.OP_WRITE), Deadline.NEVER);
        } catch (InterruptedException e) {
          if (!begun) {
            throw e;
          }
          sendLater(head, content);
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }

  private void sendLater(ByteBuffer head, ByteBuffer content) throws ClosedChannelException {
    ByteBuffer copy = ByteBuffer.allocate(content.remaining()).put(content).flip();
    state.lock();
    try {
      ensureOpen();
      queue.add(head);
      queue.add(copy);
      startFlusher();
    } finally {
      state.unlock();
    }
  }

  /**
   * {@return whether the queue could be written without waiting} What was sent is there at once.
   */
  private boolean isFlushedNow(SocketChannel to) {
    if (!writing.tryLock()) {
      return false;
    }
    try {
      for (ByteBuffer first = firstQueued(); first != null; first = firstQueued()) {
        if (write(to, first) == 0) {
          return false;
        }
      }
    } catch (IOException e) {
      return false; // the flusher finds it again
    } finally {
      writing.unlock();
    }
    if (isClosed()) {
      shut();
    }
    return true;
  }

  private static int write(SocketChannel to, ByteBuffer bytes) throws IOException {
    int limit = bytes.limit();
    bytes.limit(Math.min(limit, bytes.position() + WRITE_BYTES));
    try {
      return to.write(bytes);
    } finally {
      bytes.limit(limit);
    }
  }

  /** Under `writing`. What is written leaves the queue only then: an interrupt loses nothing. */
  private void sendQueue(SocketChannel to, boolean obeys) throws IOException, InterruptedException {
    for (ByteBuffer first = firstQueued(); first != null; first = firstQueued()) {
      while (first.hasRemaining()) {
        if (write(to, first) == 0) {
          try {
            select(selector(SelectionKey.OP_WRITE), Deadline.NEVER);
          } catch (InterruptedException e) {
            if (obeys) {
              throw e;
            }
          }
        }
      }
    }
  }

  /** {@return what is to be written first; null if nothing is left} */
  private @Nullable ByteBuffer firstQueued() {
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

  private void startFlusher() {
    var _ = Thread.ofVirtual().name("tutti-pipe-flusher").start(this::flush);
  }

  private void flush() {
    writing.lock();
    try {
      sendQueue(Objects.requireNonNull(socket(), "socket"), false);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the other end of a pipe is closed, what was sent to it is lost", e);
      dropQueue();
    } catch (InterruptedException e) {
      throw new AssertionError("a flusher obeys no interrupt", e);
    } finally {
      writing.unlock();
    }
    if (isClosed()) {
      shut();
    }
  }

  private @Nullable SocketChannel socket() {
    state.lock();
    try {
      return socket;
    } finally {
      state.unlock();
    }
  }

  private void dropQueue() {
    state.lock();
    try {
      queue.clear();
    } finally {
      state.unlock();
    }
  }

  // ---------------------------------------------------------------- the end

  private boolean isClosed() {
    state.lock();
    try {
      return closed;
    } finally {
      state.unlock();
    }
  }

  /** Ends it. What was sent before arrives, as long as this process and the other one live. */
  @Override
  public void close() {
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
      atOnce = socket != null && firstQueued() == null;
    } finally {
      state.unlock();
    }
    if (atOnce) {
      shut();
    }
  }

  private void shut() {
    SocketChannel socketToClose;
    Selector readToClose;
    Selector writeToClose;
    state.lock();
    try {
      socketToClose = socket;
      readToClose = readSelector;
      writeToClose = writeSelector;
    } finally {
      state.unlock();
    }
    Exchange.close(socketToClose, readToClose, writeToClose);
  }
}
