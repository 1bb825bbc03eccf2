package dev.tutti.process.worker;

import dev.tutti.origin.ClassSource;
import dev.tutti.process.wire.Channel;
import dev.tutti.process.wire.Claims;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.LateSocket;
import dev.tutti.process.wire.WorkChannel;
import dev.tutti.spi.Belongings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Where a worker JVM of a pool begins. */
public final class WorkerMain {
  /*
   * A worker says that it is there, and takes items from its ring, before it has connected its sockets: to load what those need takes a
   * JVM longer than a first small item. It connects beside the first code of a user that it runs, or when it has had nothing to do for a
   * moment. Until then nobody can be woken, so both sides look now and then.
   */
  private static final int BROKEN = 1;
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
  private static final int PATIENT_PAUSES = 100;

  private WorkerMain() {}

  /**
   * Runs the items of one pool until it says that there will be no more, or is gone.
   *
   * @param args none
   * @throws IOException if the pool cannot be reached
   */
  public static void main(String[] args) throws IOException {
    Connection pool = Connection.open();
    LateSocket socket = new LateSocket();
    Control control =
        pool.control(
            new Control.Line() { // lambdas would make a start without a cache longer
              private boolean joined;

              @Override
              public Channel open() throws IOException {
                if (!joined) {
                  socket.join(pool.connect(Frame.Role.WORK));
                  joined = true;
                }
                return pool.connect(Frame.Role.CONTROL);
              }
            });
    try (Belongings belongings = new Belongings()) {
      WorkChannel work =
          new WorkChannel(socket, new Patience(control), pool.claims(), Claims.End.WORKER);
      Teller.Sender sender =
          new Teller.Sender() {
            @Override
            public void send(List<ByteBuffer> frames) throws IOException {
              work.send(frames);
              work.drain(); // the runner, which else waits for room, is busy with its task
            }
          };
      Teller teller = new Teller(sender);
      Questions.Drain pending =
          new Questions.Drain() {
            @Override
            public void drain() throws IOException {
              work.drain();
            }
          };
      Questions questions = new Questions(work, sender, pending, control, Thread.currentThread());
      control.answers(questions);
      ClassSource.parent(questions);
      HeapWatch heap = new HeapWatch(pool.starter().heapBound());
      LargeValues large = new LargeValues(pool.starter().parent());
      pool.attempt().control(control);
      ItemLoop loop =
          new ItemLoop(work, pool.claims(), pool.attempt(), belongings, teller, heap, large);
      pool.claims().sayHere();
      if (loop.run()) {
        large.awaitReader(); // which finds this process's memory through this process
      }
      pool.lastWords().isLeaving();
    } catch (IOException brokenChannel) {
      System.err.println("tutti: worker lost its pool: " + brokenChannel);
    } catch (RuntimeException | Error broken) {
      endsBroken(broken);
    }
    pool.lastWords().isLeaving();
    control.leave();
    ProperEnd.ofThisJvm(); // threads that tasks have left behind do not keep the worker
  }

  /** Waits for a first item, but not for long. */
  private static final class Patience implements WorkChannel.Pause {
    private final Control control;
    private int pauses;

    Patience(Control control) {
      this.control = control;
    }

    @Override
    public boolean await() {
      pauses++;
      if (pauses >= PATIENT_PAUSES) {
        control.begin();
      }
      LockSupport.parkNanos(this, PAUSE_NANOS);
      Thread.interrupted(); // not ours to obey
      return true; // else this process ends
    }
  }

  /** Else a thread that a task has left would keep a worker that nobody leads. */
  private static void endsBroken(Throwable cause) {
    try {
      cause.printStackTrace();
    } finally {
      Runtime.getRuntime().halt(BROKEN);
    }
  }
}
