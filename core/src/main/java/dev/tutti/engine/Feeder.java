package dev.tutti.engine;

import dev.tutti.spi.Item;
import dev.tutti.task.Failure;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Reads the input of one bulk call and brings it into the pool. For one thread. */
final class Feeder {
  private final BulkRun run;
  private final Dispatcher dispatcher;
  private final Iterator<?> input;

  Feeder(BulkRun run, Dispatcher dispatcher, Iterator<?> input) {
    this.run = run;
    this.dispatcher = dispatcher;
    this.input = input;
  }

  /** Reads the whole input, as fast as the window allows. */
  void feedAll() {
    try {
      boolean more = true;
      while (more) {
        more = run.awaitRoom() && feedOne();
      }
    } catch (InterruptedException e) {
      run.interrupted();
    }
  }

  /** {@return whether there may be more input} */
  private boolean feedOne() {
    Item item = readOne();
    if (item == null) {
      return false;
    }
    if (isAdmitted(item)) {
      offer(1, () -> dispatcher.offer(item));
    }
    return true;
  }

  /** Reads as much of the input as fits in one batch, without waiting, and runs it. */
  void feedBatch() {
    List<Item> items = new ArrayList<>();
    for (int i = run.lane.chunker().size(); i > 0 && run.hasRoom(); i--) {
      Item item = readOne();
      if (item == null) {
        break;
      }
      if (isAdmitted(item)) {
        items.add(item);
      }
    }
    if (!items.isEmpty()) {
      offer(items.size(), () -> dispatcher.runHere(run, items));
    }
  }

  private void offer(int items, Runnable offer) {
    try {
      offer.run();
    } catch (RejectedExecutionException e) { // the pool was closed while the input was read
      run.dropTaken(items);
      run.endInput(e);
    }
  }

  /** {@return the next element of the input; null if there is none or none is wanted} */
  private @Nullable Item readOne() {
    try {
      if (!run.isOver() && input.hasNext()) {
        Object argument = input.next();
        return new Item(run, run.countTaken(), argument);
      }
      run.endInput(null);
    } catch (Throwable failure) { // the input is the user's code: what it throws is what he gets
      run.endInput(failure);
    }
    return null;
  }

  private boolean isAdmitted(Item item) {
    try {
      dispatcher.group().admit(item);
      return true;
    } catch (RuntimeException | Error e) { // NotSendableException, or what a user's class throws
      run.settle(item, new Failure<>(e), 0);
      return false;
    }
  }
}
