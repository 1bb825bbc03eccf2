package dev.tutti.process.group;

import dev.tutti.process.launch.WorkerProcess;
import dev.tutti.process.wire.Channel;
import dev.tutti.process.wire.Claims;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.LateSocket;
import dev.tutti.process.wire.WireException;
import dev.tutti.process.wire.WorkChannel;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The two channels of a new worker, from its start on. It can be given work as soon as it says in
 * shared memory that it is there; its sockets come a little later, beside its first item.
 */
final class Meeting implements AutoCloseable {
  /*
   * The door belongs to the thread that waits here and then reads the channel, one after the other if it is relieved.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final long LOOK_MILLIS = 1;

  /** A first small item has ended after some milliseconds. */
  private static final int QUICK_PAUSES = 20;

  private static final long QUICK_NANOS = TimeUnit.MICROSECONDS.toNanos(250);

  private final Door door;
  private final WorkerProcess worker;
  private final LateSocket control = new LateSocket();
  private final LateSocket socket = new LateSocket();
  private final WorkChannel work;
  private int pauses; // the reading thread's
  private @Nullable IOException refusal; // the reading thread's
  private boolean connected; // the reading thread's

  /**
   * Waits until a worker can be given work.
   *
   * @param door where it knocks; closed when both sockets have come, or this is closed
   */
  Meeting(Door door, WorkerProcess worker, Claims claims) throws IOException {
    this.door = door;
    this.worker = worker;
    if (door.awaitOr(worker, claims::isWorkerHere)) {
      Map<Frame.Role, Channel> channels = door.take();
      control.join(one(channels, Frame.Role.CONTROL));
      this.work = new WorkChannel(one(channels, Frame.Role.WORK), claims, Claims.End.POOL);
      this.connected = true;
      door.close();
    } else {
      this.work = new WorkChannel(socket, this::look, claims, Claims.End.POOL);
    }
  }

  private static Channel one(Map<Frame.Role, Channel> channels, Frame.Role role)
      throws WireException {
    Channel channel = channels.get(role);
    if (channel == null) {
      throw new WireException("worker opened only one channel");
    }
    return channel;
  }

  /** {@return whether the sockets have come or may still come} */
  private boolean look() throws IOException {
    if (pauses < QUICK_PAUSES) {
      pauses++;
      LockSupport.parkNanos(this, QUICK_NANOS);
      Thread.interrupted(); // the thread is the pool's own
      return true;
    }
    boolean come;
    try {
      come = door.look(worker);
    } catch (WireException e) {
      throw e;
    } catch (IOException e) {
      return mayStillCome(e);
    }
    if (come) {
      Map<Frame.Role, Channel> channels = door.take();
      control.join(one(channels, Frame.Role.CONTROL));
      socket.join(one(channels, Frame.Role.WORK));
      connected = true;
      door.close();
      tellRefusal();
    }
    return true;
  }

  /** The worker has ended; or nothing can be accepted for now, as where there is no descriptor. */
  private boolean mayStillCome(IOException failure) {
    if (!worker.isAlive()) {
      return false; // what it has said before is read to its end
    }
    refusal = failure; // to log it now can need a descriptor, too
    LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
    Thread.interrupted(); // the thread is the pool's own
    return true;
  }

  private void tellRefusal() {
    IOException last = refusal;
    if (last != null) {
      LOG.log(
          Level.WARNING, "the sockets of a new worker were accepted late: {0}", last.toString());
    }
  }

  /** Waits until the sockets have come. */
  void awaitSockets() throws IOException {
    while (!connected) {
      if (!look()) {
        throw new IOException("worker has ended before it had connected");
      }
    }
  }

  WorkChannel work() {
    return work;
  }

  LateSocket control() {
    return control;
  }

  @Override
  public void close() throws IOException {
    try (door;
        control) {
      work.close();
    }
  }
}
