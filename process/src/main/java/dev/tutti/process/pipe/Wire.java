package dev.tutti.process.pipe;

import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * Messages over a socket that may come later.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
public final class Wire implements AutoCloseable {
  /*
   * Three parts, each with a lock of its own: the PipeSocket has the socket and what is queued for it, the Receiver takes
   * bytes from it, the Sender puts bytes into it. The last two take the lock of the first inside theirs, and never
   * each other's.
   */
  private final PipeSocket socket;
  private final Receiver receiver;
  private final Sender sender;

  private Wire(PipeSocket socket) {
    this.socket = socket;
    this.receiver = new Receiver(socket);
    this.sender = new Sender(socket);
  }

  /** A wire whose socket comes later. */
  Wire() {
    this(new PipeSocket());
  }

  /**
   * Takes a connected socket over.
   *
   * @param socket the socket
   * @throws IOException if it cannot be set up
   */
  public Wire(SocketChannel socket) throws IOException {
    this(new PipeSocket(socket));
  }

  /** The other side has come. */
  void attach(SocketChannel connected) throws IOException {
    if (socket.attach(connected)) {
      sender.flush(connected);
    }
  }

  /** The other side never comes. */
  void abandon() {
    socket.abandon();
  }

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
    return receiver.receive(kind);
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
    return receiver.receiveInto(target);
  }

  /**
   * {@return whether {@link #receive} need not wait: for a whole message is there, or the end, or
   * the wire is closed}
   *
   * @param deadline how long to wait for that
   * @throws InterruptedException if the calling thread is interrupted
   */
  public boolean poll(Deadline deadline) throws InterruptedException {
    return receiver.poll(deadline);
  }

  /** Has a selector wake up when something may have come; to be called again after each wake-up. */
  void watch(Selector watcher) throws IOException {
    socket.watch(watcher);
  }

  void unwatch(Selector watcher) {
    socket.unwatch(watcher);
  }

  /** {@return whether a thread is reading, so that another cannot ask what is there} */
  boolean isBeingRead() {
    return receiver.isBeingRead();
  }

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
    sender.send(kind, content);
  }

  /** Ends it. What was sent before arrives, as long as this process and the other one live. */
  @Override
  public void close() {
    socket.close();
  }
}
