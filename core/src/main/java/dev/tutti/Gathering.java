package dev.tutti;

import dev.tutti.engine.Engine;
import dev.tutti.engine.HelpingFuture;
import dev.tutti.engine.Link;
import dev.tutti.spi.CompletionPath;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Failure;
import dev.tutti.task.Outcome;
import dev.tutti.task.Success;
import dev.tutti.task.TaskTimeoutException;
import dev.tutti.task.TimedOut;
import dev.tutti.task.WorkerLost;
import dev.tutti.task.WorkerLostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One future made of several. */
final class Gathering {
  /*
   * Each source is heard once and counted down in `left`; who counts the last one reads them all. The links are
   * made before the first count, so that whoever ends the result leaves all of them. A source's end happens-before
   * its count, and all counts before the last.
   */
  private Gathering() {}

  /** What is done when one more source has ended. */
  @FunctionalInterface
  private interface Step<S> {
    /**
     * One more has ended.
     *
     * @param source which
     * @param isLast whether all others have
     */
    void ended(S source, boolean isLast);
  }

  static <R extends @Nullable Object> CompletableFuture<List<R>> results(
      Collection<? extends CompletableFuture<? extends R>> futures) {
    List<CompletableFuture<? extends R>> sources = Futures.listed(futures);
    HelpingFuture<List<R>> all = new HelpingFuture<>();
    hear(
        sources,
        all,
        all::isCancelled,
        (source, isLast) -> {
          if (source.state() != Future.State.SUCCESS) {
            fail(all, failure(source));
          } else if (isLast) {
            List<R> results = new ArrayList<>(sources.size());
            sources.forEach(s -> results.add(s.resultNow()));
            all.complete(Collections.unmodifiableList(results));
          }
        });
    if (sources.isEmpty()) {
      all.complete(List.of());
    }
    return all;
  }

  static <R extends @Nullable Object> CompletableFuture<List<Outcome<R>>> outcomes(
      Collection<? extends CompletableFuture<? extends R>> futures) {
    List<CompletableFuture<? extends R>> sources = Futures.listed(futures);
    HelpingFuture<List<Outcome<R>>> all = new HelpingFuture<>();
    hear(
        sources,
        all,
        all::isCancelled,
        (_, isLast) -> {
          if (isLast) {
            List<Outcome<R>> outcomes = new ArrayList<>(sources.size());
            sources.forEach(s -> outcomes.add(outcome(s)));
            all.complete(List.copyOf(outcomes));
          }
        });
    if (sources.isEmpty()) {
      all.complete(List.of());
    }
    return all;
  }

  static <R extends @Nullable Object> CompletableFuture<R> race(
      Collection<? extends CompletableFuture<? extends R>> futures) {
    List<CompletableFuture<? extends R>> sources = Futures.listed(futures);
    HelpingFuture<R> first = new HelpingFuture<>();
    AtomicBoolean won = new AtomicBoolean();
    hear(
        sources,
        first,
        () -> won.get() || first.isCancelled(),
        (source, isLast) -> {
          if (source.state() == Future.State.SUCCESS) {
            won.set(true);
            first.complete(source.resultNow());
          } else if (isLast) {
            Throwable failure = failure(source);
            sources.stream()
                .filter(s -> s != source)
                .map(Gathering::failure)
                .filter(f -> f != failure)
                .forEach(failure::addSuppressed);
            fail(first, failure);
          }
        });
    return first;
  }

  /**
   * Has each source told when it ends, until the result has.
   *
   * @param cancelsAll whether the end of the result is that of all sources
   */
  private static <S extends CompletableFuture<?>> void hear(
      List<S> sources, HelpingFuture<?> result, BooleanSupplier cancelsAll, Step<S> step) {
    AtomicInteger left = new AtomicInteger(sources.size());
    List<Link> links = new ArrayList<>(sources.size());
    for (S source : sources) {
      links.add(Link.to(source, () -> step.ended(source, left.decrementAndGet() == 0)));
    }
    result.whenWaitedFor(() -> sources.reversed().forEach(Engine::hasten)); // the first one first
    result.whenEnded(() -> {
      links.forEach(Link::leave);
      if (cancelsAll.getAsBoolean()) {
        sources.forEach(source -> source.cancel(true));
      }
    });
  }

  /**
   * A source that was cancelled is a failure of the whole; only who cancels the whole cancels it.
   */
  private static void fail(CompletableFuture<?> result, Throwable failure) {
    result.completeExceptionally(CompletionPath.failure(failure));
  }

  private static Throwable failure(CompletableFuture<?> source) {
    return source.isCancelled()
        ? new CancellationException("a future that was waited for was cancelled")
        : source.exceptionNow();
  }

  @SuppressWarnings("unchecked") // the future's result is an R
  private static <R extends @Nullable Object> Outcome<R> outcome(
      CompletableFuture<? extends R> source) {
    return switch (source.state()) {
      case SUCCESS -> new Success<>((R) source.resultNow());
      case CANCELLED -> new Cancelled<>();
      default ->
          switch (source.exceptionNow()) {
            case TaskTimeoutException late -> new TimedOut<>(late);
            case WorkerLostException lost -> new WorkerLost<>(lost);
            case CancellationException _ -> new Cancelled<>();
            case Throwable failure -> new Failure<>(failure);
          };
    };
  }
}
