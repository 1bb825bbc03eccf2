package dev.tutti.process.worker;

import dev.tutti.testkit.Await;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/** A JVM that ends as a worker does, and is kept by a thread which begins when it has looked. */
public final class LateThread {
  private LateThread() {}

  /**
   * Prints a line when its hooks run.
   *
   * @param args none
   */
  public static void main(String[] args) throws InterruptedException {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
    CountDownLatch begun = new CountDownLatch(1);
    Thread daemon = new Thread(() -> beginWhenItHasLooked(begun));
    daemon.setDaemon(true);
    daemon.start();
    ProperEnd.ofThisJvm();
    begun.await();
  }

  private static void beginWhenItHasLooked(CountDownLatch begun) {
    try {
      Await.until(
          "it has looked",
          () ->
              Thread.getAllStackTraces().keySet().stream()
                  .anyMatch(thread -> thread.getName().equals("tutti-end")));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    new Thread(
            () -> {
              begun.countDown();
              while (true) {
                LockSupport.park();
              }
            })
        .start();
  }
}
