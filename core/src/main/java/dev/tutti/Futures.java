package dev.tutti;

import dev.tutti.engine.Engine;
import dev.tutti.task.Outcome;
import dev.tutti.task.TaskTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Several futures together: waiting for them, taking them as they end, making one of them.
 *
 * {@snippet class=dev.tutti.FuturesSnippets region=futures lang=java}
 *
 * <p>They may be any {@link CompletableFuture}s, those of a pool among them. A future that is given
 * twice counts once, but for {@link #gather}.
 *
 * <p>{@linkplain Pool#current In a task} of a pool of threads another thread takes the place of the
 * one that waits, so waiting for one's own pool is no deadlock.
 *
 * <p><b>Lifetime.</b> A wait that ends, in whatever way, and a stream that is closed or used up
 * leave nothing registered on the futures; so a future that lives for long may be waited for again
 * and again. A stream that is only dropped leaves them when the garbage collector finds it.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread; a stream is for one thread at
 * a time.
 *
 * <p><b>Memory consistency.</b> What was done before a future ended happens-before the return of
 * the wait that saw it ended.
 *
 * <p><b>Failure.</b> The waits and streams do not look how a future ended; the futures themselves
 * tell. {@code gather} and {@code race} say what becomes of failures.
 *
 * @since 0.1
 */
public final class Futures {
  private static final long FOR_EVER = Long.MAX_VALUE;

  private Futures() {}

  // ---------------------------------------------------------------- waiting

  /**
   * Waits until all have ended.
   *
   * @param <F> the type of the futures
   * @param futures the futures
   * @return the futures, all of them done
   * @throws InterruptedException if the calling thread is interrupted while it waits
   */
  public static <F extends CompletableFuture<?>> Waited<F> awaitAll(Collection<F> futures)
      throws InterruptedException {
    return await(futures, FOR_EVER, Futures::allEnded, true);
  }

  /**
   * Waits until all have ended, or the time is over.
   *
   * @param <F> the type of the futures
   * @param futures the futures
   * @param timeout how long at most; zero or less does not wait
   * @return which have ended
   * @throws InterruptedException if the calling thread is interrupted while it waits
   */
  public static <F extends CompletableFuture<?>> Waited<F> awaitAll(
      Collection<F> futures, Duration timeout) throws InterruptedException {
    return await(futures, nanos(timeout), Futures::allEnded, true);
  }

  /**
   * Waits until one of them has ended, in whatever way.
   *
   * @param <F> the type of the futures
   * @param futures the futures, at least one
   * @return which have ended, at least one
   * @throws IllegalArgumentException if there is none
   * @throws InterruptedException if the calling thread is interrupted while it waits
   */
  public static <F extends CompletableFuture<?>> Waited<F> awaitFirst(Collection<F> futures)
      throws InterruptedException {
    ensureSome(futures);
    return await(futures, FOR_EVER, watch -> watch.count() > 0);
  }

  /**
   * Waits until one of them has ended, in whatever way, or the time is over.
   *
   * @param <F> the type of the futures
   * @param futures the futures, at least one
   * @param timeout how long at most; zero or less does not wait
   * @return which have ended; none, perhaps
   * @throws IllegalArgumentException if there is none
   * @throws InterruptedException if the calling thread is interrupted while it waits
   */
  public static <F extends CompletableFuture<?>> Waited<F> awaitFirst(
      Collection<F> futures, Duration timeout) throws InterruptedException {
    ensureSome(futures);
    return await(futures, nanos(timeout), watch -> watch.count() > 0);
  }

  /**
   * Waits until one of them has failed or was cancelled, or all have ended.
   *
   * @param <F> the type of the futures
   * @param futures the futures
   * @return which have ended
   * @throws InterruptedException if the calling thread is interrupted while it waits
   */
  public static <F extends CompletableFuture<?>> Waited<F> awaitFirstFailure(Collection<F> futures)
      throws InterruptedException {
    return await(futures, FOR_EVER, Futures::oneFailedOrAllEnded);
  }

  /**
   * Waits until one of them has failed or was cancelled, or all have ended, or the time is over.
   *
   * @param <F> the type of the futures
   * @param futures the futures
   * @param timeout how long at most; zero or less does not wait
   * @return which have ended
   * @throws InterruptedException if the calling thread is interrupted while it waits
   */
  public static <F extends CompletableFuture<?>> Waited<F> awaitFirstFailure(
      Collection<F> futures, Duration timeout) throws InterruptedException {
    return await(futures, nanos(timeout), Futures::oneFailedOrAllEnded);
  }

  private static <F extends CompletableFuture<?>> boolean allEnded(Watch<F> watch) {
    return watch.count() == watch.futures().size();
  }

  private static <F extends CompletableFuture<?>> boolean oneFailedOrAllEnded(Watch<F> watch) {
    return allEnded(watch)
        || watch.futures().stream().anyMatch(CompletableFuture::isCompletedExceptionally);
  }

  private static <F extends CompletableFuture<?>> Waited<F> await(
      Collection<F> futures, long nanos, Predicate<Watch<F>> condition)
      throws InterruptedException {
    return await(futures, nanos, condition, false);
  }

  private static <F extends CompletableFuture<?>> Waited<F> await(
      Collection<F> futures, long nanos, Predicate<Watch<F>> condition, boolean all)
      throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    try (Watch<F> watch = new Watch<>(futures)) {
      boolean _ = Engine.await(watch.until(condition, all), nanos);
      return watch.state();
    }
  }

  /** {@return the futures as they are now} None may be null. */
  static <F extends CompletableFuture<?>> List<F> listed(Collection<? extends F> futures) {
    List<F> listed = new ArrayList<>(Objects.requireNonNull(futures, "futures"));
    for (int i = 0; i < listed.size(); i++) {
      Objects.requireNonNull(listed.get(i), "futures[" + i + "]");
    }
    return listed;
  }

  private static void ensureSome(Collection<?> futures) {
    if (Objects.requireNonNull(futures, "futures").isEmpty()) {
      throw new IllegalArgumentException("futures must not be empty: futures=0");
    }
  }

  private static long nanos(Duration timeout) {
    return Math.max(0, TimeUnit.NANOSECONDS.convert(Objects.requireNonNull(timeout, "timeout")));
  }

  // ---------------------------------------------------------------- as they end

  /**
   * {@return the futures in the order in which they end} Taking the next one waits for it; {@code
   * CancellationException} is thrown if the calling thread is interrupted meanwhile, whose flag
   * stays set.
   *
   * {@snippet class=dev.tutti.FuturesSnippets region=asCompleted lang=java}
   *
   * @param <F> the type of the futures
   * @param futures the futures
   */
  public static <F extends CompletableFuture<?>> Stream<F> asCompleted(Collection<F> futures) {
    return new EndedFutures<>(futures, FOR_EVER, Duration.ZERO).stream();
  }

  /**
   * {@return the futures in the order in which they end} Taking the next one waits for it; {@link
   * CancellationException} is thrown if the calling thread is interrupted meanwhile, whose flag
   * stays set, and {@link TaskTimeoutException} when the time is over and one is still open.
   *
   * @param <F> the type of the futures
   * @param futures the futures
   * @param timeout how long all may take, from now on; zero or less does not wait
   */
  public static <F extends CompletableFuture<?>> Stream<F> asCompleted(
      Collection<F> futures, Duration timeout) {
    return new EndedFutures<>(futures, nanos(timeout), timeout).stream();
  }

  // ---------------------------------------------------------------- one of many

  /**
   * {@return a future of all results, in the order of the futures} The first that fails fails it at
   * once, with that exception; the others go on. Whoever cancels it cancels them all, as by {@code
   * cancel(true)}.
   *
   * @param <R> the type of the results
   * @param futures the futures; one may be given twice
   */
  public static <R extends @Nullable Object> CompletableFuture<List<R>> gather(
      Collection<? extends CompletableFuture<? extends R>> futures) {
    return Gathering.results(futures);
  }

  /**
   * {@return a future of how each of them ended, in the order of the futures} It never fails by
   * itself. Whoever cancels it cancels them all, as by {@code cancel(true)}.
   *
   * @param <R> the type of the results
   * @param futures the futures; one may be given twice
   */
  public static <R extends @Nullable Object> CompletableFuture<List<Outcome<R>>> gatherOutcomes(
      Collection<? extends CompletableFuture<? extends R>> futures) {
    return Gathering.outcomes(futures);
  }

  /**
   * {@return a future of the first result} When one succeeds the others are cancelled, as by {@code
   * cancel(true)}. If none does, it fails as the last of them failed, and the other failures are
   * suppressed in that exception where it allows it. Whoever cancels it cancels them all.
   *
   * @param <R> the type of the result
   * @param futures the futures, at least one
   * @throws IllegalArgumentException if there is none
   */
  public static <R extends @Nullable Object> CompletableFuture<R> race(
      Collection<? extends CompletableFuture<? extends R>> futures) {
    ensureSome(futures);
    return Gathering.race(futures);
  }
}
