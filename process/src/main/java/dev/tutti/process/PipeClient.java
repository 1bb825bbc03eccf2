package dev.tutti.process;

import dev.tutti.process.pipe.Deadline;
import dev.tutti.process.pipe.Handshake;
import dev.tutti.process.pipe.LocalAddress;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * Connects this JVM with another one on this machine that has opened a {@link PipeListener}.
 *
 * {@snippet class=dev.tutti.process.PipeSnippets region=client lang=java}
 *
 * <p>Both sides show that they have the same key, without saying it, before any message is read.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 *
 * <p><b>Failure.</b> A listener that is not there, has another key, or does not answer in time is
 * an {@link IOException} that says which.
 *
 * @since 0.1
 */
public final class PipeClient {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private PipeClient() {}

  /**
   * Connects to a listener, which may take 10 seconds to answer.
   *
   * @param address where it listens: a {@link java.net.UnixDomainSocketAddress}, or an {@link
   *     java.net.InetSocketAddress} of this machine's loopback interface
   * @param key the listener's key
   * @return the end of the pipe, which stays in this process
   * @throws ConnectException if nobody listens there, or one of the two has another key
   * @throws SocketTimeoutException if the listener does not answer in time
   * @throws IOException if who listens there is no listener of pipes, or cannot be reached
   * @throws InterruptedException if the calling thread is interrupted
   * @throws IllegalArgumentException if the address is another one, or the key has fewer than 16
   *     bytes
   */
  public static PipeEnd connect(SocketAddress address, byte[] key)
      throws IOException, InterruptedException {
    return connect(address, key, PATIENCE);
  }

  /**
   * Connects to a listener.
   *
   * @param address where it listens: a {@link java.net.UnixDomainSocketAddress}, or an {@link
   *     java.net.InetSocketAddress} of this machine's loopback interface
   * @param key the listener's key
   * @param timeout how long it may take until the pipe is there
   * @return the end of the pipe, which stays in this process
   * @throws ConnectException if nobody listens there, or one of the two has another key
   * @throws SocketTimeoutException if the listener does not answer in time
   * @throws IOException if who listens there is no listener of pipes, or cannot be reached
   * @throws InterruptedException if the calling thread is interrupted
   * @throws IllegalArgumentException if the address is another one, or the key has fewer than 16
   *     bytes
   */
  public static PipeEnd connect(SocketAddress address, byte[] key, Duration timeout)
      throws IOException, InterruptedException {
    LocalAddress.require(address);
    PipeListener.ensureLongEnough(key);
    Deadline deadline = Deadline.after(timeout);
    return PipeEnd.of(new Handshake(key).connect(address, deadline));
  }
}
