package dev.tutti.process.launch;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Starts all workers of a pool from one thread, which lives as long as the pool: the kernel ends a
 * worker when the thread that has started it ends.
 */
public final class Launcher implements AutoCloseable {
  private final LaunchPlan plan;
  private final ExecutorService thread;
  private @Nullable List<String> classes; // the launcher thread's
  private volatile @Nullable StartCache cache; // what the launcher thread has found

  /**
   * Makes a launcher.
   *
   * @param plan how workers are to be started
   */
  public Launcher(LaunchPlan plan) {
    this.plan = plan;
    this.thread =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("tutti-" + plan.pool() + "-launcher").factory());
  }

  /**
   * Looks ahead for what the first start needs, beside what the caller does meanwhile.
   *
   * @param folder the pool's folder
   */
  public void prepare(PoolFolder folder) {
    thread.execute(() -> cache(folder));
  }

  /**
   * Begins to start a worker.
   *
   * @param folder the pool's folder
   * @param name the worker's name
   * @return its start
   * @throws IOException if the pool is closed
   */
  public Start begin(PoolFolder folder, String name) throws IOException {
    try {
      return new Start(thread.submit(() -> start(folder, name)));
    } catch (RejectedExecutionException e) {
      throw new IOException("the pool is closed", e);
    }
  }

  private WorkerProcess start(PoolFolder folder, String name) throws IOException {
    List<String> flags = cache(folder).flags(folder.path());
    return WorkerProcess.start(
        WorkerCommand.of(Entry.POOL_WORKER, plan, folder.path(), flags, arguments(folder)),
        plan,
        name,
        !flags.isEmpty());
  }

  /** A worker whose process is being started. */
  public static final class Start {
    private final Future<WorkerProcess> started;

    Start(Future<WorkerProcess> started) {
      this.started = started;
    }

    /**
     * {@return its process}
     *
     * @throws IOException if it cannot be started
     */
    public WorkerProcess await() throws IOException {
      return Launcher.await(started);
    }
  }

  private static WorkerProcess await(Future<WorkerProcess> started) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return started.get();
        } catch (InterruptedException e) {
          interrupted = true; // the process would be lost
        }
      }
    } catch (ExecutionException e) {
      throw new IOException("worker process cannot be started: " + e.getCause(), e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** All workers find their classes in the same way; what a program may set anew is read anew. */
  private List<String> arguments(PoolFolder folder) {
    List<String> known = classes;
    if (known == null) {
      known = WorkerCommand.classes(plan);
      classes = known;
    }
    return WorkerCommand.arguments(plan, folder.path(), known);
  }

  /** {@return what the workers may start with} */
  private StartCache cache(PoolFolder folder) {
    StartCache known = cache;
    if (known == null) {
      known =
          StartCache.of(WorkerCommand.java(plan), arguments(folder), plan.environment().keySet());
      cache = known;
    }
    return known;
  }

  /** {@return what the workers may start with; empty before the first start} */
  public Optional<StartCache> cache() {
    return Optional.ofNullable(cache);
  }

  /** Ends the thread. All workers must be gone. */
  @Override
  public void close() {
    thread.shutdown();
  }
}
