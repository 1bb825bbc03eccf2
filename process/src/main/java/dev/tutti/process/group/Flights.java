package dev.tutti.process.group;

import static java.util.Objects.requireNonNull;

import dev.tutti.process.wire.Claims;
import dev.tutti.process.wire.FramePacker;
import dev.tutti.process.wire.WireException;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Call;
import dev.tutti.spi.Item;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What one worker has: every item that was given to it and that nobody has reported. */
@SuppressWarnings("NonAtomicVolatileUpdate") // `open` is written with the lock
final class Flights {
  /*
   * Everything is guarded by `lock`; `open` may also be read without it. An item is entered by load() and removed by who reports it: the reading
   * thread when its outcome has come (land), who takes it back (takeBack), or the judge of a dead worker
   * (closeAll). Removing decides who that is; the claim word decides whether it can be taken back.
   *
   * Of a pack the reading thread lands the first elements, and any thread takes back the last ones, which become an item of
   * their own. It is removed when nothing is left between the two. `open` counts elements.
   *
   * A worker has one batch at a time (CurrentBatch), and the next one before it has said that it is past the last. So a
   * word may be needed by two batches at most, and each of them has half of the words: the worker reads its frames in
   * order, and is past the last but one for certain when an outcome of the last has come.
   */
  static final int LARGEST_BATCH = Claims.WORDS / 2;

  private static final WeakReference<Call> NO_CALL = new WeakReference<>(null);

  /**
   * A batch of which no item is left.
   *
   * @param batch the batch
   * @param elapsedNanos the time since it was given to the worker
   */
  record Finished(Batch batch, long elapsedNanos) {}

  private final Link link;
  private final Claims claims;
  private final ReentrantLock lock = new ReentrantLock();
  private final @Nullable Flight[] bySlot = new Flight[Claims.WORDS];
  private volatile int open;
  private final CurrentBatch batch = new CurrentBatch();
  private long nextNumber;
  private volatile WeakReference<Call> lastCall = NO_CALL; // whose function the worker has
  private boolean closed;

  Flights(Link link, Claims claims) {
    this.link = link;
    this.claims = claims;
  }

  Claims claims() {
    return claims;
  }

  private static int slot(long number) {
    return (int) (number & (Claims.WORDS - 1));
  }

  private boolean holds(Flight flight) {
    return bySlot[slot(flight.number())] == flight;
  }

  private void remove(Flight flight) {
    bySlot[slot(flight.number())] = null;
    open -= flight.held() - flight.landed();
  }

  private void hasLess(Flight flight, int elements) {
    open -= elements;
    if (flight.isOver()) {
      bySlot[slot(flight.number())] = null;
    }
  }

  /**
   * Takes what the worker has not begun of a flight, or of its end.
   *
   * @param from the first element that is to come back
   * @return what is back, for the caller to report; null if there is nothing
   */
  private @Nullable Item takeBackFrom(Flight flight, int from) {
    Item back = flight.takeBackFrom(from, claims);
    if (back != null) {
      hasLess(flight, back.count());
    }
    return back;
  }

  /**
   * Enters a batch.
   *
   * @param next the batch, of at most {@link #LARGEST_BATCH} items
   * @return the frames to send; null if the worker is gone. Where it throws anything nothing was
   *     entered, and the worker is of no use any more: it has not got the function
   */
  @Nullable List<ByteBuffer> load(Batch next) {
    lock.lock();
    try {
      if (closed) {
        return null;
      }
      batch.begin(next);
      return enter(next);
    } catch (RuntimeException | Error e) { // such as no memory
      takeOut(next);
      throw e;
    } finally {
      lock.unlock();
    }
  }

  private List<ByteBuffer> enter(Batch next) {
    FramePacker frames = new FramePacker();
    Call call = next.call();
    if (!lastCall.refersTo(call)) {
      SentCall sent = (SentCall) requireNonNull(call.form(), "form");
      sent.addTo(frames, call.body());
      lastCall = call.body().hasItem() ? new WeakReference<>(call) : NO_CALL;
    }
    next.items().forEach(item -> enter(item, frames));
    frames.batchEnd(batch.number());
    return frames.pack();
  }

  /** Nothing of a batch is sent. */
  private void takeOut(Batch unsent) {
    for (Item item : unsent.items()) {
      if (item.place() instanceof Flight flight && flight.link() == link && holds(flight)) {
        remove(flight);
      }
    }
    var _ = batch.finish();
  }

  private void enter(Item item, FramePacker frames) {
    Flight flight = new Flight(link, nextNumber, item);
    nextNumber += item.count();
    bySlot[slot(flight.number())] = flight;
    open += item.count();
    item.place(flight); // before the sender looks whether the item is still wanted
    flight.queue(claims, frames);
  }

  /** An outcome has come. */
  Flight land(long number) throws WireException {
    lock.lock();
    try {
      Flight flight = at(number);
      if (flight.item().isPack()) {
        throw new WireException("worker sent an outcome of a pack: " + number);
      }
      remove(flight);
      return flight;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Flight find(long number) {
    Flight flight = bySlot[slot(number)];
    return flight != null && flight.number() == number ? flight : null;
  }

  private Flight at(long number) throws WireException {
    Flight flight = find(number);
    if (flight == null) {
      throw new WireException("worker sent an outcome of an item that it has not: " + number);
    }
    return flight;
  }

  /** {@return the pack of which outcomes come next} */
  Flight begun(long number) throws WireException {
    lock.lock();
    try {
      Flight flight = at(number);
      if (!flight.item().isPack()) {
        throw new WireException("worker began a pack that is none: " + number);
      }
      return flight;
    } finally {
      lock.unlock();
    }
  }

  /** Outcomes of the next elements of a pack have come. */
  void landNext(Flight pack, int count) throws WireException {
    lock.lock();
    try {
      if (!holds(pack) || pack.landed() + count > pack.held()) {
        throw new WireException(
            "worker sent outcomes of elements that it has not: pack=%d landed=%d held=%d more=%d"
                .formatted(pack.number(), pack.landed(), pack.held(), count));
      }
      pack.land(count);
      hasLess(pack, count);
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether the worker has more than one item} */
  boolean hasSeveral() {
    return open > 1;
  }

  /** {@return whether the worker has an item; one that is taken back meanwhile is still counted} */
  boolean isBusy() {
    return open > 0;
  }

  /** {@return the place in the input of the item with a number; -1 if the worker has it not} */
  long indexOf(long number) {
    lock.lock();
    try {
      Flight flight = find(number);
      if (flight != null) {
        return flight.item().index();
      }
      for (Flight each : all()) {
        int element = each.elementOf(number);
        if (element >= 0) {
          return each.item().index() + element;
        }
      }
      return -1;
    } finally {
      lock.unlock();
    }
  }

  /**
   * {@return how many looks in a row have found that the worker has claimed nothing since the look
   * before, though it has a batch and runs nothing of it} As it is with a worker that the system
   * has stopped, also where nobody wants the batch any more.
   */
  int stalledLooks() {
    lock.lock();
    try {
      boolean same = batch.isAsLookedAt(open);
      boolean stalls = same && batch.isOpen() && all().stream().noneMatch(f -> f.isBegun(claims));
      return batch.looked(stalls);
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether the worker has the function of a call, over or not} */
  boolean hasFunction() {
    return lastCall != NO_CALL;
  }

  /**
   * {@return the number of the last batch, if the worker has done it, and its call is over; else
   * -1} The worker is then to be told to let go of the function: if there is more of the call, the
   * function is sent again.
   */
  long batchOfCallOver() {
    lock.lock();
    try {
      if (!hasFunction() || open > 0 || batch.isOpen()) {
        return -1;
      }
      Call call = lastCall.get();
      if (call != null && call.form() instanceof SentCall sent && !sent.isForgotten()) {
        return -1;
      }
      lastCall = NO_CALL;
      return batch.number();
    } finally {
      lock.unlock();
    }
  }

  /** Takes back all that the worker has not claimed. */
  List<Item> takeBackAll() {
    List<Item> back = new ArrayList<>();
    lock.lock();
    try {
      for (Flight flight : all()) {
        Item item = takeBackFrom(flight, 0);
        if (item != null) {
          back.add(item);
        }
      }
    } finally {
      lock.unlock();
    }
    return back;
  }

  /** {@return the batch, if no item of it is left and nobody has asked since} */
  @Nullable Finished finish() {
    lock.lock();
    try {
      return open > 0 ? null : batch.finish();
    } finally {
      lock.unlock();
    }
  }

  /** Keeps what looks after the time of a batch, until the batch has ended. */
  void watchedBy(Batch watched, Future<?> next) {
    lock.lock();
    try {
      batch.watchedBy(watched, next);
    } finally {
      lock.unlock();
    }
  }

  /** The worker says that it is past a batch. */
  void past(long id) throws WireException {
    lock.lock();
    try {
      batch.ensurePast(id, open);
    } finally {
      lock.unlock();
    }
  }

  /**
   * What could be taken of what nobody wants.
   *
   * @param back what is back, for the caller to report
   * @param running the number of what the worker has begun and is to stop; -1 if there is nothing
   */
  record Unwanted(@Nullable Item back, long running) {}

  /** Takes back what is not wanted of a flight, as far as the worker has not begun it. */
  Unwanted takeBackUnwanted(Flight flight) {
    lock.lock();
    try {
      if (!holds(flight)) {
        return new Unwanted(null, -1);
      }
      Item item = flight.item();
      Item back = takeBackFrom(flight, item.wanted());
      long running = -1;
      if (!item.isPack()) {
        running = back == null ? flight.number() : -1;
      } else if (flight.held() > item.wanted()) {
        running = flight.number() + flight.held() - 1; // begun, and none is begun after it
      }
      return new Unwanted(back, running);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes about half of what is left of a batch, from its end, as far as it is not claimed.
   *
   * @param from the batch
   * @param atMost how many at most
   */
  List<Item> takeHalf(Batch from, int atMost) {
    List<Item> back = new ArrayList<>();
    lock.lock();
    try {
      if (!batch.is(from)) {
        return back;
      }
      int most = Math.min(atMost, open / 2);
      int count = 0;
      for (int i = from.items().size() - 1; i >= 0 && count < most; i--) {
        Object place = from.items().get(i).place();
        if (place instanceof Flight flight && flight.link() == link && holds(flight)) {
          int held = flight.held();
          Item item = takeBackFrom(flight, Math.max(0, held - (most - count)));
          if (item == null) {
            break; // claimed, and so is everything before it
          }
          count += item.count();
          back.addFirst(item);
        }
      }
      return back;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Looks at the item of a batch that runs. Not for packs, which have no time-out.
   *
   * @return since when it has run; null if the worker has another batch now
   */
  @Nullable Running running(Batch asked) {
    lock.lock();
    try {
      if (!batch.is(asked)) {
        return null;
      }
      for (Item item : asked.items()) {
        if (item.place() instanceof Flight flight
            && holds(flight)
            && claims.isRunning(flight.number())) {
          return new Running(item, System.nanoTime() - claims.startNanos(flight.number()));
        }
      }
      return new Running(null, 0);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The item that a worker runs.
   *
   * @param item the item; null if the worker is between two
   * @param elapsedNanos how long it has run
   */
  record Running(@Nullable Item item, long elapsedNanos) {}

  /**
   * Shuts the gate for the sake of one item, and opens it again if that does not run any more.
   *
   * @return whether the worker is to be killed
   */
  boolean shutGateFor(Flight flight) {
    lock.lock();
    try {
      if (closed || !holds(flight)) {
        return false;
      }
      claims.shutGate();
      boolean runs = flight.runsUnwanted(claims);
      if (!runs) {
        claims.openGate();
      }
      return runs;
    } finally {
      lock.unlock();
    }
  }

  /** {@return what the worker has now} */
  List<Flight> all() {
    lock.lock();
    try {
      List<Flight> now = new ArrayList<>(open);
      for (Flight flight : bySlot) {
        if (flight != null) {
          now.add(flight);
        }
      }
      return now;
    } finally {
      lock.unlock();
    }
  }

  /** The worker is gone: takes everything out, and lets nothing more in. */
  List<Flight> closeAll() {
    lock.lock();
    try {
      List<Flight> left = all();
      left.forEach(this::remove); // how far each has landed stays
      closed = true;
      return left;
    } finally {
      lock.unlock();
    }
  }
}
