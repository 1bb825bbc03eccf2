package dev.tutti.process.block;

import dev.tutti.memory.segment.Segment;
import dev.tutti.spi.Timer;
import java.io.IOException;
import java.util.concurrent.Future;

/** What blocks need of the system: segments, time and alarms. Tests play it. */
interface Surroundings {
  /** {@return a segment of a size} */
  Segment make(long bytes) throws IOException;

  /** {@return the time, as {@link System#nanoTime}} */
  long nanoTime();

  /** Calls something later: {@return by which it can be cancelled}. */
  Future<?> after(long nanos, Runnable action);

  /** The system itself. No lambdas, which would cost a worker that starts some milliseconds. */
  final class Real implements Surroundings {
    @Override
    public Segment make(long bytes) throws IOException {
      return Segment.create(bytes);
    }

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public Future<?> after(long nanos, Runnable action) {
      return Timer.after(nanos, action);
    }
  }
}
