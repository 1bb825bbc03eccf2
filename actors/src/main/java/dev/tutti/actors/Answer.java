package dev.tutti.actors;

import dev.tutti.codec.Codec;
import dev.tutti.codec.DecodeException;
import dev.tutti.codec.FailureCodec;
import dev.tutti.codec.Filters;
import dev.tutti.task.NotSendableException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The future of a call. */
final class Answer<R extends @Nullable Object> extends CompletableFuture<R> implements Caller {
  /*
   * The thread that brings an answer is the one that leads the actor, so it must run no code of a user: no
   * readObject, and nothing that hangs on the future. It completes the future itself only if the value is plain and
   * the future has no dependents; else a virtual thread does. `path` decides it once:
   *
   *   OPEN -> DIRECT       the bringer, before it completes a future that has no dependents
   *   OPEN -> DEPENDENTS   newIncompleteFuture() or toCompletableFuture(), one of which the JDK calls before it
   *                        adds a dependent; allOf and anyOf do not, and are seen by getNumberOfDependents()
   *
   * Who would add a dependent while the path is DIRECT waits for the completion, which is under way and short.
   *
   * `number` is written before the future is given to anybody.
   */
  private static final int OPEN = 0;
  private static final int DIRECT = 1;
  private static final int DEPENDENTS = 2;

  /** Where code of users runs that is told of an end. */
  static final Executor CALLBACKS = task -> Thread.ofVirtual().name("tutti-callback").start(task);

  private final Line line;
  private final ClassLoader loader;
  private final AtomicInteger path = new AtomicInteger(OPEN);
  private long number;

  Answer(Line line, ClassLoader loader) {
    this.line = line;
    this.loader = loader;
  }

  /** {@return where the classes are looked up of what a function gives} */
  static ClassLoader loaderOf(Object function) {
    ClassLoader own = function.getClass().getClassLoader();
    return own == null ? ClassLoader.getSystemClassLoader() : own;
  }

  void isCall(long ofNumber) {
    this.number = ofNumber;
  }

  // ---------------------------------------------------------------- from the actor

  @Override
  public void answered(ByteBuffer result) {
    end(Codec.isPlain(result), () -> succeed(result));
  }

  @SuppressWarnings("unchecked") // ask() paired the function with this type
  private void succeed(ByteBuffer result) {
    try {
      super.complete((R) Codec.decode(result, loader, Filters.results()));
    } catch (DecodeException e) {
      super.completeExceptionally(unreadable("result", e));
    }
  }

  @Override
  public void failed(ByteBuffer failure) {
    end(false, () -> super.completeExceptionally(exception(failure, loader)));
  }

  @Override
  public void failed(Throwable why) {
    end(true, () -> super.completeExceptionally(why));
  }

  @Override
  public void cancelled() {
    end(true, () -> super.cancel(true));
  }

  /** {@return an exception that has come from the actor} */
  static Throwable exception(ByteBuffer failure, ClassLoader loader) {
    try {
      return FailureCodec.decode(failure, loader, Filters.results());
    } catch (DecodeException e) {
      return unreadable("exception", e);
    }
  }

  private static NotSendableException unreadable(String what, DecodeException e) {
    return new NotSendableException(
        "cannot read the %s of the call here: %s [T003]".formatted(what, e.getMessage()),
        e.getCause() == null ? e : e.getCause());
  }

  private void end(boolean quick, Runnable completion) {
    if (isDone()) {
      return;
    }
    if (quick && getNumberOfDependents() == 0 && path.compareAndSet(OPEN, DIRECT)) {
      completion.run();
    } else {
      CALLBACKS.execute(completion);
    }
  }

  // ---------------------------------------------------------------- from the user

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean changed = !isDone() && super.cancel(mayInterruptIfRunning);
    if (changed) {
      line.giveUp(number, mayInterruptIfRunning);
    }
    return changed || isCancelled();
  }

  @Override
  public boolean complete(R value) {
    return endedFromOutside(super.complete(value));
  }

  @Override
  public boolean completeExceptionally(Throwable failure) {
    return endedFromOutside(super.completeExceptionally(failure));
  }

  private boolean endedFromOutside(boolean changed) {
    if (changed) {
      line.giveUp(number, true);
    }
    return changed;
  }

  @Override
  public CompletableFuture<R> completeAsync(Supplier<? extends R> supplier, Executor executor) {
    executor.execute(() -> {
      try {
        complete(supplier.get());
      } catch (Throwable failure) {
        completeExceptionally(failure);
      }
    });
    return this;
  }

  /** Called by the JDK before it adds a dependent to this future. */
  @Override
  public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
    expectDependent();
    return new CompletableFuture<>();
  }

  /** Called by the JDK before it adds a dependent to this future as the second or inner one. */
  @Override
  public CompletableFuture<R> toCompletableFuture() {
    expectDependent();
    return this;
  }

  private void expectDependent() {
    if (!path.compareAndSet(OPEN, DEPENDENTS)) {
      while (path.get() == DIRECT && !isDone()) {
        Thread.onSpinWait();
      }
    }
  }
}
