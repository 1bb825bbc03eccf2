package dev.tutti.process.pipe;

import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A side of a pipe that another process has opened. */
public final class Guest implements Side {
  /*
   * `lock` is held while the side is taken, so it is taken once; that ends in PATIENCE, and an interrupt does
   * not end it, or the side would be lost between its two processes.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Invitation invitation;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Wire wire; // guarded by lock
  private boolean closed; // guarded by lock

  /**
   * Makes a side.
   *
   * @param invitation what was sent
   */
  public Guest(Invitation invitation) {
    this.invitation = invitation;
  }

  @Override
  public Wire take() throws IOException {
    lock.lock();
    try {
      Wire there = wire;
      if (there != null) {
        return there;
      }
      if (closed) {
        throw new ClosedChannelException();
      }
      Wire taken = knock();
      wire = taken;
      return taken;
    } finally {
      lock.unlock();
    }
  }

  private Wire knock() throws IOException {
    Deadline deadline = Deadline.after(PATIENCE);
    SocketChannel socket = connect(deadline);
    Wire taken = null;
    try {
      ByteBuffer answer = ask(socket, deadline);
      taken =
          switch (Knock.Answer.of(answer.get())) {
            case WELCOME -> new Wire(socket);
            case TAKEN -> throw Match.taken(answer.getLong());
            case CLOSED -> throw gone(null);
          };
      return taken;
    } finally {
      if (taken == null) {
        Exchange.close(socket);
      }
    }
  }

  private SocketChannel connect(Deadline deadline) throws IOException {
    try {
      return Dial.connect(UnixDomainSocketAddress.of(invitation.socket()), deadline, false);
    } catch (SocketException e) {
      throw gone(e);
    } catch (InterruptedException e) {
      throw new AssertionError("a knock obeys no interrupt", e);
    }
  }

  private ByteBuffer ask(SocketChannel socket, Deadline deadline) throws IOException {
    try (Exchange exchange = new Exchange(socket, deadline, false)) {
      long pid = ProcessHandle.current().pid();
      exchange.write(new Knock(invitation.pipe(), invitation.side(), pid).toBytes());
      return exchange.read(Knock.ANSWER_BYTES);
    } catch (SocketTimeoutException e) {
      throw e;
    } catch (IOException e) { // it was closed when the last one who was expected had come
      throw gone(e);
    } catch (InterruptedException e) {
      throw new AssertionError("a knock obeys no interrupt", e);
    }
  }

  private static EOFException gone(@Nullable Throwable cause) {
    EOFException e =
        new EOFException(
            "this end of the pipe can no longer be used: it was closed, both ends were used by others,"
                + " or the process that opened the pipe has ended");
    if (cause != null) {
      Throwable _ = e.initCause(cause);
    }
    return e;
  }

  /** A side that nobody has is taken first, so nobody waits for who might. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (wire == null && !closed) {
        wire = knock();
      }
    } catch (IOException | IllegalStateException e) {
      LOG.log(Level.DEBUG, "nobody has to be told that an end of a pipe is closed", e);
    } finally {
      closed = true;
      Wire there = wire;
      lock.unlock();
      if (there != null) {
        there.close();
      }
    }
  }

  /** One that was not taken stays free for other processes. */
  @Override
  public void drop() {
    lock.lock();
    try {
      if (wire != null) {
        wire.close();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Invitation invite() throws IOException {
    lock.lock();
    try {
      if (wire != null || closed) {
        throw Match.used();
      }
      return invitation;
    } finally {
      lock.unlock();
    }
  }
}
