package dev.tutti.process.pipe;

import java.io.IOException;
import java.io.NotSerializableException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The two sides of a pipe, in the process that has opened it: they are brought together here.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
public final class Match {
  /*
   * A seat for each side. All is guarded by `lock`.
   *
   *   FREE -> HERE     used in this process                 its wire
   *   FREE -> AWAY     another process has knocked          its socket, until the other seat gets it
   *   FREE -> CLOSED   closed before anybody has used it
   *
   * All but FREE are final. When a seat leaves FREE, the two are looked at:
   *
   *   HERE   HERE      a pair of sockets, one for each wire
   *   HERE   AWAY      the wire gets the socket of the other process: from then on nobody is between them
   *   AWAY   AWAY      a relay carries the bytes from one socket to the other
   *   CLOSED HERE      the wire is abandoned
   *   CLOSED AWAY      the socket is closed
   *
   * While a seat has been offered to other processes and is FREE, the match is known to the rendezvous. A process
   * that has knocked is connected from then on, so what it sends waits in its socket until the other seat is
   * used, also when the process ends before.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");

  private enum Place {
    FREE,
    HERE,
    AWAY,
    CLOSED
  }

  private static final class Seat {
    private Place place = Place.FREE;
    private boolean offered;
    private @Nullable Wire wire;
    private @Nullable SocketChannel socket;
    private long pid;
  }

  private final UUID id = UUID.randomUUID();
  private final ReentrantLock lock = new ReentrantLock();
  private final Seat[] seats = {new Seat(), new Seat()};

  /** Makes a pipe that nobody has used. */
  public Match() {}

  /**
   * {@return one of its sides}
   *
   * @param number which, 0 or 1
   */
  public Side side(int number) {
    return new Own(this, number);
  }

  UUID id() {
    return id;
  }

  /**
   * A side, seen from the process that has opened the pipe.
   *
   * @param match the pipe
   * @param number which side
   */
  public record Own(Match match, int number) implements Side {
    @Override
    public Wire take() throws IOException {
      return match.take(number);
    }

    @Override
    public void close() {
      match.close(number);
    }

    @Override
    public void drop() {
      match.drop(number);
    }

    @Override
    public Invitation invite() throws IOException {
      return match.invite(number);
    }
  }

  static IOException used() {
    return new NotSerializableException(
        "an end of a pipe that has been used stays in its process; send it before its first use");
  }

  static IllegalStateException taken(long pid) {
    return new IllegalStateException(
        "an end of a pipe belongs to the process that uses it first: pid=" + pid);
  }

  private Wire take(int number) throws IOException {
    lock.lock();
    try {
      Seat seat = seats[number];
      switch (seat.place) {
        case HERE -> {
          return Objects.requireNonNull(seat.wire, "wire");
        }
        case AWAY -> throw taken(seat.pid);
        case CLOSED -> throw new ClosedChannelException();
        case FREE -> {}
      }
      Wire wire = new Wire();
      seat.wire = wire;
      seat.place = Place.HERE;
      bringTogether();
      return wire;
    } finally {
      lock.unlock();
    }
  }

  private void close(int number) {
    Wire wire = null;
    lock.lock();
    try {
      Seat seat = seats[number];
      wire = seat.wire;
      if (seat.place == Place.FREE) {
        seat.place = Place.CLOSED;
        bringTogether();
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "cannot close the other end of a pipe", e);
    } finally {
      lock.unlock();
    }
    if (wire != null) {
      wire.close();
    }
  }

  private void drop(int number) {
    lock.lock();
    try {
      Seat seat = seats[number];
      if (seat.place == Place.FREE && seat.offered) {
        return; // another process may still come
      }
    } finally {
      lock.unlock();
    }
    close(number);
  }

  private Invitation invite(int number) throws IOException {
    lock.lock();
    try {
      Seat seat = seats[number];
      if (seat.place != Place.FREE) {
        throw used();
      }
      Invitation invitation = new Invitation(Rendezvous.expect(this), id, number);
      seat.offered = true;
      return invitation;
    } finally {
      lock.unlock();
    }
  }

  /** Somebody knocks. {@return whether it is welcome; then the socket is ours} */
  boolean knock(Knock knock, SocketChannel socket) throws IOException {
    lock.lock();
    try {
      Seat seat = seats[knock.side()];
      switch (seat.place) {
        case HERE -> Knock.Answer.TAKEN.say(socket, ProcessHandle.current().pid());
        case AWAY -> Knock.Answer.TAKEN.say(socket, seat.pid);
        case CLOSED -> Knock.Answer.CLOSED.say(socket, 0);
        case FREE -> {
          Knock.Answer.WELCOME.say(socket, knock.pid()); // before anything else comes
          seat.place = Place.AWAY;
          seat.pid = knock.pid();
          seat.socket = socket;
          bringTogether();
          return true;
        }
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void bringTogether() throws IOException {
    try {
      meet(seats[0], seats[1]);
    } finally {
      if (!isExpected(seats[0]) && !isExpected(seats[1])) {
        Rendezvous.forget(this);
      }
    }
  }

  private static boolean isExpected(Seat seat) {
    return seat.offered && seat.place == Place.FREE;
  }

  private static void meet(Seat a, Seat b) throws IOException {
    if (a.place == Place.FREE || b.place == Place.FREE) {
      return;
    }
    Wire here = a.wire;
    Wire there = b.wire;
    if (here != null && there != null) {
      connect(here, there);
    } else if (here != null) {
      give(here, b);
    } else if (there != null) {
      give(there, a);
    } else if (a.socket != null && b.socket != null) {
      Relay.start(a.socket, b.socket);
      a.socket = null;
      b.socket = null;
    } else {
      Exchange.close(a.socket, b.socket);
    }
  }

  private static void connect(Wire one, Wire other) throws IOException {
    try {
      SocketPair pair = SocketPair.open();
      one.attach(pair.one());
      other.attach(pair.other());
    } catch (IOException e) {
      one.abandon(); // nobody is to wait for it
      other.abandon();
      throw e;
    }
  }

  private static void give(Wire wire, Seat other) throws IOException {
    SocketChannel socket = other.socket;
    if (socket == null) {
      wire.abandon();
    } else {
      other.socket = null;
      wire.attach(socket);
    }
  }
}
