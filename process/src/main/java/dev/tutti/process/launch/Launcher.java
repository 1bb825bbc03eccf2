package dev.tutti.process.launch;

import dev.tutti.spi.ServiceThread;
import java.io.IOException;
import java.nio.file.Path;
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
  private static final Path ANY_FOLDER = Path.of("/");

  private final LaunchPlan plan;
  private final ExecutorService thread;
  private @Nullable List<String> classes; // the launcher thread's
  private volatile @Nullable StartCaches caches; // what the launcher thread has found

  /**
   * Makes a launcher.
   *
   * @param plan how workers are to be started
   */
  public Launcher(LaunchPlan plan) {
    this.plan = plan;
    this.thread =
        Executors.newSingleThreadExecutor(
            ServiceThread.builder().name("tutti-" + plan.pool() + "-launcher").factory());
  }

  /** Looks ahead for what the first start needs, beside what the caller does meanwhile. */
  public void prepare() {
    thread.execute(this::findCaches);
  }

  /**
   * Starts a worker, and waits until there is its process. An interrupt is taken off the calling
   * thread, which is to be one of the pool's own.
   *
   * @param folder the pool's folder
   * @param name the worker's name
   * @return its process
   * @throws IOException if it cannot be started, or the pool is closed
   */
  public WorkerProcess start(PoolFolder folder, String name) throws IOException {
    try {
      return await(thread.submit(() -> startHere(folder, name)));
    } catch (RejectedExecutionException e) {
      throw new IOException("the pool is closed", e);
    }
  }

  private WorkerProcess startHere(PoolFolder folder, String name) throws IOException {
    List<String> flags = findCaches().flags(folder.path());
    return WorkerProcess.start(
        WorkerCommand.of(Entry.POOL_WORKER, plan, folder.path(), flags, arguments(folder.path())),
        plan,
        name,
        !flags.isEmpty());
  }

  private static WorkerProcess await(Future<WorkerProcess> started) throws IOException {
    while (true) {
      try {
        return started.get();
      } catch (InterruptedException e) {
        // The thread is the pool's own. Kept for later, it would end the first file that is opened.
      } catch (ExecutionException e) {
        throw new IOException("worker process cannot be started: " + e.getCause(), e.getCause());
      }
    }
  }

  /** All workers find their classes in the same way; what a program may set anew is read anew. */
  private List<String> arguments(Path folder) {
    List<String> known = classes;
    if (known == null) {
      known = WorkerClasses.flags(plan);
      classes = known;
    }
    return WorkerCommand.arguments(plan, folder, known);
  }

  /** {@return what the workers may start with} It is one for all folders. */
  private StartCaches findCaches() {
    StartCaches known = caches;
    if (known == null) {
      known = StartCaches.of(plan, arguments(ANY_FOLDER));
      caches = known;
    }
    return known;
  }

  /** {@return what the workers may start with; empty before the first start} */
  public Optional<StartCaches> caches() {
    return Optional.ofNullable(caches);
  }

  /** Ends the thread. All workers must be gone. */
  @Override
  public void close() {
    thread.shutdown();
  }
}
