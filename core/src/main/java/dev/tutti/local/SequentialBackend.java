package dev.tutti.local;

import dev.tutti.plan.BackendOptions;
import dev.tutti.plan.SequentialOptions;
import dev.tutti.spi.Backend;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Belongings;
import dev.tutti.spi.Capabilities;
import dev.tutti.spi.GroupRequest;
import dev.tutti.spi.WorkerGroup;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The caller's own thread as the only worker. */
public final class SequentialBackend implements Backend {
  /** For the service loader. */
  public SequentialBackend() {}

  @Override
  public String name() {
    return SequentialOptions.DEFAULTS.backend();
  }

  @Override
  public BackendOptions defaults(int workers) {
    return SequentialOptions.DEFAULTS;
  }

  @Override
  public WorkerGroup open(GroupRequest request) {
    return new Group(request);
  }

  private static final class Group extends LocalGroup {
    private volatile boolean closed;
    private final Map<Thread, Belongings> belongings = new ConcurrentHashMap<>();

    Group(GroupRequest request) {
      super(request, false);
    }

    @Override
    public Capabilities capabilities() {
      return new Capabilities(true, true, false, false);
    }

    @Override
    public int maxWorkers() {
      return 1;
    }

    @Override
    public int liveWorkers() {
      return closed ? 0 : 1;
    }

    @Override
    public void run(Batch batch) {
      Thread caller = Thread.currentThread();
      Belongings before = belongings.get(caller); // of an earlier task, or of one around this one
      Belongings own = before == null ? new Belongings() : before;
      if (before == null) {
        belongings.put(caller, own);
      }
      runOnCaller(batch, own);
      if (before == null) {
        dropUnneeded(caller, own);
      }
      if (closed && noCallerRuns()) { // close() has found this one running
        closeBelongings();
      }
    }

    /** A thread that has made nothing, or has ended, is not to stay with the pool. */
    private void dropUnneeded(Thread caller, Belongings own) {
      if (own.isEmpty()) {
        belongings.remove(caller);
        return;
      }
      belongings.forEach((thread, made) -> {
        if (!thread.isAlive()) {
          made.close();
          belongings.remove(thread);
        }
      });
    }

    private void closeBelongings() {
      belongings.values().forEach(Belongings::close);
      belongings.clear();
    }

    @Override
    public void workQueued() {
      // Nothing is queued here: who offers work runs it.
    }

    @Override
    public void resize(int workers) {
      throw new UnsupportedOperationException(
          "a sequential pool has one worker, the caller; use Pool.threads(%d)".formatted(workers));
    }

    @Override
    public void warm() {
      // The caller is there.
    }

    @Override
    public void close() {
      closed = true;
      if (noCallerRuns()) {
        closeBelongings();
      }
    }

    @Override
    public void closeNow() {
      close();
      stopAside();
    }

    @Override
    public boolean awaitGone(Duration timeout) {
      return true;
    }
  }
}
