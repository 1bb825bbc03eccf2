package dev.tutti.memory.bell;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The connection by which this process rings one neighbour. A ring is the key of a line, 8 bytes.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread. Nobody waits for the
 * neighbour.
 */
final class Wire {
  /*
   * The channel is non-blocking: a blocking one is closed when a thread that uses it is interrupted. When it is full,
   * the neighbour has not read thousands of rings; one more would tell it nothing, and it looks by itself.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");

  private final long process;
  private final String bell;
  private final ReentrantLock lock = new ReentrantLock();
  private final ByteBuffer ring = ByteBuffer.allocateDirect(Long.BYTES); // guarded by lock
  private @Nullable SocketChannel channel; // guarded by lock

  Wire(long process, String bell) {
    this.process = process;
    this.bell = bell;
  }

  /** {@return whose doorbell it leads to} */
  long process() {
    return process;
  }

  /** {@return whether there was somebody to hear it} */
  boolean ring(long key) {
    lock.lock();
    try {
      SocketChannel to = channel == null ? connect() : channel;
      if (to == null) {
        return false;
      }
      ring.clear().putLong(key).flip();
      to.write(ring);
      if (ring.hasRemaining() && ring.position() > 0) {
        cut(); // half a ring: the next one begins anew
      }
      return true;
    } catch (IOException gone) {
      cut();
      return false;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable SocketChannel connect() throws IOException {
    SocketChannel made = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      made.configureBlocking(false);
      if (made.connect(UnixDomainSocketAddress.of(bell))) {
        channel = made;
        return made;
      }
      made.close(); // too many others are at the door
      return null;
    } catch (IOException e) {
      made.close();
      throw e;
    }
  }

  /** Gives up the connection. */
  void cut() {
    lock.lock();
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "cannot close the way to a doorbell", e);
    } finally {
      channel = null;
      lock.unlock();
    }
  }
}
