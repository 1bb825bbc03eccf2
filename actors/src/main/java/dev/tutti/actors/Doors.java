package dev.tutti.actors;

import dev.tutti.process.PipeListener;
import dev.tutti.process.launch.SharedFolder;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The doors of an actor: one of its own, made when its handle is first sent, and those that its
 * owner has asked for.
 */
final class Doors {
  /*
   * `lock` guards which there are, and whether there can be further ones.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");

  private static final Set<Doors> OPEN = ConcurrentHashMap.newKeySet();
  private static final AtomicBoolean HOOKED = new AtomicBoolean();

  private final Home home;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Door> doors = new ArrayList<>();
  private @Nullable Address own;
  private boolean closed;

  Doors(Home home) {
    this.home = home;
  }

  /** {@return where handles in other processes come to} */
  Address own() throws IOException {
    lock.lock();
    try {
      Address there = own;
      if (there == null) {
        SharedFolder folder = SharedFolder.hold();
        byte[] key = PipeListener.newKey();
        SocketAddress at =
            UnixDomainSocketAddress.of(
                folder.folder().path().resolve("a" + folder.number() + ".s"));
        Door _ = open(listener(at, key, folder), () -> letGo(folder));
        there = Address.of(home.id(), home.name(), ProcessHandle.current().pid(), at, key);
        own = there;
        open();
      }
      return there;
    } finally {
      lock.unlock();
    }
  }

  /** A JVM that ends without closing its actors leaves no socket behind, unless it is killed. */
  private void open() {
    OPEN.add(this);
    if (HOOKED.compareAndSet(false, true)) {
      Runtime.getRuntime().addShutdownHook(new Thread(Doors::closeAtEnd, "tutti-actors-end"));
    }
  }

  private static void closeAtEnd() {
    for (Doors all : OPEN) {
      all.take().forEach(Door::drop);
    }
  }

  private static PipeListener listener(SocketAddress at, byte[] key, SharedFolder folder)
      throws IOException {
    try {
      return PipeListener.open(at, key);
    } catch (IOException | RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  private static void letGo(SharedFolder folder) {
    try {
      folder.close();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "cannot remove the folder of an actor's socket", e);
    }
  }

  Door open(PipeListener listener, Runnable whenClosed) {
    Door door = new Door(home, listener, whenClosed);
    lock.lock();
    try {
      if (!closed) {
        doors.add(door);
        return door.open();
      }
    } finally {
      lock.unlock();
    }
    door.close();
    throw new IllegalStateException("actor is closed: name=" + home.name());
  }

  void close() {
    take().forEach(Door::close);
  }

  private List<Door> take() {
    OPEN.remove(this);
    lock.lock();
    try {
      closed = true;
      List<Door> open = List.copyOf(doors);
      doors.clear();
      return open;
    } finally {
      lock.unlock();
    }
  }
}
