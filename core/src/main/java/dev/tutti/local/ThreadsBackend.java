package dev.tutti.local;

import dev.tutti.plan.BackendOptions;
import dev.tutti.plan.ThreadOptions;
import dev.tutti.spi.Backend;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Capabilities;
import dev.tutti.spi.GroupRequest;
import dev.tutti.spi.WorkerGroup;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Platform threads as workers. */
public final class ThreadsBackend implements Backend {
  /** For the service loader. */
  public ThreadsBackend() {}

  @Override
  public String name() {
    return ThreadOptions.DEFAULTS.backend();
  }

  @Override
  public BackendOptions defaults(int workers) {
    return ThreadOptions.DEFAULTS.withWorkers(workers);
  }

  @Override
  public WorkerGroup open(GroupRequest request) {
    if (!(request.options() instanceof ThreadOptions options)) {
      throw new IllegalArgumentException(
          "options of backend 'threads' must be ThreadOptions: options=" + request.options());
    }
    return new Group(request, options.workers());
  }

  private static final class Group extends LocalGroup {
    /*
     * Guarded by `lock`: the workers, how many of them are idle, how many wake-ups they have been given
     * and not taken. A worker says that it is idle and looks for work once more before it waits; who
     * queues work does so before it looks for an idle worker. So one of the two sees the other. A worker
     * that is nearly free looks for work next, without being woken, so no other one is started for it.
     */
    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wake = lock.newCondition();
    private final Condition gone = lock.newCondition();
    private final Set<Worker> workers = new HashSet<>();
    private int idle;
    private int wakeUps;
    private int named;
    private boolean closed;

    Group(GroupRequest request, int most) {
      super(request);
      this.most = most;
    }

    @Override
    public Capabilities capabilities() {
      return new Capabilities(false, true, false);
    }

    @Override
    public int maxWorkers() {
      return most;
    }

    @Override
    public int liveWorkers() {
      lock.lock();
      try {
        return workers.size();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void workQueued() {
      lock.lock();
      try {
        if (idle > wakeUps) {
          wakeUps++;
          wake.signal();
        } else if (!takeNearlyFree() && workers.size() < most) {
          startWorker();
        }
      } finally {
        lock.unlock();
      }
    }

    /**
     * {@return whether a worker is about to look for work by itself, and counts for this one item}
     */
    private boolean takeNearlyFree() {
      for (Worker worker : workers) {
        if (worker.nearlyFree) {
          worker.nearlyFree = false;
          return true;
        }
      }
      return false;
    }

    private void startWorker() {
      Worker worker = new Worker();
      workers.add(worker);
      try {
        Thread.ofPlatform().daemon().name("tutti-" + pool + "-worker-" + named++).start(worker);
      } catch (RuntimeException | Error e) { // no memory for a thread; others may still serve
        workers.remove(worker);
        if (workers.isEmpty()) {
          throw e;
        }
      }
    }

    @Override
    public void warm() {
      lock.lock();
      try {
        while (workers.size() < most && !closed) {
          startWorker();
        }
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      lock.lock();
      try {
        closed = true;
        wake.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void closeNow() {
      Set<Worker> running;
      lock.lock();
      try {
        closed = true;
        wake.signalAll();
        running = Set.copyOf(workers);
      } finally {
        lock.unlock();
      }
      running.forEach(worker -> worker.runner.stopCurrent());
    }

    @Override
    public boolean awaitGone(Duration timeout) throws InterruptedException {
      long left = timeout.toNanos();
      lock.lockInterruptibly();
      try {
        while (!workers.isEmpty()) {
          if (left <= 0) {
            return false;
          }
          left = gone.awaitNanos(left);
        }
        return true;
      } finally {
        lock.unlock();
      }
    }

    private final class Worker implements Runnable {
      private final Runner runner = Runner.onOwnThread(sink, strays, this::isNearlyFree);
      private boolean nearlyFree; // guarded by `lock`

      @Override
      public void run() {
        try {
          for (Batch batch = next(); batch != null; batch = next()) {
            runner.run(batch);
          }
        } finally {
          lock.lock();
          try {
            workers.remove(this);
            gone.signalAll();
          } finally {
            lock.unlock();
          }
        }
      }

      private void isNearlyFree() {
        lock.lock();
        try {
          nearlyFree = true;
        } finally {
          lock.unlock();
        }
      }

      private void looksForWork() {
        lock.lock();
        try {
          nearlyFree = false; // before it looks: who queued work and counted on it did so before
        } finally {
          lock.unlock();
        }
      }

      /**
       * {@return the next batch, waiting for one; null when the group is closed and nothing waits}
       */
      private @Nullable Batch next() {
        looksForWork();
        Batch batch = source.poll();
        while (batch == null) {
          if (!awaitWork()) {
            return null;
          }
          batch = source.poll();
        }
        return batch;
      }

      private boolean awaitWork() {
        lock.lock();
        try {
          idle++;
          try {
            while (wakeUps == 0 && !closed && !source.hasWork()) {
              wake.awaitUninterruptibly();
            }
            if (wakeUps > 0) {
              wakeUps--;
            }
            return !closed || source.hasWork();
          } finally {
            idle--;
          }
        } finally {
          lock.unlock();
        }
      }
    }
  }
}
