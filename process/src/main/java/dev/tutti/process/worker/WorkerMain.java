package dev.tutti.process.worker;

import dev.tutti.spi.Belongings;
import java.io.IOException;

/** Where a worker JVM of a pool begins. */
public final class WorkerMain {
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
      new ItemLoop(pool, belongings).run();
      pool.lastWords().isLeaving();
    } catch (IOException brokenChannel) {
      System.err.println("tutti: worker lost its pool: " + brokenChannel);
    }
    pool.lastWords().isLeaving();
    System.exit(0); // threads that tasks have left behind do not keep the worker
  }
}
