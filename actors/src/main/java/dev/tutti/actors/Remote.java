package dev.tutti.actors;

import dev.tutti.process.PipeClient;
import dev.tutti.process.PipeEnd;
import dev.tutti.task.WorkerLostException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The way to an actor that another process owns. All handles to one actor in this process share it.
 */
final class Remote implements Line {
  /*
   * `lock` guards which connection there is, and the numbers of calls; it is held while a call is sent, so that calls arrive in the
   * order of their numbers. A connection is made with the first call, and a new one with the first call after it has ended.
   *
   * A call is in `open` from before it is sent until its caller is told: by the connection's reader, or, when that has
   * ended, by whoever takes it out. A call that is entered after the reader has ended finds `over` set and takes itself out.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final Map<Address, Remote> ALL = new ConcurrentHashMap<>();

  private final Address address;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Connection connection;
  private long lastNumber;

  Remote(Address address) {
    this.address = address;
  }

  static Remote to(Address address) {
    return ALL.computeIfAbsent(address, Remote::new);
  }

  @Override
  public Address address() {
    return address;
  }

  @Override
  public String name() {
    return address.name();
  }

  // ---------------------------------------------------------------- calls

  @Override
  public long call(Message.Kind kind, byte[] function, long timeoutNanos, Caller caller) {
    lock.lock();
    try {
      Connection on = connect();
      long number = ++lastNumber;
      if (kind == Message.Kind.CALL) {
        on.open.put(number, caller);
      }
      if (!on.sends(Message.of(kind, number, timeoutNanos, function), number, kind)) {
        throw unreachable(null);
      }
      return number;
    } catch (IOException e) {
      throw unreachable(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RejectedExecutionException("interrupted while calling actor " + name(), e);
    } finally {
      lock.unlock();
    }
  }

  private RejectedExecutionException unreachable(@Nullable IOException why) {
    return new RejectedExecutionException(
        "actor cannot be reached: name=%s owner=%d; its owner has closed it, or is gone"
            .formatted(address.name(), address.owner()),
        why);
  }

  /** {@return a connection, a new one if there is none} */
  Connection connect() throws IOException, InterruptedException {
    lock.lockInterruptibly();
    try {
      Connection there = connection;
      if (there == null || there.over) {
        there = new Connection(PipeClient.connect(address.socket(), address.key()));
        connection = there;
        Thread.ofPlatform().daemon().name("tutti-" + address.name() + "-handle").start(there::read);
      }
      return there;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void giveUp(long number, boolean interrupt) {
    lock.lock();
    try {
      Connection on = connection;
      if (on != null && on.open.remove(number) != null) {
        Message.Kind kind = interrupt ? Message.Kind.STOP : Message.Kind.WITHDRAW;
        on.end.sendBytes(Message.of(kind, number));
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "actor {0} is gone: {1}", address.name(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  // ---------------------------------------------------------------- the end

  @Override
  public void close() {
    lock.lock();
    try {
      if (connection != null) {
        connection.closedHere = true;
        connection.end.close();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void closeNow() {
    close();
  }

  /** One connection with the owner. */
  final class Connection {
    private final PipeEnd end;
    private final Map<Long, Caller> open = new ConcurrentHashMap<>();
    private volatile boolean over;
    private volatile boolean closedHere; // before the end is

    Connection(PipeEnd end) {
      this.end = end;
    }

    /** {@return whether the call is on its way, or its caller has been told that it is not} */
    private boolean sends(byte[] message, long number, Message.Kind kind)
        throws InterruptedException {
      try {
        end.sendBytes(message);
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "actor {0} is gone: {1}", address.name(), e);
        return kind == Message.Kind.CALL && open.remove(number) == null;
      } catch (InterruptedException e) {
        open.remove(number);
        throw e;
      }
      failIfOver();
      return true;
    }

    private void read() {
      try {
        while (true) {
          hear(Message.parse(end.receiveBytes()));
        }
      } catch (IOException | InterruptedException e) {
        LOG.log(Level.DEBUG, "the owner of actor {0} is gone: {1}", address.name(), e);
      } finally {
        over = true;
        end.close();
        failIfOver();
      }
    }

    private void hear(Message message) throws IOException {
      Caller caller = open.remove(message.number());
      if (caller == null) {
        return; // it waits no more
      }
      switch (message.kind()) {
        case RESULT -> caller.answered(message.content());
        case FAILURE -> caller.failed(message.content());
        case TAKEN_BACK -> caller.cancelled();
        default -> throw new IOException("the owner has said " + message.kind());
      }
    }

    private void failIfOver() {
      if (!over) {
        return;
      }
      for (Long number : List.copyOf(open.keySet())) {
        Caller caller = open.remove(number);
        if (caller != null && closedHere) {
          caller.cancelled();
        } else if (caller != null) {
          caller.failed(
              new WorkerLostException(
                  address.owner(),
                  -1,
                  "the owner of actor %s has closed it, or is gone".formatted(address.name()),
                  1,
                  1,
                  List.of(),
                  List.of()));
        }
      }
    }
  }
}
