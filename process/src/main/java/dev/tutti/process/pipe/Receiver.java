package dev.tutti.process.pipe;

import java.io.EOFException;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The reading end of a wire: takes bytes from its socket and makes messages of them. */
final class Receiver {
  /*
   * `reading` is held by whoever takes bytes from the socket. It guards all the rest: the bytes that have come, the
   * message that is whole and was not taken, and why nothing more comes. It is held while its holder waits in the
   * socket's selector for reading, so only close() ends that wait for all.
   */
  private static final int IN_BYTES = 1 << 16;

  private final PipeSocket socket;
  private final ReentrantLock reading = new ReentrantLock();
  private final MessageParser parser = new MessageParser();
  private @Nullable ByteBuffer in;
  private @Nullable Message next;
  private @Nullable End end;

  Receiver(PipeSocket socket) {
    this.socket = socket;
  }

  /** Why nothing more comes. */
  private record End(String text, boolean isLie, @Nullable Throwable cause) {
    IOException toException() {
      IOException e = isLie ? new StreamCorruptedException(text) : new EOFException(text);
      return cause == null ? e : (IOException) e.initCause(cause);
    }
  }

  /** Waits for the next message and takes it. */
  byte[] receive(Message.Kind kind) throws IOException, InterruptedException {
    reading.lockInterruptibly();
    try {
      Message message = awaitNext(kind);
      next = null;
      return message.content();
    } finally {
      stopReading(in != null && in.hasRemaining());
    }
  }

  /**
   * Waits for the next message, which has to be bytes; it is taken only if there is room for it.
   */
  int receiveInto(ByteBuffer target) throws IOException, InterruptedException {
    reading.lockInterruptibly();
    try {
      Message message = awaitNext(Message.Kind.BYTES);
      target.put(message.content());
      next = null;
      return message.content().length;
    } finally {
      stopReading(in != null && in.hasRemaining());
    }
  }

  /**
   * Who waits for several wires could not ask meanwhile, and may have seen the socket empty; of one
   * that a lie has ended nothing shows any more.
   */
  private void stopReading(boolean hasMore) {
    boolean wakes = hasMore || next != null || end != null;
    reading.unlock();
    if (wakes) {
      socket.wakeWatchers();
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

  /** {@return whether {@link #receive} need not wait} */
  boolean poll(Deadline deadline) throws InterruptedException {
    if (!reading.tryLock(deadline.leftNanos(), TimeUnit.NANOSECONDS)) {
      return false;
    }
    try {
      return isReady(deadline);
    } catch (IOException e) {
      return true; // receive() says it
    } finally {
      stopReading(false); // a part of a message is nothing to wake up for
    }
  }

  /** {@return whether a thread is reading, so that another cannot ask what is there} */
  boolean isBeingRead() {
    return reading.isLocked();
  }

  private boolean isReady(Deadline deadline) throws IOException, InterruptedException {
    while (next == null && end == null) {
      SocketChannel from = socket.awaitSocket(deadline);
      if (from != null) {
        if (!takeFrom(from, deadline)) {
          return false;
        }
      } else if (socket.isAbandoned()) {
        end = new End(PipeSocket.NEVER_CAME, false, null);
      } else {
        return false;
      }
    }
    socket.ensureOpen();
    return true;
  }

  /** {@return false if it is time, and nothing has come} */
  private boolean takeFrom(SocketChannel from, Deadline deadline)
      throws IOException, InterruptedException {
    ByteBuffer buffer = in;
    if (buffer == null) {
      buffer = ByteBuffer.allocateDirect(IN_BYTES).flip();
      in = buffer;
    }
    boolean waits = false;
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
        waits = true;
      }
    } catch (StreamCorruptedException lie) {
      end = new End(Objects.requireNonNullElse(lie.getMessage(), "no message"), true, null);
      socket.shut();
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException reset) { // the other process was killed with something unread
      end = endOfStream(reset);
    }
    if (waits) {
      socket.awaitReady(SelectionKey.OP_READ, deadline); // that this fails is no end of the stream
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
}
