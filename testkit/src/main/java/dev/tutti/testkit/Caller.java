package dev.tutti.testkit;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** A thread of the test's own that makes one call, so that another one can look at it. */
final class Caller<T extends @Nullable Object> {
  private final CompletableFuture<End<T>> end = new CompletableFuture<>();
  private final Thread thread;

  /** How the call ended, and whether its thread had its interrupt flag set then. */
  record End<T extends @Nullable Object>(
      @Nullable T result, @Nullable Throwable failure, boolean interrupted) {}

  private Caller(Callable<T> call) {
    this.thread = Thread.ofPlatform().daemon().name("caller").start(() -> run(call));
  }

  static <T extends @Nullable Object> Caller<T> of(Callable<T> call) {
    return new Caller<>(call);
  }

  private void run(Callable<T> call) {
    T result = null;
    Throwable failure = null;
    try {
      result = call.call();
    } catch (Throwable e) { // the test decides what it thinks of it
      failure = e;
    }
    end.complete(new End<>(result, failure, Thread.currentThread().isInterrupted()));
  }

  Thread thread() {
    return thread;
  }

  void interrupt() {
    thread.interrupt();
  }

  boolean hasEnded() {
    return end.isDone();
  }

  End<T> end() throws InterruptedException {
    try {
      return Await.result(end);
    } catch (ExecutionException e) {
      throw new AssertionError("the caller's end is never a failure", e);
    } catch (AssertionError e) {
      StackTraceElement[] stack = thread.getStackTrace();
      e.addSuppressed(stackOf(stack));
      throw e;
    }
  }

  private static Throwable stackOf(StackTraceElement[] stack) {
    Throwable where = new Throwable("where the caller was");
    where.setStackTrace(stack);
    return where;
  }
}
