package dev.tutti.engine;

import dev.tutti.spi.ServiceThread;
import dev.tutti.task.Done;
import java.lang.ref.Cleaner;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The results of a bulk call, one by one. Closing it stops what still runs; one that is only
 * dropped is closed by the garbage collector.
 *
 * <p><b>Thread safety.</b> For one thread at a time; {@link #close} for any.
 */
public final class ResultIterator implements Iterator<Done<?, ?>>, AutoCloseable {
  private final BulkRun run;
  private final boolean feeds;

  @SuppressWarnings("unused") // it is only to stay reachable
  private final Object owner;

  private final Cleaner.Cleanable stop;
  private @Nullable Done<?, ?> next;
  private boolean ended;

  private ResultIterator(BulkRun run, boolean feeds, @Nullable Thread feeder, Object owner) {
    this.run = run;
    this.feeds = feeds;
    this.owner = owner;
    this.stop = Engine.CLEANER.register(this, new Stop(run, feeder));
  }

  static ResultIterator over(BulkRun run, boolean feeds, String pool, Object owner) {
    if (feeds) {
      return new ResultIterator(run, true, null, owner);
    }
    try {
      return new ResultIterator(run, false, feeder(run, pool), owner);
    } catch (OutOfMemoryError e) { // the system gives no thread
      run.stop();
      throw e;
    }
  }

  /** Starts the thread that reads the input of a call. */
  static Thread feeder(BulkRun run, String pool) {
    return ServiceThread.builder().name("tutti-" + pool + "-feeder").start(run::feedAll);
  }

  @Override
  public boolean hasNext() {
    if (next == null && !ended) {
      try {
        next = run.next(feeds);
      } finally {
        if (next == null) {
          close(); // at the end, and where an item or the input has failed
        }
      }
    }
    return next != null;
  }

  @Override
  public Done<?, ?> next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException("the call has no further results");
    }
    Done<?, ?> done = next;
    next = null;
    return done;
  }

  /** Stops the call: what waits is dropped, what runs is stopped, the input is read no further. */
  @Override
  public void close() {
    ended = true;
    next = null;
    if (feeds) {
      run.stop(); // closes the input, on this thread
    }
    stop.clean();
    run.explain();
  }

  /** Must not hold on to the iterator, or that would never be dropped. */
  private record Stop(BulkRun call, @Nullable Thread feeder) implements Runnable {
    @Override
    public void run() {
      if (feeder != null) {
        call.stop();
        feeder.interrupt(); // it may be waiting for input that nobody wants any more
      } else if (!call.state()
          .hasLeft()) { // dropped, and its input is not to be closed by the collector
        Thread.ofVirtual().name("tutti-closer").start(call::stop);
      }
    }
  }
}
