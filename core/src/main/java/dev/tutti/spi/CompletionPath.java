package dev.tutti.spi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * How a future is completed, and by which thread: by the one that brings the outcome, which must
 * run no code of a user, if nothing hangs on the future; else by a virtual thread.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 *
 * @since 0.1
 */
public final class CompletionPath {
  /*
   * `path` decides it once:
   *
   *   OPEN -> DIRECT       the bringer, before it completes a future that has no dependents
   *   OPEN -> DEPENDENTS   newIncompleteFuture() or toCompletableFuture() of the future, one of which the JDK calls
   *                        before it adds a dependent
   *
   * Who would add a dependent while the path is DIRECT first waits for the completion, which is under
   * way and short, and then runs the dependent itself, as on any completed future. Only allOf and anyOf
   * add one without a call to either; they are seen by getNumberOfDependents(), but for one that comes
   * between that look and the completion. What hangs on such an allOf or anyOf runs on the bringer.
   */
  private static final int OPEN = 0;
  private static final int DIRECT = 1;
  private static final int DEPENDENTS = 2;
  private static final VarHandle PATH;

  static {
    try {
      PATH = MethodHandles.lookup().findVarHandle(CompletionPath.class, "path", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Where code of users runs that hangs on a future. */
  public static final Executor CALLBACKS =
      task -> Thread.ofVirtual().name("tutti-callback").start(task);

  private final CompletableFuture<?> future;
  private volatile int path = OPEN;

  /**
   * Makes the path of one future.
   *
   * @param future the future
   */
  public CompletionPath(CompletableFuture<?> future) {
    this.future = future;
  }

  /**
   * {@return whether the calling thread is to complete the future, at once} If not, it is to be
   * completed on {@link #CALLBACKS}.
   */
  public boolean isDirect() {
    return future.getNumberOfDependents() == 0 && PATH.compareAndSet(this, OPEN, DIRECT);
  }

  /** A dependent is about to be added to the future. */
  public void expectDependent() {
    if (!PATH.compareAndSet(this, OPEN, DEPENDENTS)) {
      while (path == DIRECT && !future.isDone()) {
        Thread.onSpinWait();
      }
    }
  }

  /**
   * Ends a future for a caller of its own methods. What hangs on it runs on the calling thread, for
   * as long as it takes; the work behind the future is told meanwhile.
   *
   * @param future the future
   * @param end ends it, unless it has ended, and says whether it did
   * @param tellWork is called once if it did; also if somebody else ends it at the same time, by
   *     when the work has ended or has been told too
   * @return what {@code end} said
   */
  public static boolean endFromOutside(
      CompletableFuture<?> future, BooleanSupplier end, Runnable tellWork) {
    if (future.isDone()) {
      return end.getAsBoolean();
    }
    AtomicBoolean told = new AtomicBoolean();
    if (future.getNumberOfDependents() > 0) {
      CALLBACKS.execute(() -> {
        awaitCompletion(future);
        tellOnce(told, tellWork);
      });
    }
    boolean changed = end.getAsBoolean();
    if (changed) {
      tellOnce(told, tellWork);
    }
    return changed;
  }

  private static void tellOnce(AtomicBoolean told, Runnable tellWork) {
    if (told.compareAndSet(false, true)) {
      tellWork.run();
    }
  }

  /**
   * Waits until a future is completed, which is the next that another thread does. What hangs on it
   * may run then for a long time.
   *
   * @param future the future
   */
  public static void awaitCompletion(CompletableFuture<?> future) {
    while (!future.isDone()) {
      LockSupport.parkNanos(future, 1_000);
    }
  }

  /**
   * {@return with what a future is to be completed exceptionally, so that what waits for it gets a
   * failure as the cause of its exception} By itself a {@link CancellationException} would say that
   * somebody has cancelled the future; a task that throws one has failed.
   *
   * @param failure what was thrown
   */
  public static Throwable failure(Throwable failure) {
    return failure instanceof CancellationException ? new CompletionException(failure) : failure;
  }
}
