package dev.tutti.process;

import dev.tutti.process.pipe.Deadline;
import dev.tutti.process.pipe.Handshake;
import dev.tutti.process.pipe.LocalAddress;
import dev.tutti.process.pipe.Reception;
import dev.tutti.process.pipe.Wire;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * A place where other JVMs on this machine find this one by an address, to talk through a pipe.
 *
 * {@snippet class=dev.tutti.process.PipeSnippets region=listener lang=java}
 *
 * <p>The address is the path of a Unix-domain socket, or a port of the loopback interface. A path
 * is the better choice: others than this user cannot connect to it. Whoever connects has to show
 * that it has the key, and so does the listener, by HMAC-SHA-256 over fresh random numbers of both;
 * the key itself is never sent. What goes through the pipe afterwards is not encrypted, as it does
 * not leave the machine.
 *
 * <p><b>Lifetime.</b> Clients are let in from {@code open} until {@link #close}; who was let in
 * waits to be accepted, and talks on after {@code close} if it was. The socket's file is removed by
 * {@code close}; one that a killed JVM has left is replaced by the next listener at that path. A
 * listener that is not closed does not keep its JVM from ending.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 *
 * <p><b>Failure.</b> A client with another key, or one that says something else or nothing for 5
 * seconds, is sent away; {@link #lastRefusal} says why, and the listener goes on. Up to 64 clients
 * are let in or asked at a time, so those who do not answer hold up nobody else until there are as
 * many.
 *
 * @since 0.1
 */
public final class PipeListener implements AutoCloseable {
  private static final int LEAST_KEY_BYTES = 16;
  private static final int NEW_KEY_BYTES = 32;

  private final Reception reception;

  private PipeListener(Reception reception) {
    this.reception = reception;
  }

  /**
   * Opens a listener.
   *
   * @param address where: a {@link UnixDomainSocketAddress}, or an {@link InetSocketAddress} of the
   *     loopback interface, whose port may be 0 for any free one
   * @param key what clients must have, at least 16 bytes; see {@link #newKey}
   * @return the listener
   * @throws IOException if somebody else listens there, or nobody can
   * @throws IllegalArgumentException if the address is another one, or the key is too short
   */
  public static PipeListener open(SocketAddress address, byte[] key) throws IOException {
    LocalAddress.require(address);
    ensureLongEnough(key);
    return new PipeListener(Reception.open(address, new Handshake(key)));
  }

  /** {@return a key that nobody else has, of 32 random bytes} */
  public static byte[] newKey() {
    byte[] key = new byte[NEW_KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return key;
  }

  static void ensureLongEnough(byte[] key) {
    Checks.require(
        key.length >= LEAST_KEY_BYTES,
        "key must have at least %d bytes: bytes=%d; PipeListener.newKey() makes one"
            .formatted(LEAST_KEY_BYTES, key.length));
  }

  /** {@return where it listens, with the port that it has got} */
  public SocketAddress address() {
    return reception.address();
  }

  /**
   * Waits for the next client that has the key.
   *
   * @return this side's end of the pipe to it, which stays in this process
   * @throws ClosedChannelException if the listener is closed, also while it waits
   * @throws InterruptedException if the calling thread is interrupted
   */
  public PipeEnd accept() throws ClosedChannelException, InterruptedException {
    Wire wire = reception.accept(Deadline.NEVER);
    return PipeEnd.of(Objects.requireNonNull(wire, "wire"));
  }

  /**
   * Waits for the next client that has the key.
   *
   * @param timeout how long to wait at most; if not positive, not at all
   * @return this side's end of the pipe to it, which stays in this process
   * @throws SocketTimeoutException if none has come in time; its cause is the last refusal, if
   *     there was one
   * @throws ClosedChannelException if the listener is closed, also while it waits
   * @throws InterruptedException if the calling thread is interrupted
   */
  public PipeEnd accept(Duration timeout)
      throws SocketTimeoutException, ClosedChannelException, InterruptedException {
    Wire wire = reception.accept(Deadline.after(timeout));
    if (wire != null) {
      return PipeEnd.of(wire);
    }
    SocketTimeoutException none =
        new SocketTimeoutException(
            "no client has come in time: address=%s waited=%s".formatted(address(), timeout));
    lastRefusal().ifPresent(none::initCause);
    throw none;
  }

  /** {@return why the last client was sent away; empty if none was} */
  public Optional<IOException> lastRefusal() {
    return reception.lastRefusal();
  }

  /**
   * Closes the listener. Ends that have been accepted stay open, those that have not are closed.
   */
  @Override
  public void close() {
    reception.close();
  }

  @Override
  public String toString() {
    return "PipeListener[address=%s]".formatted(address());
  }
}
