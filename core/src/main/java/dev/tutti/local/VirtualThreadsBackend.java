package dev.tutti.local;

import dev.tutti.plan.BackendOptions;
import dev.tutti.plan.VirtualThreadOptions;
import dev.tutti.spi.Backend;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Belongings;
import dev.tutti.spi.Capabilities;
import dev.tutti.spi.GroupRequest;
import dev.tutti.spi.WorkerGroup;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A virtual thread of its own for each task. */
public final class VirtualThreadsBackend implements Backend {
  /** For the service loader. */
  public VirtualThreadsBackend() {}

  @Override
  public String name() {
    return VirtualThreadOptions.DEFAULTS.backend();
  }

  @Override
  public BackendOptions defaults(int workers) {
    return VirtualThreadOptions.DEFAULTS;
  }

  @Override
  public WorkerGroup open(GroupRequest request) {
    return new Group(request, false);
  }

  /** The virtual threads of one pool. */
  static final class Group extends LocalGroup {
    /* `running` is guarded by `lock`; a thread enters before it is started and leaves as its last act. */
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition gone = lock.newCondition();
    private final Set<Runner> running = new HashSet<>();
    private final AtomicLong named = new AtomicLong();

    Group(GroupRequest request, boolean measures) {
      super(request, measures);
    }

    @Override
    public Capabilities capabilities() {
      return new Capabilities(false, true, false, false);
    }

    @Override
    public int maxWorkers() {
      return Integer.MAX_VALUE;
    }

    @Override
    public int liveWorkers() {
      lock.lock();
      try {
        return running.size();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void workQueued() {
      for (Batch batch = poll(); batch != null; batch = poll()) {
        start(batch);
      }
    }

    private @Nullable Batch poll() {
      return source.poll(this, false, Integer.MAX_VALUE); // each worker is a fresh one
    }

    private void start(Batch batch) {
      String name = "tutti-" + pool + "-virtual-" + named.getAndIncrement();
      Belongings belongings = new Belongings();
      Runner runner = Runner.onOwnThread(this, name, belongings, () -> {});
      lock.lock();
      try {
        running.add(runner);
      } finally {
        lock.unlock();
      }
      Thread.ofVirtual()
          .name(name)
          .start(() -> {
            try (belongings) {
              runner.run(batch);
            } finally {
              leave(runner);
            }
          });
    }

    private void leave(Runner runner) {
      lock.lock();
      try {
        running.remove(runner);
        gone.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void resize(int workers) {
      throw new UnsupportedOperationException(
          "a pool of virtual threads has no bound; use Pool.threads(%d), or a window"
              .formatted(workers));
    }

    @Override
    public void warm() {
      // A virtual thread starts with its task.
    }

    @Override
    public void close() {
      // Threads end with their tasks.
    }

    @Override
    public void closeNow() {
      Set<Runner> now;
      lock.lock();
      try {
        now = Set.copyOf(running);
      } finally {
        lock.unlock();
      }
      now.forEach(Runner::stopCurrent);
      stopAside();
    }

    @Override
    public boolean awaitGone(Duration timeout) throws InterruptedException {
      long left = timeout.toNanos();
      lock.lockInterruptibly();
      try {
        while (!running.isEmpty()) {
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
  }
}
