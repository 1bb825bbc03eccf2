package dev.tutti.engine;

import dev.tutti.event.PoolEvent;
import dev.tutti.event.PoolListener;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Passes what happens to one pool on to those who listen, and waits for none of them. */
final class Listeners implements PoolListener {
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final int MOST_WAITING = 1_024;

  private final List<Ear> ears = new CopyOnWriteArrayList<>();

  /**
   * Adds a listener.
   *
   * @return takes it away again
   */
  Runnable add(PoolListener listener) {
    Ear ear = new Ear(listener);
    ears.add(ear);
    return () -> ears.remove(ear);
  }

  @Override
  public void happened(PoolEvent event) {
    ears.forEach(ear -> ear.offer(event));
  }

  /** One listener, and what it has not heard yet. */
  private final class Ear implements Runnable {
    /*
     * Whoever sets `telling` starts the one thread that tells. That thread clears it when nothing waits, and
     * looks once more; who adds an event does so before he looks at `telling`. So one of the two sees the other.
     */
    private final PoolListener listener;
    private final ArrayBlockingQueue<PoolEvent> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicLong lost = new AtomicLong();
    private final AtomicBoolean telling = new AtomicBoolean();

    Ear(PoolListener listener) {
      this.listener = listener;
    }

    void offer(PoolEvent event) {
      if (!waiting.offer(event)) {
        lost.incrementAndGet();
      }
      wake();
    }

    private void wake() {
      if (telling.compareAndSet(false, true)) {
        Thread.ofVirtual().name("tutti-listener").start(this);
      }
    }

    @Override
    public void run() {
      try {
        for (PoolEvent event = waiting.poll(); event != null; event = waiting.poll()) {
          listener.happened(event);
          long missed = lost.getAndSet(0);
          if (missed > 0) {
            listener.happened(new PoolEvent.EventsLost(event.pool(), missed));
          }
        }
      } catch (RuntimeException | Error e) {
        ears.remove(this);
        waiting.clear();
        LOG.log(Level.WARNING, "pool listener failed and is told no more", e);
      } finally {
        telling.set(false);
      }
      if (!waiting.isEmpty()) {
        wake();
      }
    }
  }
}
