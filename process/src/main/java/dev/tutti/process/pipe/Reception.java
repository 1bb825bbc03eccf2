package dev.tutti.process.pipe;

import dev.tutti.spi.ServiceThread;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where clients come, are asked for their key, and wait to be accepted.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
public final class Reception implements AutoCloseable {
  /*
   * One thread takes connections; each is asked on a virtual thread of its own, so one that does not answer holds
   * up no other. `places` bounds how many are asked or wait: one is taken before a connection is, and
   * given back when the client is sent away or accepted. The rest is guarded by `lock`.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration LIVE_PATIENCE = Duration.ofSeconds(1);
  private static final int PLACES = 64;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final ServerSocketChannel server;
  private final SocketAddress address;
  private final Handshake handshake;
  private final @Nullable Object file;
  private final Semaphore places = new Semaphore(PLACES);
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Wire> waiting = new ArrayDeque<>();
  private @Nullable IOException lastRefusal;
  private boolean closed;

  private Reception(ServerSocketChannel server, Handshake handshake) throws IOException {
    this.server = server;
    this.address = server.getLocalAddress();
    this.handshake = handshake;
    this.file = address instanceof UnixDomainSocketAddress unix ? key(unix.getPath()) : null;
  }

  /**
   * Opens one.
   *
   * @param address where
   * @param handshake how clients are asked
   * @return the reception
   * @throws IOException if somebody else has that address, or it is not possible
   */
  public static Reception open(SocketAddress address, Handshake handshake) throws IOException {
    ServerSocketChannel server =
        address instanceof UnixDomainSocketAddress unix ? bind(unix) : bind(address);
    try {
      Reception reception = new Reception(server, handshake);
      var _ = ServiceThread.builder().name("tutti-listener").start(reception::run);
      return reception;
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private static ServerSocketChannel bind(SocketAddress address) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open();
    return bound(server, address);
  }

  private static ServerSocketChannel bind(UnixDomainSocketAddress address) throws IOException {
    Path path = address.getPath();
    removeLeftOver(address);
    ServerSocketChannel server =
        bound(ServerSocketChannel.open(StandardProtocolFamily.UNIX), address);
    if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Path _ = Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    }
    return server;
  }

  private static ServerSocketChannel bound(ServerSocketChannel server, SocketAddress address)
      throws IOException {
    try {
      return server.bind(address);
    } catch (IOException | RuntimeException e) {
      server.close();
      if (e instanceof BindException) {
        throw (IOException)
            new BindException("cannot listen at %s: %s".formatted(address, e.getMessage()))
                .initCause(e);
      }
      throw e;
    }
  }

  /** A socket that nobody answers at is what a killed process has left. */
  private static void removeLeftOver(UnixDomainSocketAddress address) throws IOException {
    Path path = address.getPath();
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        || Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
        || Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return; // nothing there, or something that is not ours to remove
    }
    Object before = key(path);
    try (SocketChannel _ = Dial.connect(address, Deadline.after(LIVE_PATIENCE), false)) {
      return; // somebody lives there
    } catch (ConnectException nobody) {
      if (before != null && before.equals(key(path))) {
        Files.deleteIfExists(path);
      }
    } catch (SocketTimeoutException e) {
      LOG.log(Level.DEBUG, "somebody listens and does not answer", e);
    } catch (InterruptedException e) {
      throw new AssertionError("this look obeys no interrupt", e);
    }
  }

  private static @Nullable Object key(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }

  /** {@return where it is} */
  public SocketAddress address() {
    return address;
  }

  private void run() {
    while (true) {
      places.acquireUninterruptibly();
      try {
        SocketChannel socket = server.accept();
        var _ = Thread.ofVirtual().name("tutti-reception").start(() -> ask(socket));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException | OutOfMemoryError e) { // no descriptors left, for now
        places.release();
        LOG.log(Level.WARNING, "cannot take a connection at " + address, e);
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private void ask(SocketChannel socket) {
    Wire wire = null;
    IOException refusal = null;
    try {
      wire = handshake.accept(socket, Deadline.after(PATIENCE));
    } catch (IOException e) {
      refusal = e;
      LOG.log(Level.DEBUG, "a client was sent away at " + address, e); // lastRefusal() tells
    } finally {
      settle(wire, refusal);
    }
  }

  private void settle(@Nullable Wire wire, @Nullable IOException refusal) {
    lock.lock();
    try {
      if (wire == null) {
        lastRefusal = refusal == null ? lastRefusal : refusal;
        places.release();
      } else if (closed) {
        wire.close();
        places.release();
      } else {
        waiting.add(wire);
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for a client that has been let in.
   *
   * @param deadline how long
   * @return the wire to it; null if none has come in time
   * @throws ClosedChannelException if this is closed
   * @throws InterruptedException if the calling thread is interrupted
   */
  public @Nullable Wire accept(Deadline deadline)
      throws ClosedChannelException, InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        if (closed) {
          throw new ClosedChannelException();
        }
        Wire first = waiting.poll();
        if (first != null) {
          places.release();
          return first;
        }
        if (deadline.isOver()) {
          return null;
        }
        deadline.await(changed);
      }
    } finally {
      lock.unlock();
    }
  }

  /** {@return why the last client was sent away; empty if none was} */
  public Optional<IOException> lastRefusal() {
    lock.lock();
    try {
      return Optional.ofNullable(lastRefusal);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      changed.signalAll();
      waiting.forEach(Wire::close);
      waiting.clear();
    } finally {
      lock.unlock();
    }
    places.release(PLACES); // the thread may wait for one, to find that it is over
    removeFile();
    Exchange.close(server);
  }

  /** While the socket is still bound, so the file is not yet that of another listener. */
  private void removeFile() {
    if (address instanceof UnixDomainSocketAddress unix) {
      try {
        if (file != null && file.equals(key(unix.getPath()))) {
          Files.deleteIfExists(unix.getPath());
        }
      } catch (IOException gone) {
        LOG.log(Level.DEBUG, "cannot remove " + unix.getPath(), gone);
      }
    }
  }
}
