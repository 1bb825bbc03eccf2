package dev.tutti.process.group;

import dev.tutti.process.block.BlockReader;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.WireException;
import dev.tutti.spi.OutcomeSink;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Failure;
import dev.tutti.task.Outcome;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one worker says, frame by frame: its outcomes are read and told. For one thread at a time.
 */
final class Arrivals {
  /*
   * Outcomes that come one soon after the other are told together, because each telling takes locks that all workers
   * take. They are told before the thread waits, and before it reads a value by code of the user's, which may never end.
   */
  private static final int MOST_AT_ONCE = 256;
  private static final long MOST_NANOS = 1_000_000;

  /** A result that takes more to read is not for a thread that has come to do something else. */
  private static final int MOST_PLAIN_BYTES = 1_024;

  private final Flights flights;
  private final Reading reading;
  private final OutcomeSink sink;
  private final BlockReader blocks;
  private final Listener listener;
  private final List<OutcomeSink.Ended> untold = new ArrayList<>(MOST_AT_ONCE);
  private long oldestNanos; // when the first of them came
  private final PackArrivals packs;
  private @Nullable ArrivedParts parts; // of the next frame

  /** What else follows from what a worker says. */
  interface Listener {
    /**
     * Outcomes have come. They are not told yet, nor is the last of them read: the worker works
     * meanwhile, and who gets that outcome and submits again finds it free.
     */
    void landed(int count);

    /** The worker is past a batch whose last item was taken back. */
    void pastBatch();

    /** The worker leaves by itself after its next outcome. */
    void leaves(Frame.Leave reason);

    /** The worker has ended, or is of no use: it has given memory that is not there any more. */
    void isGone();

    /** An item has told how far it is. */
    void advanced(long index, double fraction, String text);

    /** A task has a line for the log: level and text. */
    void logs(ByteBuffer content) throws WireException;

    /** A class of this process is needed there. */
    void asks(Frame question) throws WireException;
  }

  Arrivals(
      Flights flights, Reading reading, BlockReader blocks, OutcomeSink sink, Listener listener) {
    this.blocks = blocks;
    this.flights = flights;
    this.reading = reading;
    this.sink = sink;
    this.listener = listener;
    this.packs = new PackArrivals(flights, reading, sink, listener);
  }

  /**
   * Takes a frame.
   *
   * @return whether the calling thread is to go on; false if it was relieved
   */
  boolean take(Frame frame) throws WireException {
    switch (frame.kind()) {
      case PARTS -> keepParts(ArrivedParts.find(blocks, frame.content()));
      case RESULT, FAILURE -> {
        return outcome(frame.kind(), frame.atLeast(2 * Long.BYTES));
      }
      case NEXT_RESULT, NEXT_FAILURE -> {
        return packs.next(frame);
      }
      case PACK_BEGUN -> packs.begin(frame.atLeast(Long.BYTES).getLong());
      case BATCH_DONE -> {
        packs.past();
        flights.past(frame.atLeast(Long.BYTES).getLong());
        listener.pastBatch();
      }
      case LEAVING -> listener.leaves(Frame.Leave.of(frame.atLeast(1).get()));
      case PROGRESS -> advanced(frame.atLeast(2 * Long.BYTES));
      case LOG -> listener.logs(frame.atLeast(1));
      case QUESTION -> listener.asks(frame);
      default ->
          throw new WireException("worker sent what is not for a pool: kind=" + frame.kind());
    }
    return true;
  }

  /** {@return whether a frame is a small result of an item, read by no code of the user's} */
  boolean isPlainResult(Frame frame) {
    ByteBuffer content = frame.content();
    return frame.kind() == Frame.Kind.RESULT
        && parts == null
        && content.remaining() > 2 * Long.BYTES
        && content.remaining() <= MOST_PLAIN_BYTES
        && !reading.mayTakeLong(frame.kind(), content.duplicate().position(2 * Long.BYTES));
  }

  private void advanced(ByteBuffer content) {
    long index = flights.indexOf(content.getLong());
    double fraction = content.getDouble();
    if (index >= 0 && fraction >= 0 && fraction <= 1) { // it may have ended, or been taken back
      listener.advanced(index, fraction, StandardCharsets.UTF_8.decode(content).toString());
    }
  }

  private void keepParts(@Nullable ArrivedParts next) {
    if (parts != null) {
      parts.close(); // a worker that sends two tables for one value
    }
    parts = next;
  }

  private boolean outcome(Frame.Kind kind, ByteBuffer content) throws WireException {
    ArrivedParts with = parts == null ? ArrivedParts.NONE : parts;
    parts = null;
    try (with) {
      if (with.isGone()) {
        listener.isGone();
        return true; // the item ends as one whose worker died before its result was here
      }
      return outcome(kind, content, with);
    }
  }

  /** Nothing more comes. */
  void end() {
    keepParts(null);
  }

  private boolean outcome(Frame.Kind kind, ByteBuffer content, ArrivedParts with)
      throws WireException {
    Flight flight = flights.land(content.getLong());
    long elapsed = content.getLong();
    try {
      flight.item().resultBytes(content.remaining() + with.bytes());
      listener.landed(1);
      if (reading.mayTakeLong(kind, content) || isToBeTold()) {
        tellReported();
      }
      Outcome<?> outcome = reading.read(flight, 0, kind, elapsed, content, with);
      if (outcome != null) {
        report(flight, outcome, elapsed);
      }
      return outcome != null;
    } catch (RuntimeException | Error e) { // such as no memory: nobody else knows of this item now
      report(flight, new Failure<>(e), elapsed);
      throw e;
    }
  }

  private boolean isToBeTold() {
    return untold.size() >= MOST_AT_ONCE || (!untold.isEmpty() && isOld());
  }

  private boolean isOld() {
    return System.nanoTime() - oldestNanos > MOST_NANOS;
  }

  /** Says how an item has ended; it is told with the next {@link #tell}. */
  void report(Flight flight, Outcome<?> outcome, long elapsedNanos) {
    boolean wanted = !flight.item().isUnwanted();
    if (untold.isEmpty()) {
      oldestNanos = System.nanoTime();
    }
    untold.add(
        new OutcomeSink.Ended(flight.item(), wanted ? outcome : new Cancelled<>(), elapsedNanos));
  }

  /** Says how an element of a pack has ended, whose outcome does not come. */
  void reportElement(Flight flight, int element, Outcome<?> outcome) {
    packs.report(flight, element, outcome, 0);
  }

  /** Says how an item has ended whose outcome is not waited for any longer. */
  void reportLate(Reading.Current left, Outcome<?> outcome) {
    if (left.flight().item().isPack()) {
      packs.report(left.flight(), left.element(), outcome, left.elapsedNanos());
    } else {
      report(left.flight(), outcome, left.elapsedNanos());
    }
  }

  /** Tells what has not been told. */
  void tell() throws WireException {
    packs.tell();
    tellReported();
  }

  /** Tells what was reported, of items that are no packs. */
  void tellReported() {
    if (untold.size() == 1) { // the way of several is much more to compile
      OutcomeSink.Ended one = untold.removeFirst();
      sink.ended(one.item(), one.outcome(), one.elapsedNanos());
    } else if (!untold.isEmpty()) {
      List<OutcomeSink.Ended> all = List.copyOf(untold);
      untold.clear();
      sink.ended(all);
    }
  }
}
