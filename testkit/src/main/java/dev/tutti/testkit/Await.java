package dev.tutti.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits for conditions, never for a time. It also works inside a task, in whatever process that
 * runs.
 *
 * <p>A wait that does not come to its end within {@link #PATIENCE} is an {@link AssertionError}.
 *
 * @since 0.1
 */
public final class Await {
  /**
   * How long a condition may take; the property {@code tutti.test.patience} (seconds) changes it.
   */
  public static final Duration PATIENCE =
      Duration.ofSeconds(Integer.getInteger("tutti.test.patience", 20));

  /** Of the module memory, which this one does not need. */
  private static final String SLEEPS = "dev.tutti.memory.bell.Futex";

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private Await() {}

  /**
   * Something that becomes true.
   *
   * @since 0.1
   */
  @FunctionalInterface
  public interface Condition {
    /**
     * {@return whether it is true now}
     *
     * @throws Exception if that cannot be told; the wait ends with it
     */
    boolean holds() throws Exception;
  }

  /**
   * Waits until a condition holds.
   *
   * @param what the condition in words
   * @param condition the condition
   * @throws InterruptedException if the calling thread is interrupted
   */
  public static void until(String what, Condition condition) throws InterruptedException {
    until(() -> what, condition);
  }

  /**
   * Waits until a condition holds.
   *
   * @param what the condition in words, made when the wait has failed
   * @param condition the condition
   * @throws InterruptedException if the calling thread is interrupted
   */
  public static void until(Supplier<String> what, Condition condition) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!holds(condition)) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("did not come true in %s: %s".formatted(PATIENCE, what.get()));
      }
      LockSupport.parkNanos(LOOK_NANOS);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }

  private static boolean holds(Condition condition) throws InterruptedException {
    try {
      return condition.holds();
    } catch (InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("the condition cannot be told", e);
    }
  }

  /**
   * Waits until a file is there.
   *
   * @param file the file
   * @throws InterruptedException if the calling thread is interrupted
   */
  public static void file(Path file) throws InterruptedException {
    until("file " + file, () -> Files.exists(file));
  }

  /**
   * {@return the result of a future that is to end}
   *
   * @param <R> the type of the result
   * @param future the future
   * @throws ExecutionException if it ended so
   * @throws InterruptedException if the calling thread is interrupted
   */
  public static <R extends @Nullable Object> R result(Future<R> future)
      throws ExecutionException, InterruptedException {
    try {
      return future.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("the future did not end in " + PATIENCE + ": " + future, e);
    }
  }

  /**
   * Waits until a thread waits for something. One that waits in the kernel by a native call counts
   * too, although the JVM says that it runs.
   *
   * @param thread the thread
   * @throws InterruptedException if the calling thread is interrupted
   */
  public static void blocked(Thread thread) throws InterruptedException {
    until(
        () -> "thread waits: " + thread + " is " + thread.getState(),
        () ->
            switch (thread.getState()) {
              case WAITING, TIMED_WAITING, BLOCKED -> true;
              case RUNNABLE -> isAsleep(thread.getStackTrace());
              default -> false;
            });
  }

  private static boolean isAsleep(StackTraceElement[] stack) {
    return stack.length > 0 && stack[0].getClassName().equals(SLEEPS);
  }

  /**
   * Waits until a thread has ended.
   *
   * @param thread the thread
   * @throws InterruptedException if the calling thread is interrupted
   */
  public static void ended(Thread thread) throws InterruptedException {
    if (!thread.join(PATIENCE)) {
      throw new AssertionError("the thread did not end in " + PATIENCE + ": " + thread);
    }
  }
}
