package dev.tutti.process.pipe;

import dev.tutti.process.launch.SharedFolder;
import dev.tutti.spi.ServiceThread;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where other processes knock that take a side of a pipe of this one. It is open while somebody is
 * expected.
 */
final class Rendezvous {
  /*
   * `LOCK` guards which one is open and whom it expects. It is taken inside the lock of a match; a
   * knock looks its match up, lets go, and only then goes to the match, which may not be expected any more by then
   * and says so itself.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final ReentrantLock LOCK = new ReentrantLock();
  private static @Nullable Rendezvous current; // guarded by LOCK
  private static boolean hooked; // guarded by LOCK

  private final Map<UUID, Match> expected = new HashMap<>(); // guarded by LOCK
  private final SharedFolder folder;
  private final ServerSocketChannel server;
  private final Path path;

  private Rendezvous(SharedFolder folder) throws IOException {
    this.folder = folder;
    this.path = folder.folder().path().resolve("p" + folder.number() + ".s");
    this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      ServerSocketChannel _ = server.bind(UnixDomainSocketAddress.of(path));
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  /** {@return where to knock for a match} */
  static String expect(Match match) throws IOException {
    LOCK.lock();
    try {
      Rendezvous open = current;
      if (open == null) {
        open = open();
        current = open;
      }
      open.expected.put(match.id(), match);
      return open.path.toString();
    } finally {
      LOCK.unlock();
    }
  }

  private static Rendezvous open() throws IOException {
    if (!hooked) {
      Runtime.getRuntime().addShutdownHook(new Thread(Rendezvous::closeAtEnd, "tutti-pipes-end"));
      hooked = true;
    }
    SharedFolder folder = SharedFolder.hold();
    try {
      Rendezvous made = new Rendezvous(folder);
      var _ = ServiceThread.builder().name("tutti-pipes").start(made::run);
      return made;
    } catch (IOException | RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  /** Nobody is expected for a match any more. */
  static void forget(Match match) {
    LOCK.lock();
    try {
      Rendezvous open = current;
      if (open != null && open.expected.remove(match.id()) != null && open.expected.isEmpty()) {
        current = null;
        open.close();
      }
    } finally {
      LOCK.unlock();
    }
  }

  private static void closeAtEnd() {
    LOCK.lock();
    try {
      if (current != null) {
        current.close();
        current = null;
      }
    } finally {
      LOCK.unlock();
    }
  }

  private void close() {
    try (folder;
        server) {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "cannot remove " + path, e);
    }
  }

  private void run() {
    while (true) {
      try {
        SocketChannel socket = server.accept();
        var _ = Thread.ofVirtual().name("tutti-knock").start(() -> answer(socket));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException | OutOfMemoryError e) { // no descriptors left, for now
        LOG.log(Level.WARNING, "cannot let a process take an end of a pipe", e);
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private static void answer(SocketChannel socket) {
    boolean welcome = false;
    try {
      Knock knock = read(socket);
      Match match = match(knock.pipe());
      if (match == null) {
        Knock.Answer.CLOSED.say(socket, 0);
      } else {
        welcome = match.knock(knock, socket);
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "who knocked for an end of a pipe was sent away", e);
    } finally {
      if (!welcome) {
        Exchange.close(socket);
      }
    }
  }

  private static Knock read(SocketChannel socket) throws IOException {
    try (Exchange exchange = new Exchange(socket, Deadline.after(PATIENCE), false)) {
      return Knock.read(exchange.read(Knock.BYTES));
    } catch (InterruptedException e) {
      throw new AssertionError("an answer obeys no interrupt", e);
    }
  }

  private static @Nullable Match match(UUID pipe) {
    LOCK.lock();
    try {
      return current == null ? null : current.expected.get(pipe);
    } finally {
      LOCK.unlock();
    }
  }
}
