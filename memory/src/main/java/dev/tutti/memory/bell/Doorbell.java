package dev.tutti.memory.bell;

import dev.tutti.spi.ServiceThread;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.lang.ref.WeakReference;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one socket by which this process is told that something in shared memory has changed.
 *
 * <p><b>Lifetime.</b> Made when a thread of this process is the first to wait; it stays until the
 * JVM ends. A thread that reads it, a daemon, sleeps while nobody waits.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 *
 * <p><b>Failure.</b> Where no socket can be made, this process is not rung; it looks every 250 ms.
 */
public final class Doorbell implements Neighbourhood {
  /*
   * One thread accepts, reads rings and looks at the lines every 250 ms. It is in a selector without end while
   * no line has waiters: `looks` is false then. Who adds a line to `watched` wakes it if `looks` is false; it sets
   * `looks` to false, then asks whether `watched` is empty. Both are volatile, so one of the two sees the other. `looks`
   * stays true for one more round, so that a lock that is much used does not wake it each time.
   *
   * A JVM that ends waits up to 300 ms for threads in native code, as one in a selector is. So from the first of its
   * shutdown hooks on this thread parks, and looks every 10 ms at its door: other hooks may wait for a lock.
   *
   * `lines` finds the line that a ring is for; it refers to lines weakly. `watched` holds those with waiters.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final Cleaner CLEANER = Cleaner.create();
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long NO_ROOM_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long END_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final int BACKLOG = 256;

  /** From then on it pays to prepare native calls, which costs 0.1 s of a core. */
  private static final int MANY_WAITS = 64;

  private static final int RINGS = 512;
  private static final Doorbell OWN = new Doorbell();

  private final long self = Identity.own();
  private final Map<Long, WeakReference<Line>> lines = new ConcurrentHashMap<>();
  private final Set<Line> watched = ConcurrentHashMap.newKeySet();
  private final Map<String, Wire> wires = new ConcurrentHashMap<>();
  private final AtomicInteger waits = new AtomicInteger();
  private final ReentrantLock opening = new ReentrantLock();
  private volatile @Nullable Listener listener; // written once, by who has `opening`
  private volatile boolean looks;
  private volatile boolean ends;

  private Doorbell() {}

  /** {@return that of this process} */
  public static Doorbell own() {
    return OWN;
  }

  @Override
  public long self() {
    return self;
  }

  @Override
  public boolean isAlive(long process) {
    return Identity.isAlive(process);
  }

  @Override
  public long lookNanos() {
    return LOOK_NANOS;
  }

  @Override
  public String bell() {
    return listener().bell;
  }

  private Listener listener() {
    Listener there = listener;
    if (there != null) {
      return there;
    }
    opening.lock();
    try {
      there = listener;
      if (there == null) {
        there = new Listener();
        ServiceThread.builder().name("tutti-bell").start(there::listen);
        listener = there;
        hearOfTheEnd(there);
      }
      return there;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("cannot wait: no selector", e);
    } finally {
      opening.unlock();
    }
  }

  private void hearOfTheEnd(Listener there) {
    try {
      Thread hook =
          new Thread(
              () -> {
                ends = true; // before it is woken
                there.selector.wakeup();
              },
              "tutti-bell-end");
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException endsAlready) {
      ends = true;
    }
  }

  @Override
  public boolean ring(long process, String bell, long key) {
    Wire wire = wires.get(bell);
    if (wire == null) {
      wires.values().removeIf(this::isOfTheDead);
      wire = wires.computeIfAbsent(bell, b -> new Wire(process, b));
    }
    if (wire.ring(key)) {
      return true;
    }
    wires.remove(bell, wire);
    return false;
  }

  private boolean isOfTheDead(Wire wire) {
    boolean dead = !isAlive(wire.process());
    if (dead) {
      wire.cut();
    }
    return dead;
  }

  @Override
  public void add(Line line) {
    Long key = line.key();
    WeakReference<Line> weak = new WeakReference<>(line);
    Map<Long, WeakReference<Line>> all = lines;
    all.put(key, weak);
    CLEANER.register(line, () -> all.remove(key, weak));
  }

  @Override
  public void watch(Line line) {
    if (waits.get() < MANY_WAITS && waits.incrementAndGet() == MANY_WAITS) {
      Futex.prepare();
    }
    watched.add(line);
    if (!looks) {
      looks = true;
      listener().selector.wakeup();
    }
  }

  @Override
  public void unwatch(Line line) {
    watched.remove(line);
  }

  /** The thread at the door. */
  private final class Listener {
    private boolean toldNoRoom;
    final Selector selector = Selector.open();
    final String bell;
    private final @Nullable ServerSocketChannel door;
    private long nextLookNanos = System.nanoTime() + LOOK_NANOS;

    Listener() throws IOException {
      ServerSocketChannel made = null;
      String where = "";
      try {
        Path socket = BellFolder.make();
        made = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        made.bind(UnixDomainSocketAddress.of(socket), BACKLOG);
        made.configureBlocking(false);
        made.register(selector, SelectionKey.OP_ACCEPT);
        where = socket.toString();
      } catch (IOException e) {
        LOG.log(Level.WARNING, "no doorbell; waiting between processes takes up to 250 ms", e);
      }
      door = made;
      bell = where;
    }

    void listen() {
      while (true) {
        try {
          Thread.interrupted(); // not for us
          if (ends) {
            LockSupport.parkNanos(END_LOOK_NANOS);
            selector.selectNow(this::hear);
          } else if (looks) {
            long left = nextLookNanos - System.nanoTime();
            selector.select(this::hear, Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
          } else {
            selector.select(this::hear);
          }
          if (looks && System.nanoTime() - nextLookNanos >= 0) {
            nextLookNanos = System.nanoTime() + LOOK_NANOS;
            look();
          }
        } catch (Throwable e) { // all who wait rely on it
          tell(e);
        }
      }
    }

    private static void tell(Throwable failure) {
      try {
        LOG.log(Level.WARNING, "at the doorbell", failure);
      } catch (Throwable e) { // no more is there for it than there was before
        return;
      }
    }

    private void look() {
      if (watched.isEmpty()) {
        looks = false; // pairs with watch()
        if (watched.isEmpty()) {
          return;
        }
        looks = true;
      }
      watched.forEach(Listener::look);
    }

    /** What goes wrong at one line is no matter of the others. */
    private static void look(Line line) {
      try {
        line.look();
      } catch (Throwable e) {
        tell(e);
      }
    }

    private void hear(SelectionKey key) {
      if (key.isAcceptable()) {
        accept();
        return;
      }
      try {
        read(key);
      } catch (IOException e) {
        drop(key);
      }
    }

    /** The door stays open where this process has no room for a neighbour: there may be soon. */
    private void accept() {
      SocketChannel neighbour = null;
      try {
        neighbour = door == null ? null : door.accept();
        if (neighbour != null) {
          neighbour.configureBlocking(false);
          neighbour.register(
              selector, SelectionKey.OP_READ, ByteBuffer.allocateDirect(RINGS * Long.BYTES));
        }
      } catch (IOException | OutOfMemoryError e) {
        close(neighbour);
        if (!toldNoRoom) {
          toldNoRoom = true;
          LOG.log(
              Level.WARNING, "a neighbour cannot ring for now; it waits up to 250 ms longer", e);
        }
        LockSupport.parkNanos(NO_ROOM_PAUSE_NANOS);
      }
    }

    private static void close(@Nullable SocketChannel neighbour) {
      try {
        if (neighbour != null) {
          neighbour.close();
        }
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "cannot close the way of a neighbour", e);
      }
    }

    private void read(SelectionKey key) throws IOException {
      ByteBuffer rings = (ByteBuffer) key.attachment();
      int read = ((SocketChannel) key.channel()).read(rings);
      rings.flip();
      try {
        while (rings.remaining() >= Long.BYTES) {
          WeakReference<Line> weak = lines.get(rings.getLong());
          Line line = weak == null ? null : weak.get();
          if (line != null) {
            line.rung();
          }
        }
      } finally {
        rings.compact(); // whatever fails at a line, what comes next is behind it
      }
      if (read < 0) {
        drop(key);
      }
    }

    private void drop(SelectionKey key) {
      key.cancel();
      try {
        key.channel().close();
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "cannot close the way of a neighbour", e);
      }
    }
  }
}
