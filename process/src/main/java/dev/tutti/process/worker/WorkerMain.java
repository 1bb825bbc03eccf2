package dev.tutti.process.worker;

import dev.tutti.process.wire.Claims;
import dev.tutti.process.wire.WorkChannel;
import dev.tutti.spi.Belongings;
import java.io.IOException;

/** Where a worker JVM of a pool begins. */
public final class WorkerMain {
  private static final int BROKEN = 1;

  private WorkerMain() {}

  /**
   * Runs the items of one pool until it says that there will be no more, or is gone.
   *
   * @param args none
   * @throws IOException if the pool cannot be reached
   */
  public static void main(String[] args) throws IOException {
    Connection pool = Connection.open();
    try (Belongings belongings = new Belongings()) {
      WorkChannel work = new WorkChannel(pool.work(), pool.claims(), Claims.End.WORKER);
      Teller teller = new Teller(work::send);
      HeapWatch heap = new HeapWatch(pool.starter().heapBound());
      LargeValues large = new LargeValues(pool.starter().parent());
      new ItemLoop(work, pool.claims(), pool.attempt(), belongings, teller, heap, large).run();
      pool.lastWords().isLeaving();
    } catch (IOException brokenChannel) {
      System.err.println("tutti: worker lost its pool: " + brokenChannel);
    } catch (RuntimeException | Error broken) {
      endsBroken(broken);
    }
    pool.lastWords().isLeaving();
    pool.control().leave();
    System.exit(0); // threads that tasks have left behind do not keep the worker
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
