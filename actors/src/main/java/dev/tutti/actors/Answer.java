package dev.tutti.actors;

import dev.tutti.codec.Codec;
import dev.tutti.codec.DecodeException;
import dev.tutti.codec.FailureCodec;
import dev.tutti.codec.Filters;
import dev.tutti.origin.Everywhere;
import dev.tutti.spi.CompletionPath;
import dev.tutti.task.NotSendableException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The future of a call. */
final class Answer<R extends @Nullable Object> extends CompletableFuture<R> implements Caller {
  /*
   * The thread that brings an answer is the one that leads the actor, so it must run no code of a user: no
   * readObject, and nothing that hangs on the future. It completes the future itself only if the value is plain
   * and the CompletionPath says so; else a virtual thread does.
   *
   * `number` is written before the future is given to anybody.
   */
  private final Line line;
  private final ClassLoader loader;
  private final CompletionPath path = new CompletionPath(this);
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
      super.complete((R) Codec.decode(result, Everywhere.forNames(loader), Filters.results()));
    } catch (DecodeException e) {
      super.completeExceptionally(unreadable("result", e));
    }
  }

  @Override
  public void failed(ByteBuffer failure) {
    end(
        false,
        () -> super.completeExceptionally(CompletionPath.failure(exception(failure, loader))));
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
      return FailureCodec.decode(failure, Everywhere.forNames(loader), Filters.results());
    } catch (DecodeException e) {
      return unreadable("exception", e);
    }
  }

  /** {@return an exception in words, also one that has none because its own code fails} */
  static String text(Throwable thrown) {
    try {
      return thrown.toString();
    } catch (RuntimeException | Error e) {
      return thrown.getClass().getName();
    }
  }

  private static NotSendableException unreadable(String what, DecodeException e) {
    return new NotSendableException(
        "cannot read the %s of the call here: %s [T023]".formatted(what, e.getMessage()),
        e.getCause() == null ? e : e.getCause());
  }

  private void end(boolean quick, Runnable completion) {
    if (isDone()) {
      return;
    }
    if (quick && path.isDirect()) {
      completion.run();
    } else {
      CompletionPath.CALLBACKS.execute(completion);
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

  /**
   * As {@link dev.tutti.task.TaskFuture}'s, which this cannot be, because nobody here knows when
   * the work has stopped. A place for both would be below the package {@code task}, and of all
   * users.
   */
  @Override
  public CompletableFuture<R> completeAsync(Supplier<? extends R> supplier, Executor executor) {
    executor.execute(() -> { // the JDK's would complete it without complete()
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
    path.expectDependent();
    return new CompletableFuture<>();
  }

  /** Called by the JDK before it adds a dependent to this future as the second or inner one. */
  @Override
  public CompletableFuture<R> toCompletableFuture() {
    path.expectDependent();
    return this;
  }
}
