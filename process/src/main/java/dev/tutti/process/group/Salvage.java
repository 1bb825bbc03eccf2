package dev.tutti.process.group;

import dev.tutti.process.wire.Claims;
import dev.tutti.spi.Item;
import dev.tutti.spi.OutcomeSink;
import dev.tutti.task.WorkerLost;
import java.util.ArrayList;
import java.util.List;

/** What a worker that has ended leaves: what it has not begun goes back, what it ran is lost. */
final class Salvage {
  /*
   * The process has ended, its channel was read to the last frame, and nothing can be sent to it: so the claim
   * words do not change any more, but by this. All items are judged before the first is returned: where one of them
   * ran, those that waited are not to blame for the death.
   */
  private final ReadyWorker worker;
  private final Autopsy autopsy;
  private final OutcomeSink sink;

  Salvage(ReadyWorker worker, Autopsy autopsy, OutcomeSink sink) {
    this.worker = worker;
    this.autopsy = autopsy;
    this.sink = sink;
  }

  /**
   * Ends or returns what the worker had.
   *
   * @param wasToLeave whether its end is nobody's fault
   */
  void end(List<Flight> left, boolean wasToLeave) {
    Claims claims = worker.flights().claims();
    boolean begun = false;
    List<Item> waiting = new ArrayList<>();
    for (Flight flight : left) {
      Item item = flight.item();
      if (item.isPack()) {
        begun |= endPack(flight, waiting);
      } else if (claims.takeBack(flight.number())) {
        waiting.add(item);
      } else {
        long elapsed = System.nanoTime() - claims.startNanos(flight.number());
        worker.arrivals().report(flight, new WorkerLost<>(autopsy.report(item)), elapsed);
        begun = true;
      }
    }
    worker.arrivals().tellReported();
    boolean blameless = wasToLeave || begun;
    for (Item item : waiting) {
      sink.returned(item, blameless ? null : autopsy.report(item));
    }
  }

  /** {@return whether an element of it was begun and has not ended} */
  private boolean endPack(Flight pack, List<Item> waiting) {
    Item item = pack.item();
    int had = pack.held();
    int stay = worker.flights().claims().takeBackFrom(pack.number(), pack.landed());
    if (stay < had) {
      waiting.add(stay == 0 && had == item.count() ? item : item.part(stay, had));
    }
    for (int i = pack.landed(); i < stay; i++) {
      worker.arrivals().reportElement(pack, i, new WorkerLost<>(autopsy.report(item)));
    }
    return pack.landed() < stay;
  }
}
