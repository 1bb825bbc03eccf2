package dev.tutti.actors;

import dev.tutti.process.PipeEnd;
import dev.tutti.process.PipeListener;
import dev.tutti.spi.ServiceThread;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/** A socket of the owner by which other processes come to an actor. */
final class Door {
  /*
   * One thread lets guests in, until close() closes the listener. `lock` guards who is there, and whether the door is closed: a guest
   * that comes while it is being closed is sent away.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final Duration NO_ROOM_PAUSE = Duration.ofMillis(50);

  private final Home home;
  private final PipeListener listener;
  private final Runnable whenClosed;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Guest> guests = new HashSet<>();
  private boolean closed;

  Door(Home home, PipeListener listener, Runnable whenClosed) {
    this.home = home;
    this.listener = listener;
    this.whenClosed = whenClosed;
  }

  Door open() {
    ServiceThread.builder().name("tutti-" + home.name() + "-door").start(this::letIn);
    return this;
  }

  SocketAddress address() {
    return listener.address();
  }

  private void letIn() {
    try {
      while (true) {
        letOneIn();
      }
    } catch (ClosedChannelException | InterruptedException e) {
      return; // it is closed
    }
  }

  /** One for whom there is no room is sent away; there may be some for the next one. */
  private void letOneIn() throws ClosedChannelException, InterruptedException {
    try {
      enter(listener.accept());
    } catch (OutOfMemoryError e) { // also where a thread cannot be started
      Thread.sleep(NO_ROOM_PAUSE);
      tellNoRoom(e);
    }
  }

  private void tellNoRoom(OutOfMemoryError why) {
    try {
      LOG.log(Level.WARNING, "actor " + home.name() + " has no room for a guest", why);
    } catch (OutOfMemoryError e) {
      return; // nor for saying so
    }
  }

  private void enter(PipeEnd end) {
    boolean entered = false;
    try {
      entered = enter(new Guest(home, end, this::leave));
    } finally {
      if (!entered) {
        end.close();
      }
    }
  }

  private boolean enter(Guest guest) {
    boolean started = false;
    lock.lock();
    try {
      if (!closed) {
        guests.add(guest);
        guest.start();
        started = true;
      }
    } finally {
      if (!started) {
        guests.remove(guest); // nobody is to wait for its threads
      }
      lock.unlock();
    }
    return started;
  }

  private void leave(Guest guest) {
    lock.lock();
    try {
      guests.remove(guest);
    } finally {
      lock.unlock();
    }
  }

  /** This JVM ends: nothing of it is to be left. */
  void drop() {
    listener.close();
    whenClosed.run();
  }

  /**
   * Lets nobody in any more, and says goodbye to who is there when they have got what is theirs.
   */
  void close() {
    List<Guest> there;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      there = List.copyOf(guests);
    } finally {
      lock.unlock();
    }
    listener.close();
    there.forEach(Guest::dismiss);
    there.forEach(Guest::awaitEnd);
    whenClosed.run();
  }
}
