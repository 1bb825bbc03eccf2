package dev.tutti.local;

import dev.tutti.spi.Batch;
import dev.tutti.spi.Capabilities;
import dev.tutti.spi.ChoosingGroup;
import dev.tutti.spi.GroupRequest;
import dev.tutti.spi.Way;
import java.time.Duration;

/** The threads and virtual threads of one pool, and the callers who run items themselves. */
final class AutoGroup extends LocalGroup implements ChoosingGroup {
  /*
   * Threads and virtual threads are groups of their own, each with a source that gives what is to go that way. All three tell
   * the same sink, and an item that runs knows its runner, so items are taken back and stopped wherever they are.
   */
  private final ThreadsGroup threads;
  private final VirtualThreadsBackend.Group virtual;

  AutoGroup(GroupRequest request, AutoOptions options) {
    super(request, false);
    this.threads = new ThreadsGroup(only(request, Way.THREADS), options.workers(), options.idle());
    this.virtual = new VirtualThreadsBackend.Group(only(request, Way.VIRTUAL_THREADS), true);
  }

  private static GroupRequest only(GroupRequest request, Way way) {
    return new GroupRequest(
        request.pool(),
        request.options(),
        request.source().only(way),
        request.sink(),
        request.events());
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(false, true, false, false);
  }

  @Override
  public int maxWorkers() {
    return threads.maxWorkers();
  }

  @Override
  public int liveWorkers() {
    return threads.liveWorkers() + virtual.liveWorkers();
  }

  @Override
  public void workQueued() {
    virtual.workQueued();
    threads.workQueued();
  }

  /** Where an item waits that a worker runs of a call of its own task, the pool is to know it. */
  @Override
  public void run(Batch batch) {
    Runner here = Runner.here(threads);
    if (here == null) {
      super.run(batch);
    } else {
      here.inner().run(batch);
    }
  }

  @Override
  public boolean isWorker() {
    return threads.isWorker();
  }

  @Override
  public void helpUntil(Awaited awaited, long nanos) throws InterruptedException {
    threads.helpUntil(awaited, nanos);
  }

  @Override
  public void resize(int workers) {
    threads.resize(workers);
  }

  @Override
  public void warm() {
    threads.warm();
  }

  @Override
  public void close() {
    threads.close();
    virtual.close();
  }

  @Override
  public void closeNow() {
    threads.closeNow();
    virtual.closeNow();
    stopAside();
  }

  @Override
  public boolean awaitGone(Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    return threads.awaitGone(timeout)
        && virtual.awaitGone(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
  }
}
