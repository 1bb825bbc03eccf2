package dev.tutti.process.pipe;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * The first words on a socket, before it is a pipe: a few bytes of a length that is known, and
 * never more waiting than agreed. For one thread.
 */
final class Exchange implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("dev.tutti");

  private final SocketChannel socket;
  private final Deadline deadline;
  private final boolean obeysInterrupts;
  private final Selector selector;
  private final SelectionKey key;
  private boolean interrupted;

  /**
   * @param obeysInterrupts whether an interrupt ends it; else it is kept until {@link #close}
   */
  Exchange(SocketChannel socket, Deadline deadline, boolean obeysInterrupts) throws IOException {
    this.socket = socket;
    this.deadline = deadline;
    this.obeysInterrupts = obeysInterrupts;
    socket.configureBlocking(false);
    this.selector = Selector.open();
    try {
      this.key = socket.register(selector, SelectionKey.OP_READ);
    } catch (IOException | RuntimeException e) {
      selector.close();
      throw e;
    }
  }

  void write(ByteBuffer bytes) throws IOException, InterruptedException {
    while (bytes.hasRemaining()) {
      if (socket.write(bytes) == 0) {
        await(SelectionKey.OP_WRITE);
      }
    }
  }

  /** {@return so many bytes, ready to be read} */
  ByteBuffer read(int count) throws IOException, InterruptedException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    while (bytes.hasRemaining()) {
      int read = socket.read(bytes);
      if (read < 0) {
        throw new EOFException(
            "the other side has closed the connection before it said what is due: bytes=%d due=%d"
                .formatted(bytes.position(), count));
      }
      if (read == 0) {
        await(SelectionKey.OP_READ);
      }
    }
    return bytes.flip();
  }

  private void await(int operation) throws IOException, InterruptedException {
    if (deadline.isOver()) {
      throw new SocketTimeoutException("the other side does not answer");
    }
    key.interestOps(operation);
    deadline.select(selector);
    selector.selectedKeys().clear();
    if (Thread.interrupted()) {
      if (obeysInterrupts) {
        throw new InterruptedException();
      }
      interrupted = true;
    }
  }

  /** Lets the socket go, which stays open and non-blocking. */
  @Override
  public void close() throws IOException {
    selector.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Closes what is there; what goes wrong is for nobody to mend. */
  static void close(@Nullable Closeable... all) {
    for (Closeable one : all) {
      if (one != null) {
        try {
          one.close();
        } catch (IOException e) {
          LOG.log(Level.DEBUG, "cannot close a part of a pipe", e);
        }
      }
    }
  }
}
