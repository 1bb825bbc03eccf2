package dev.tutti.process.group;

import dev.tutti.process.launch.PoolFolder;
import dev.tutti.process.launch.WorkerProcess;
import dev.tutti.process.wire.Channel;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.Hello;
import dev.tutti.process.wire.NoFrameException;
import dev.tutti.process.wire.WireException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The socket at which one new worker knocks twice, once for each channel; then it is gone. */
public final class Door implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final Duration START_PATIENCE = Duration.ofSeconds(60);
  private static final long FIRST_LOOK_MILLIS = 12; // no JVM is there sooner
  private static final long LOOK_MILLIS = 1;
  private static final long CALM_LOOK_MILLIS = 50;
  private static final Duration GREETING_PATIENCE = Duration.ofSeconds(10);

  private final Path path;
  private final String secret;
  private final Duration patience;
  private final long lookMillis;
  private final ServerSocketChannel server;
  private final Selector selector;
  private final Map<Frame.Role, Channel> channels = new EnumMap<>(Frame.Role.class);

  /** For both channels: a pool that has no memory for them is not to begin with a worker. */
  private final ArrayDeque<ByteBuffer> buffers =
      new ArrayDeque<>(List.of(Channel.newBuffer(), Channel.newBuffer()));

  private @Nullable IOException lastStranger;
  private long deadline; // from the first wait on

  /**
   * Opens the socket.
   *
   * @param folder where
   * @param number tells it from others in the folder
   * @param secret what the worker has to say
   * @throws IOException if that is not possible
   */
  public Door(PoolFolder folder, int number, String secret) throws IOException {
    this(folder, number, secret, START_PATIENCE, LOOK_MILLIS);
  }

  /**
   * Opens a socket for a worker for which nobody waits, and looks for it now and then.
   *
   * @param patience how long the worker may take to come
   */
  static Door forNobodyInAHurry(PoolFolder folder, String secret, Duration patience)
      throws IOException {
    return new Door(folder, 0, secret, patience, CALM_LOOK_MILLIS);
  }

  private Door(PoolFolder folder, int number, String secret, Duration patience, long lookMillis)
      throws IOException {
    this.patience = patience;
    this.lookMillis = lookMillis;
    this.path = folder.path().resolve("w" + number + ".s");
    this.secret = secret;
    this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    this.selector = selectorOf(server);
    try {
      server.bind(UnixDomainSocketAddress.of(path));
      server.configureBlocking(false);
      server.register(selector, SelectionKey.OP_ACCEPT);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private static Selector selectorOf(ServerSocketChannel server) throws IOException {
    try {
      return Selector.open();
    } catch (IOException e) { // such as no descriptor
      server.close();
      throw e;
    }
  }

  /** {@return where the worker is to knock} */
  public Path path() {
    return path;
  }

  /**
   * Waits until the worker has opened both channels.
   *
   * @param worker the worker
   * @return the channels, which are the caller's now
   * @throws IOException if it has ended before, or takes too long
   */
  public Map<Frame.Role, Channel> await(WorkerProcess worker) throws IOException {
    awaitOr(worker, () -> false);
    return take();
  }

  /**
   * Waits until the worker has opened both channels, or is there in another way, for which it looks
   * again and again.
   *
   * @return whether the channels are open
   */
  boolean awaitOr(WorkerProcess worker, BooleanSupplier isHere) throws IOException {
    var wakeUp = worker.onExit().thenRun(selector::wakeup);
    try {
      boolean open = look(worker, Math.max(FIRST_LOOK_MILLIS, lookMillis));
      while (!open) {
        if (isHere.getAsBoolean()) {
          return false;
        }
        open = look(worker, lookMillis);
      }
      return true;
    } finally {
      wakeUp.cancel(false);
    }
  }

  /** Waits a moment; {@return whether the worker has opened both channels} */
  boolean look(WorkerProcess worker) throws IOException {
    return look(worker, lookMillis);
  }

  private boolean look(WorkerProcess worker, long millis) throws IOException {
    boolean wasAlive = worker.isAlive(); // what it did before its end is seen below
    SocketChannel socket = isKnock(millis) ? server.accept() : null;
    if (socket != null) {
      greet(socket);
    } else if (!wasAlive) {
      throw withStranger(new IOException(deathAtStart(worker)));
    }
    return channels.size() == Frame.Role.values().length;
  }

  /** {@return the channels, which are the caller's from now on} */
  Map<Frame.Role, Channel> take() {
    Map<Frame.Role, Channel> taken = new EnumMap<>(channels);
    channels.clear();
    return taken;
  }

  private boolean isKnock(long millis) throws IOException {
    if (deadline == 0) {
      deadline = System.nanoTime() + patience.toNanos();
    }
    boolean ready = selector.select(millis) > 0;
    Thread.interrupted(); // the thread is the pool's own; a flag would make this wait spin
    selector.selectedKeys().clear();
    if (ready) {
      return true; // however late: this JVM may have been stopped meanwhile
    }
    if (deadline - System.nanoTime() <= 0) {
      throw withStranger(new WireException("worker did not report in time: waited=" + patience));
    }
    return false;
  }

  private void greet(SocketChannel socket) throws IOException {
    Channel channel = channel(socket);
    try {
      Hello hello = Hello.check(channel.readFirst(GREETING_PATIENCE), secret);
      Channel twice = channels.putIfAbsent(hello.role(), channel);
      if (twice != null) {
        channel.close();
      }
    } catch (IOException stranger) {
      channel.close();
      lastStranger = stranger;
      LOG.log(
          stranger instanceof NoFrameException ? Level.DEBUG : Level.WARNING, // or: it was killed
          "who knocked at the socket of a new worker was sent away",
          stranger);
    }
  }

  private Channel channel(SocketChannel socket) throws IOException {
    try {
      ByteBuffer buffer = buffers.pollFirst();
      return buffer == null ? new Channel(socket) : new Channel(socket, buffer);
    } catch (IOException e) { // such as no descriptor
      socket.close();
      throw new WireException("no channel can be made of a worker's socket: " + e, e);
    } catch (RuntimeException | Error e) { // an Error: no memory for its buffer
      socket.close();
      throw e;
    }
  }

  /** Says what came instead of a greeting: only this user's processes can have sent it. */
  private IOException withStranger(IOException failure) {
    IOException stranger = lastStranger;
    if (stranger == null) {
      return failure;
    }
    String text = failure.getMessage() + "\n    what came instead: " + stranger.getMessage();
    return failure instanceof WireException
        ? new WireException(text)
        : new IOException(text, stranger);
  }

  private static String deathAtStart(WorkerProcess worker) {
    int status = worker.awaitExit(Duration.ZERO);
    List<String> said = worker.stderrTail();
    List<String> printed = worker.stdoutTail();
    StringBuilder text = new StringBuilder("worker ended before it was ready: exit=" + status);
    for (List<String> lines : List.of(printed, said)) {
      lines.forEach(line -> text.append("\n    ").append(line));
    }
    return text.toString();
  }

  @Override
  public void close() throws IOException {
    for (Channel channel : take().values()) {
      channel.close();
    }
    try (selector;
        server) {
      Files.deleteIfExists(path);
    }
  }
}
