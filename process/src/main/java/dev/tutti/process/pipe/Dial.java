package dev.tutti.process.pipe;

import dev.tutti.spi.Timer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Future;

/** Connects a socket, and gives up when it takes too long. */
final class Dial {
  private Dial() {}

  /**
   * @param obeysInterrupts whether an interrupt ends it; else it is kept
   */
  static SocketChannel connect(SocketAddress address, Deadline deadline, boolean obeysInterrupts)
      throws IOException, InterruptedException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return connect(address, deadline);
        } catch (ClosedByInterruptException e) {
          boolean _ = Thread.interrupted();
          if (obeysInterrupts) {
            throw new InterruptedException();
          }
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** In blocking mode: a listener whose queue is full makes it wait. */
  private static SocketChannel connect(SocketAddress address, Deadline deadline)
      throws IOException {
    SocketChannel socket =
        address instanceof InetSocketAddress
            ? SocketChannel.open()
            : SocketChannel.open(StandardProtocolFamily.UNIX);
    Future<?> timer = Timer.after(deadline.leftNanos(), () -> Exchange.close(socket));
    try {
      boolean _ = socket.connect(address);
      if (timer.cancel(false)) {
        prepare(socket);
        return socket;
      }
      throw new AsynchronousCloseException();
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (AsynchronousCloseException e) {
      throw new SocketTimeoutException("nobody answers at " + address);
    } catch (IOException | RuntimeException e) {
      Exchange.close(socket);
      throw e;
    } finally {
      boolean _ = timer.cancel(false);
    }
  }

  /** What is said is sent at once: a message is as many bytes as it is. */
  static void prepare(SocketChannel socket) throws IOException {
    if (socket.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
      SocketChannel _ = socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
  }
}
