package dev.tutti.process.pipe;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Carries the bytes between two other processes that have a pipe of this one.
 *
 * <p>A thread for each direction. One that comes to the end of its source tells the other side; one
 * whose target is gone takes no more. Both sockets are closed when both threads have ended, so what
 * a process has sent before its end arrives.
 */
final class Relay {
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final int BYTES = 1 << 16;

  private final AtomicInteger directions = new AtomicInteger(2);
  private final SocketChannel one;
  private final SocketChannel other;

  private Relay(SocketChannel one, SocketChannel other) {
    this.one = one;
    this.other = other;
  }

  static void start(SocketChannel one, SocketChannel other) throws IOException {
    one.configureBlocking(true);
    other.configureBlocking(true);
    Relay relay = new Relay(one, other);
    var _ = Thread.ofVirtual().name("tutti-relay").start(() -> relay.carry(one, other));
    var _ = Thread.ofVirtual().name("tutti-relay").start(() -> relay.carry(other, one));
  }

  private void carry(SocketChannel from, SocketChannel to) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
    try {
      while (from.read(bytes.clear()) >= 0) {
        bytes.flip();
        while (bytes.hasRemaining()) {
          int _ = to.write(bytes);
        }
      }
      SocketChannel _ = to.shutdownOutput();
    } catch (IOException gone) {
      LOG.log(Level.DEBUG, "a process at one end of a pipe is gone", gone);
      stop(from, to);
    } finally {
      if (directions.decrementAndGet() == 0) {
        Exchange.close(one, other);
      }
    }
  }

  private static void stop(SocketChannel from, SocketChannel to) {
    try {
      SocketChannel _ = from.shutdownInput();
    } catch (IOException closed) {
      LOG.log(Level.DEBUG, "a pipe is closed already", closed);
    }
    try {
      SocketChannel _ = to.shutdownOutput();
    } catch (IOException closed) {
      LOG.log(Level.DEBUG, "a pipe is closed already", closed);
    }
  }
}
