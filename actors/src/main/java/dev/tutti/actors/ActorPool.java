package dev.tutti.actors;

import dev.tutti.task.Fn;
import dev.tutti.task.ItemAction;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Several actors of a kind, each with an object of its own; see {@link Actors#pool(int, Task)}.
 *
 * {@snippet class=dev.tutti.actors.ActorsSnippets region=pool lang=java}
 *
 * <p>{@link #ask} goes to the actor that has the fewest calls of this pool; {@link #of} finds the
 * same actor for the same key each time, so that calls of one key keep their order and their state;
 * {@link #askAll} asks all. An actor of the pool can be captured and sent, the pool itself stays
 * where it was opened.
 *
 * <p><b>Lifetime.</b> {@link #close} closes all actors, {@link #closeNow} stops them.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 *
 * <p><b>Memory consistency, failure.</b> As of {@link Actor}. One that has died for good gets no
 * further call of {@link #ask} while another lives; what is given to it by its key, or as one of
 * all, fails.
 *
 * @param <S> the type of the objects
 * @since 0.1
 */
public final class ActorPool<S> implements AutoCloseable {
  /*
   * `open` counts the calls of ask() that have not ended, an entry an actor. Two callers at a time may choose
   * the same one, which costs nothing but a little balance. `next` is where the search begins, so that actors
   * with the same number of calls take turns.
   *
   * An actor that dies tells its callers when it is known to be over (Home.end); so who has heard of a death finds that
   * one left out.
   */
  private final List<Actor<S>> actors;
  private final AtomicIntegerArray open;
  private final AtomicInteger next = new AtomicInteger();

  private ActorPool(List<Actor<S>> actors) {
    this.actors = List.copyOf(actors);
    this.open = new AtomicIntegerArray(actors.size());
  }

  static <S> ActorPool<S> open(int size, Task<? extends S> make, ActorOptions options) {
    List<Actor<S>> actors = new ArrayList<>();
    boolean ready = false;
    try {
      for (int i = 1; i <= size; i++) {
        int number = i;
        ActorOptions own =
            options.name().map(name -> options.withName(name + "-" + number)).orElse(options);
        actors.add(Actor.start(make, own));
      }
      actors.forEach(Actor::awaitReady);
      ready = true;
      return new ActorPool<>(actors);
    } finally {
      if (!ready) {
        actors.forEach(Actor::closeNow);
      }
    }
  }

  /** {@return the actors} */
  public List<Actor<S>> actors() {
    return actors;
  }

  /**
   * {@return the actor that a key belongs to}
   *
   * @param key the key; by its {@code hashCode}
   */
  public Actor<S> of(Object key) {
    int hash = Objects.requireNonNull(key, "key").hashCode();
    return actors.get(Math.floorMod(hash ^ (hash >>> 16), actors.size()));
  }

  /**
   * Calls the object that has the least to do, of those whose actors have not died for good.
   *
   * @param <R> the type of the result
   * @param call what to do with it
   * @return the result, which is to come
   * @throws NotSendableException if the function cannot be sent
   * @throws RejectedExecutionException if the pool is closed, or the mailbox of the actor is full
   *     and rejects
   */
  public <R extends @Nullable Object> CompletableFuture<R> ask(Fn<? super S, ? extends R> call) {
    int at = least();
    open.incrementAndGet(at);
    boolean asked = false;
    try {
      CompletableFuture<R> answer = actors.get(at).ask(call);
      asked = true;
      var _ = answer.whenComplete((_, _) -> open.decrementAndGet(at));
      return answer;
    } finally {
      if (!asked) {
        open.decrementAndGet(at);
      }
    }
  }

  private int least() {
    int size = actors.size();
    int first = Math.floorMod(next.getAndIncrement(), size);
    int best = first;
    for (int i = 1; i < size; i++) {
      int at = (first + i) % size;
      boolean over = actors.get(at).isOver();
      boolean bestOver = actors.get(best).isOver();
      if (over == bestOver ? open.get(at) < open.get(best) : bestOver) {
        best = at;
      }
    }
    return best;
  }

  /**
   * Calls all objects.
   *
   * @param <R> the type of the results
   * @param call what to do with each
   * @return the results, which are to come, in the order of {@link #actors}; that of an actor which
   *     does not take the call has failed with the {@link RejectedExecutionException}
   * @throws NotSendableException if the function cannot be sent
   */
  public <R extends @Nullable Object> List<CompletableFuture<R>> askAll(
      Fn<? super S, ? extends R> call) {
    List<CompletableFuture<R>> answers = new ArrayList<>();
    for (Actor<S> actor : actors) {
      try {
        answers.add(actor.ask(call));
      } catch (NotSendableException e) {
        throw e;
      } catch (RejectedExecutionException e) {
        answers.add(CompletableFuture.failedFuture(e));
      }
    }
    return List.copyOf(answers);
  }

  /**
   * Calls all objects, and does not wait.
   *
   * @param call what to do with each
   * @throws NotSendableException if the function cannot be sent
   * @throws RejectedExecutionException if an actor does not take the call, when all others have
   *     been told; the exceptions of further ones are {@linkplain Throwable#getSuppressed with it}
   */
  public void tellAll(ItemAction<? super S> call) {
    @Nullable RejectedExecutionException rejected = null;
    for (Actor<S> actor : actors) {
      try {
        actor.tell(call);
      } catch (NotSendableException e) {
        throw e;
      } catch (RejectedExecutionException e) {
        if (rejected == null) {
          rejected = e;
        } else {
          rejected.addSuppressed(e);
        }
      }
    }
    if (rejected != null) {
      throw rejected;
    }
  }

  /**
   * Closes all actors, as {@link Actor#close} does. If the calling thread is interrupted meanwhile,
   * all are stopped.
   */
  @Override
  public void close() {
    closeAll(Actor::close);
  }

  /** Stops all actors, as {@link Actor#closeNow} does. */
  public void closeNow() {
    closeAll(Actor::closeNow);
  }

  /**
   * At the same time, because each may take its grace time. If this thread is interrupted all are,
   * so that none goes on waiting for its calls.
   */
  private void closeAll(Consumer<Actor<S>> how) {
    List<Thread> threads =
        actors.stream()
            .map(actor -> Thread.ofVirtual().name("tutti-close").start(() -> how.accept(actor)))
            .toList();
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
          threads.forEach(Thread::interrupt);
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
