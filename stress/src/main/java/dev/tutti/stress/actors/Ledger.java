package dev.tutti.stress.actors;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;

/** The state of the actor that is tortured: it counts its calls. */
final class Ledger implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String journal;
  private long count;

  Ledger(Path journal) {
    this.journal = journal.toString();
  }

  /** {@return what the right answer of a call is, but for the count} */
  static long mix(CallId call) {
    return ((call.caller() * 1_000_003L + call.number()) * 0x9E3779B97F4A7C15L) >>> 20;
  }

  /** Writes that the call begins, does something for a while, and writes that it ends. */
  Answer step(CallId call, long micros, Cheat cheat) throws IOException, InterruptedException {
    Path to = Path.of(journal);
    if (cheat == Cheat.STALE && count > 2) {
      count -= 2;
    }
    count++;
    Line.write(to, true, call, count);
    if (cheat == Cheat.TOGETHER) {
      Line.write(to, true, new CallId(call.caller() + 100, call.number()), count);
    }
    if (micros > 0) {
      Thread.sleep(Duration.ofNanos(micros * 1_000));
    }
    Line.write(to, false, call, count);
    if (cheat == Cheat.TWICE) {
      Line.write(to, true, call, count);
      Line.write(to, false, call, count);
    }
    return new Answer(cheat == Cheat.WRONG ? 0 : mix(call), count, ProcessHandle.current().pid());
  }

  /**
   * What a call gives.
   *
   * @param value what is told of its arguments
   * @param count how many calls the state has seen
   * @param pid the process that has run it
   */
  record Answer(long value, long count, long pid) implements Serializable {
    private static final long serialVersionUID = 1L;
  }
}
