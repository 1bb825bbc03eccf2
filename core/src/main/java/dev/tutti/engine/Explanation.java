package dev.tutti.engine;

import dev.tutti.plan.Choice;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tells somebody, once, where a call has run and why: on the thread that has taken its results. */
final class Explanation {
  private final @Nullable Consumer<? super Choice> listener;
  private final Dispatcher dispatcher;
  private final @Nullable ChoosingFeed choosing;
  private final AtomicBoolean told = new AtomicBoolean();

  /**
   * @param listener who is told, if anybody
   * @param choosing has chosen; null where the user has
   */
  Explanation(
      @Nullable Consumer<? super Choice> listener,
      Dispatcher dispatcher,
      @Nullable ChoosingFeed choosing) {
    this.listener = listener;
    this.dispatcher = dispatcher;
    this.choosing = choosing;
  }

  void tell() {
    if (listener == null || told.getAndSet(true)) {
      return;
    }
    try {
      listener.accept(choosing == null ? named() : choosing.choice());
    } catch (RuntimeException e) { // the call has ended well or badly, and that is what counts
      System.getLogger("dev.tutti")
          .log(System.Logger.Level.WARNING, "who was told of a choice has failed", e);
    }
  }

  private Choice named() {
    String backend = dispatcher.engine().backend();
    String reason =
        backend.equals("processes")
            ? "walls are asked for and never guessed, and this call asked for them; nothing was"
                + " measured"
            : "the call named its pool; nothing was measured";
    return new Choice(
        List.of(
            new Choice.Step(
                0,
                backend,
                dispatcher.group().maxWorkers(),
                0,
                Optional.empty(),
                List.of(),
                reason,
                List.of())));
  }
}
