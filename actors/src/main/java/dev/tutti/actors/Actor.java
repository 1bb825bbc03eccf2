package dev.tutti.actors;

import dev.tutti.codec.Codec;
import dev.tutti.codec.Role;
import dev.tutti.task.Fn;
import dev.tutti.task.ItemAction;
import dev.tutti.task.Task;
import java.nio.ByteBuffer;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Slice. @param <S> s */
public final class Actor<S> implements AutoCloseable {
  private final Line line;
  private final long timeoutNanos;

  Actor(Line line, long timeoutNanos) {
    this.line = line;
    this.timeoutNanos = timeoutNanos;
  }

  /** {@return x} @param <S> s @param make m @param options o */
  public static <S> Actor<S> open(Task<S> make, ActorOptions options) throws InterruptedException {
    Home home = Home.start(Codec.encode(make, Role.FUNCTION), make.getClass().getClassLoader(), options);
    try { home.ready().get(); } catch (ExecutionException e) { throw new IllegalStateException(e.getCause()); }
    return new Actor<>(home, options.timeout().map(Duration::toNanos).orElse(0L));
  }
  /** {@return x} @param <R> s @param call m */
  public <R extends @Nullable Object> CompletableFuture<R> ask(Fn<? super S, ? extends R> call) {
    Answer<R> a = new Answer<>(line, call);
    a.isCall(line.call(Message.Kind.CALL, Codec.encode(call, Role.FUNCTION), timeoutNanos, a));
    return a;
  }
  @Override public void close() { line.close(); }
  Home home() { return (Home) line; }
}
