package dev.tutti.process.pipe;

import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/** The writing end of a wire: puts messages, and what is queued, into the socket. */
final class Sender {
  /*
   * `writing` is held by whoever puts bytes into the socket. Bytes of a message follow each other: it is held for a whole
   * message. Whoever holds it writes the socket's queue before its own message.
   *
   * A sender that is interrupted in the middle of a message queues the rest: only a whole message keeps the pipe in
   * order, and an interrupted thread must not go on waiting. While the queue is not empty and the socket is there, a
   * flusher is on its way to `writing`: it is started by what has put something into the queue, or by flush(), which is
   * the flusher itself as far as it need not wait. So nothing accepted stays behind.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");

  /** The JDK copies each heap buffer to a native one of the same size, which it then keeps. */
  private static final int WRITE_BYTES = 1 << 17;

  private final PipeSocket socket;
  private final ReentrantLock writing = new ReentrantLock();
  private boolean isCutOff; // guarded by writing

  Sender(PipeSocket socket) {
    this.socket = socket;
  }

  /** Sends a message, or has it kept until there is a socket. */
  void send(Message.Kind kind, ByteBuffer content) throws IOException, InterruptedException {
    writing.lockInterruptibly();
    try {
      if (socket.enqueue(kind, content)) {
        return;
      }
      SocketChannel to = socket.awaitSocket(Deadline.NEVER);
      if (to == null) {
        throw new EOFException(PipeSocket.NEVER_CAME);
      }
      if (isCutOff) {
        throw new EOFException(
            "the other end of the pipe is closed, or did not get an earlier message whole; make another pipe");
      }
      sendQueue(to, true);
      socket.ensureOpen();
      sendTo(to, kind, content.slice());
    } catch (ClosedChannelException | EOFException e) {
      throw e;
    } catch (IOException e) {
      throw (IOException) new EOFException("the other end of the pipe is closed").initCause(e);
    } finally {
      writing.unlock();
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
    boolean whole = false;
    try {
      for (ByteBuffer part : new ByteBuffer[] {head, content}) {
        while (part.hasRemaining()) {
          if (write(to, part) > 0) {
            begun = true;
            continue;
          }
          try {
            socket.awaitReady(SelectionKey.OP_WRITE, Deadline.NEVER);
          } catch (InterruptedException e) {
            if (!begun) {
              throw e;
            }
            socket.enqueueRest(head, content);
            whole = true;
            startFlusher();
            Thread.currentThread().interrupt();
            return;
          }
        }
      }
      whole = true;
    } finally {
      if (begun && !whole) {
        cutOff(to);
      }
    }
  }

  /**
   * Part of a message is on its way, or one is lost: what came after it would be read as its rest.
   */
  private void cutOff(SocketChannel to) {
    isCutOff = true;
    try {
      to.shutdownOutput();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the other end of a pipe is closed already", e);
    }
  }

  /**
   * The socket has come: what was queued is on its way, and what needs no waiting is there at once.
   */
  void flush(SocketChannel to) {
    if (!isFlushedNow(to)) {
      startFlusher();
    }
  }

  /** {@return whether the queue could be written without waiting} */
  private boolean isFlushedNow(SocketChannel to) {
    if (!writing.tryLock()) {
      return false;
    }
    try {
      for (ByteBuffer first = socket.firstQueued(); first != null; first = socket.firstQueued()) {
        if (write(to, first) == 0) {
          return false;
        }
      }
    } catch (IOException e) {
      return false; // the flusher finds it again
    } finally {
      writing.unlock();
    }
    if (socket.isClosed()) {
      socket.shut();
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
    for (ByteBuffer first = socket.firstQueued(); first != null; first = socket.firstQueued()) {
      while (first.hasRemaining()) {
        if (write(to, first) == 0) {
          try {
            socket.awaitReady(SelectionKey.OP_WRITE, Deadline.NEVER);
          } catch (InterruptedException e) {
            if (obeys) {
              throw e;
            }
          }
        }
      }
    }
  }

  private void startFlusher() {
    var _ = Thread.ofVirtual().name("tutti-pipe-flusher").start(this::flushAll);
  }

  private void flushAll() {
    writing.lock();
    try {
      sendQueue(Objects.requireNonNull(socket.channel(), "channel"), false);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the other end of a pipe is closed, what was sent to it is lost", e);
      socket.dropQueue();
      cutOff(Objects.requireNonNull(socket.channel(), "channel"));
    } catch (InterruptedException e) {
      throw new AssertionError("a flusher obeys no interrupt", e);
    } finally {
      writing.unlock();
    }
    if (socket.isClosed()) {
      socket.shut();
    }
  }
}
