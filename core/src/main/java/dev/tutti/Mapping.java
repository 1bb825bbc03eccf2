package dev.tutti;

import dev.tutti.engine.PushedRun;
import dev.tutti.task.Done;
import dev.tutti.task.Success;
import java.util.function.Supplier;
import java.util.stream.Gatherer;
import java.util.stream.Gatherer.Downstream;
import java.util.stream.Gatherer.Integrator;
import org.jspecify.annotations.Nullable;

/**
 * One bulk call inside a stream: takes its elements from what is in front, passes its results on.
 */
final class Mapping<A extends @Nullable Object, R extends @Nullable Object> {
  /*
   * The stream calls from one thread at a time. The call is stopped as soon as it is known that nobody wants its results: what
   * follows rejects more or throws, or an element has failed. Of a failure in front of it a gatherer is not told; then this
   * object is dropped, and the garbage collector stops the call (PushedRun).
   */
  private final PushedRun run;

  private Mapping(PushedRun run) {
    this.run = run;
  }

  static <A extends @Nullable Object, R extends @Nullable Object> Gatherer<A, ?, R> gatherer(
      Supplier<PushedRun> runs) {
    return Gatherer.<A, Mapping<A, R>, R>ofSequential(
        () -> new Mapping<A, R>(runs.get()),
        Integrator.<Mapping<A, R>, A, R>ofGreedy(Mapping::take),
        Mapping::finish);
  }

  /** {@return whether more elements are wanted} */
  private boolean take(A element, Downstream<? super R> out) {
    boolean goesOn = false;
    try {
      goesOn = giveAndPassOn(element, out);
      return goesOn;
    } finally {
      if (!goesOn) {
        run.close();
      }
    }
  }

  private boolean giveAndPassOn(A element, Downstream<? super R> out) {
    boolean wanted = !out.isRejecting();
    while (wanted && run.isFull()) {
      wanted = passOn(run.next(), out);
    }
    if (wanted) {
      run.offer(element);
      wanted = run.isOver() ? passOnAll(out) : passOnReady(out);
    }
    return wanted;
  }

  private void finish(Downstream<? super R> out) {
    try {
      if (!out.isRejecting()) {
        run.end();
        passOnAll(out);
      }
    } finally {
      run.close();
    }
  }

  private boolean passOnReady(Downstream<? super R> out) {
    Done<?, ?> done = run.poll();
    while (done != null && passOn(done, out)) {
      done = run.poll();
    }
    return done == null;
  }

  /** The call takes no more: what is still to come is passed on, and then it is known why. */
  private boolean passOnAll(Downstream<? super R> out) {
    Done<?, ?> done = run.next();
    while (done != null && passOn(done, out)) {
      done = run.next();
    }
    return false;
  }

  @SuppressWarnings("unchecked") // the function makes an R of each element
  private boolean passOn(@Nullable Done<?, ?> done, Downstream<? super R> out) {
    return done != null && out.push(((Success<R>) done.outcome()).value());
  }
}
