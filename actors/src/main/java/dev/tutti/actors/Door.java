package dev.tutti.actors;

import dev.tutti.process.PipeEnd;
import dev.tutti.process.PipeListener;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
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
    Thread.ofPlatform().daemon().name("tutti-" + home.name() + "-door").start(this::letIn);
    return this;
  }

  SocketAddress address() {
    return listener.address();
  }

  private void letIn() {
    try {
      while (true) {
        enter(listener.accept());
      }
    } catch (ClosedChannelException | InterruptedException e) {
      return; // it is closed
    }
  }

  private void enter(PipeEnd end) {
    Guest guest = new Guest(home, end, this::leave);
    lock.lock();
    try {
      if (!closed) {
        guests.add(guest);
        guest.start();
        return;
      }
    } finally {
      lock.unlock();
    }
    end.close();
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
