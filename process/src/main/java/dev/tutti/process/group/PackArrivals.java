package dev.tutti.process.group;

import dev.tutti.codec.Codec;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.WireException;
import dev.tutti.spi.OutcomeSink;
import dev.tutti.spi.PartOutcomes;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Failure;
import dev.tutti.task.Outcome;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What one worker says of packs. For one thread at a time. */
final class PackArrivals {
  /*
   * The outcomes of a pack come in the order of its elements, without a number. Many of them land and are told together:
   * `come` are those of `pack` that have come and not landed. They land before the thread waits, before it reads a
   * value by code of the user's, and at the last element, which frees the worker. Then `pack` is forgotten: a worker that
   * rests would keep the whole call.
   */
  private static final int MOST_AT_ONCE = 1_024;
  private static final int HEAD_BYTES = Long.BYTES;

  private final Flights flights;
  private final Reading reading;
  private final OutcomeSink sink;
  private final Arrivals.Listener listener;
  private @Nullable Flight pack;
  private PartOutcomes come = new PartOutcomes();

  PackArrivals(Flights flights, Reading reading, OutcomeSink sink, Arrivals.Listener listener) {
    this.flights = flights;
    this.reading = reading;
    this.sink = sink;
    this.listener = listener;
  }

  /** The outcomes that follow are of another pack. */
  void begin(long number) throws WireException {
    tell();
    pack = flights.begun(number);
  }

  /**
   * The outcome of the next element.
   *
   * @return whether the calling thread is to go on; false if it was relieved
   */
  boolean next(Frame frame) throws WireException {
    Flight flight = pack;
    if (flight == null) {
      throw new WireException("worker sent an outcome of a pack that it has not begun");
    }
    boolean timed = flight.item().call().isTimed();
    ByteBuffer content = frame.atLeast(timed ? HEAD_BYTES : 0);
    long nanos = timed ? content.getLong() : 0;
    if (timed) {
      come.keepTimes(); // so that nothing fails between adding an outcome and its time
    }
    if (addQuickly(flight, frame, nanos)) {
      return true;
    }
    if (reading.mayTakeLong(frame.kind(), content)) {
      return readSlowly(flight, frame.kind(), nanos, copyOf(content));
    }
    int from = flight.landed();
    int element = from + come.size();
    boolean isLast = element + 1 >= flight.held();
    if (isLast) {
      land(flight, come.size() + 1);
    }
    try {
      if (isLast) {
        listener.landed(come.size() + 1);
      }
      add(flight, element, plain(flight, element, frame.kind(), nanos, content), nanos);
    } catch (RuntimeException | Error e) { // such as no memory: nobody else knows of it now
      add(flight, element, new Failure<>(e), nanos);
      throw e;
    } finally {
      if (isLast) {
        tell(flight, from);
      } else if (come.size() == MOST_AT_ONCE) {
        tell();
      }
    }
    return true;
  }

  /**
   * Of a thousand outcomes nearly all are such: a small result that is neither the last nor
   * unwanted.
   */
  private boolean addQuickly(Flight flight, Frame frame, long nanos) throws WireException {
    int element = flight.landed() + come.size();
    if (frame.kind() != Frame.Kind.NEXT_RESULT
        || element + 1 >= flight.held()
        || element >= flight.item().wanted()) {
      return false;
    }
    try {
      Object value = reading.readQuickly(frame.content());
      if (value == Codec.NOT_QUICK) {
        return false;
      }
      come.addValue(value);
    } catch (RuntimeException | Error e) { // as in next()
      add(flight, element, new Failure<>(e), nanos);
      throw e;
    }
    if (flight.item().call().isTimed()) {
      come.took(nanos); // prepared by next()
    }
    if (come.size() == MOST_AT_ONCE) {
      tell();
    }
    return true;
  }

  /** Another thread may go on with the channel. */
  private static ByteBuffer copyOf(ByteBuffer content) {
    return ByteBuffer.allocate(content.remaining()).put(content).flip();
  }

  /** No code of the user's reads it, so no other thread goes on meanwhile. */
  private Outcome<?> plain(
      Flight flight, int element, Frame.Kind kind, long nanos, ByteBuffer content) {
    Outcome<?> outcome = reading.read(flight, element, kind, nanos, content, ArrivedParts.NONE);
    if (outcome == null) {
      throw new IllegalStateException("relieved of a plain value");
    }
    return outcome;
  }

  private void add(Flight flight, int element, Outcome<?> outcome, long nanos) {
    come.addOutcome(element < flight.item().wanted() ? outcome : new Cancelled<>());
    if (flight.item().call().isTimed()) {
      come.took(nanos);
    }
  }

  private boolean readSlowly(Flight flight, Frame.Kind kind, long nanos, ByteBuffer content)
      throws WireException {
    tell();
    int element = flight.landed();
    land(flight, 1);
    try {
      listener.landed(1);
      Outcome<?> outcome = reading.read(flight, element, kind, nanos, content, ArrivedParts.NONE);
      if (outcome == null) {
        return false;
      }
      report(flight, element, outcome, nanos);
    } catch (RuntimeException | Error e) { // such as no memory: nobody else knows of it now
      report(flight, element, new Failure<>(e), nanos);
      throw e;
    }
    return true;
  }

  /** Tells how an element that has landed, or will never, has ended. */
  void report(Flight flight, int element, Outcome<?> outcome, long nanos) {
    boolean wanted = element < flight.item().wanted();
    sink.endedPart(
        flight.item(), element, PartOutcomes.of(wanted ? outcome : new Cancelled<>(), nanos));
  }

  /** Lands and tells what has come. */
  void tell() throws WireException {
    Flight flight = pack;
    if (flight != null && !come.isEmpty()) {
      int from = flight.landed();
      int count = come.size();
      land(flight, count);
      try {
        listener.landed(count);
      } finally {
        tell(flight, from);
      }
    }
  }

  private void land(Flight flight, int count) throws WireException {
    flights.landNext(flight, count);
    if (flight.isOver()) {
      pack = null;
    }
  }

  /** The worker is past all that it was given: what it had not begun of a pack was taken back. */
  void past() throws WireException {
    tell(); // what has come lands first
    pack = null;
  }

  private void tell(Flight flight, int from) {
    PartOutcomes all = come;
    come = new PartOutcomes();
    sink.endedPart(flight.item(), from, all);
    all.clear();
    come = all;
  }
}
