package dev.tutti.process.group;

import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.WireException;
import dev.tutti.spi.OutcomeSink;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Outcome;
import java.nio.ByteBuffer;

/**
 * What one worker says, frame by frame: its outcomes are read and told. For one thread at a time.
 */
final class Arrivals {
  private final Flights flights;
  private final Reading reading;
  private final OutcomeSink sink;
  private final Runnable goOn;
  private boolean retiring;

  /**
   * @param goOn called when an item has landed, before its outcome is read and told: the worker
   *     works meanwhile, and who gets that outcome and submits again finds it free
   */
  Arrivals(Flights flights, Reading reading, OutcomeSink sink, Runnable goOn) {
    this.flights = flights;
    this.reading = reading;
    this.sink = sink;
    this.goOn = goOn;
  }

  /** {@return whether the worker has said that it leaves by itself, because its heap was full} */
  boolean isRetiring() {
    return retiring;
  }

  /**
   * Takes a frame.
   *
   * @return whether the calling thread is to go on; false if it was relieved
   */
  boolean take(Frame frame) throws WireException {
    return switch (frame.kind()) {
      case RESULT -> outcome(frame.kind(), frame.atLeast(2 * Long.BYTES));
      case FAILURE -> outcome(frame.kind(), frame.atLeast(2 * Long.BYTES + 1));
      case BATCH_DONE -> {
        flights.past(frame.atLeast(Long.BYTES).getLong());
        goOn.run();
        yield true;
      }
      default ->
          throw new WireException("worker sent what is not for a pool: kind=" + frame.kind());
    };
  }

  private boolean outcome(Frame.Kind kind, ByteBuffer content) throws WireException {
    Flight flight = flights.land(content.getLong());
    long elapsed = content.getLong();
    if (kind == Frame.Kind.FAILURE) {
      retiring |= content.get() != 0;
    }
    goOn.run();
    Outcome<?> outcome = reading.read(flight, kind, elapsed, content);
    if (outcome == null) {
      return false;
    }
    report(flight, outcome, elapsed);
    return true;
  }

  /** Tells how an item has ended. */
  void report(Flight flight, Outcome<?> outcome, long elapsedNanos) {
    boolean wanted = !flight.item().isUnwanted();
    sink.ended(flight.item(), wanted ? outcome : new Cancelled<>(), elapsedNanos);
  }
}
