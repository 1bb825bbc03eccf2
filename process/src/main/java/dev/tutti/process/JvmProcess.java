package dev.tutti.process;

import dev.tutti.codec.Codec;
import dev.tutti.codec.Role;
import dev.tutti.process.launch.LaunchPlan.LineTarget;
import dev.tutti.process.launch.WorkerProcess;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.worker.ProcessMain;
import dev.tutti.spi.Body;
import dev.tutti.spi.ServiceThread;
import dev.tutti.task.Action;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Task;
import dev.tutti.task.WorkerLostException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A JVM of its own that runs one task.
 *
 * {@snippet class=dev.tutti.process.JvmProcessSnippets region=process lang=java}
 *
 * <p>It sees the classes that this JVM sees and inherits its settings, as the worker of a pool
 * does; {@link JvmOptions} change what is to be different. Its standard input is empty. For many
 * small tasks a pool of processes is the better choice: a JVM costs more to start than such a task.
 *
 * <p><b>Lifetime.</b> It is alive when {@code start} returns. It ends as a JVM does whose {@code
 * main} has ended: when the task has ended, and every thread that is no daemon. Its exit status is
 * 0 if the task had a result and 1 if it threw an exception, which is also printed with its stack
 * to the standard error of the process. {@link #interrupt} interrupts the task, {@link #terminate}
 * and {@link #kill} end the process. The programs that the task has started go on after it; with a
 * process that ends before its task they are killed.
 *
 * <p>Unless it is a daemon, a program whose {@code main} has ended waits for it, as for a thread. A
 * daemon is killed then. So is any process, daemon or not, when this JVM ends by {@code
 * System.exit}, by a signal, or because it is killed itself.
 *
 * <p>{@link #close} waits for its end, as that of a pool does; {@link #closeNow} stops it. A
 * process that is neither waited for nor closed leaves nothing behind either. What was known of it
 * can still be asked after {@code close}.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 *
 * <p><b>Memory consistency.</b> The task sees a copy of what it captures, made by {@code start}.
 * What it does there is seen here only in its result, in files and in shared memory.
 *
 * <p><b>Failure.</b> A task that cannot be sent is refused by {@code start}. A process that ends
 * before its task has ended fails {@link #result} with a {@link WorkerLostException}, which tells
 * its exit status, its last words, and who ended it as far as that is known.
 *
 * @param <R> the type of the task's result
 * @since 0.1
 */
public final class JvmProcess<R extends @Nullable Object> implements AutoCloseable {
  private static final AtomicLong SERIAL = new AtomicLong();

  private final String name;
  private final JvmOptions options;
  private final JvmOutput output;
  private final JvmRun<R> run;

  private JvmProcess(Body body, Object task, JvmOptions options) {
    this.options = options;
    this.name = options.name().orElseGet(() -> "process-" + SERIAL.incrementAndGet());
    this.output = JvmOutput.to(options.streams());
    this.run =
        new JvmRun<>(
            name,
            ProcessBackend.plan(name, 1, options.jvm(), output.out(), output.err(), false),
            body,
            task,
            bytes(task),
            () -> Family.leave(this));
  }

  private static byte[] bytes(Object task) {
    byte[] bytes = Codec.encode(task, Role.FUNCTION);
    if (bytes.length > Frame.MAX_PAYLOAD_BYTES) {
      throw new NotSendableException(
          "cannot send the task to its process: bytes=%d most=%d; pass the name of a file instead [T003]"
              .formatted(bytes.length, Frame.MAX_PAYLOAD_BYTES),
          null);
    }
    return bytes;
  }

  // ---------------------------------------------------------------- start

  /**
   * Starts a process for a task.
   *
   * @param <R> the type of the task's result
   * @param task the task
   * @return the process, which is alive
   * @throws NotSendableException if the task cannot be sent
   * @throws UncheckedIOException if the process cannot be started
   * @throws IllegalStateException if this system has no {@code /proc}, Tutti's classes are not on
   *     the class path, or this JVM is ending
   */
  public static <R extends @Nullable Object> JvmProcess<R> start(Task<R> task) {
    return start(task, JvmOptions.DEFAULTS);
  }

  /**
   * Starts a process for a task without a result.
   *
   * @param task the task
   * @return the process, which is alive
   * @throws NotSendableException if the task cannot be sent
   * @throws UncheckedIOException if the process cannot be started
   * @throws IllegalStateException if this system has no {@code /proc}, Tutti's classes are not on
   *     the class path, or this JVM is ending
   */
  public static JvmProcess<@Nullable Void> start(Action task) {
    return start(task, JvmOptions.DEFAULTS);
  }

  /**
   * Starts a process for a task.
   *
   * @param <R> the type of the task's result
   * @param task the task
   * @param options what is different from the defaults
   * @return the process, which is alive
   * @throws NotSendableException if the task cannot be sent
   * @throws UncheckedIOException if the process cannot be started
   * @throws IllegalStateException if this system has no {@code /proc}, Tutti's classes are not on
   *     the class path, or this JVM is ending
   */
  public static <R extends @Nullable Object> JvmProcess<R> start(Task<R> task, JvmOptions options) {
    Objects.requireNonNull(task, "task");
    Objects.requireNonNull(options, "options");
    return new JvmProcess<R>(Body.CALLABLE, task, options).begin();
  }

  /**
   * Starts a process for a task without a result.
   *
   * @param task the task
   * @param options what is different from the defaults
   * @return the process, which is alive
   * @throws NotSendableException if the task cannot be sent
   * @throws UncheckedIOException if the process cannot be started
   * @throws IllegalStateException if this system has no {@code /proc}, Tutti's classes are not on
   *     the class path, or this JVM is ending
   */
  public static JvmProcess<@Nullable Void> start(Action task, JvmOptions options) {
    Objects.requireNonNull(task, "task");
    Objects.requireNonNull(options, "options");
    return new JvmProcess<@Nullable Void>(Body.RUNNABLE, task, options).begin();
  }

  private JvmProcess<R> begin() {
    ProcessBackend.ensureSupported(options.jvm());
    Family.enter(this);
    boolean begun = false;
    try {
      // A process that is no daemon is waited for by whoever waits for the caller's thread group.
      (options.daemon() ? ServiceThread.builder() : Thread.ofPlatform().daemon(false))
          .name("tutti-" + name)
          .start(run);
      begun = true;
    } finally {
      if (!begun) {
        Family.leave(this);
      }
    }
    try {
      run.started().join();
      return this;
    } catch (CompletionException e) {
      throw notStarted(e);
    }
  }

  private RuntimeException notStarted(CompletionException e) {
    return switch (e.getCause()) {
      case IOException io ->
          new UncheckedIOException(
              "cannot start process %s: %s".formatted(name, io.getMessage()), io);
      case RuntimeException broken -> broken;
      case Error fatal -> throw fatal;
      case null, default -> e;
    };
  }

  // ---------------------------------------------------------------- what it is

  /** {@return its name} */
  public String name() {
    return name;
  }

  /** {@return its process id} */
  public long pid() {
    return process().pid();
  }

  /** {@return whether this JVM may end before it, and then takes it along} */
  public boolean isDaemon() {
    return options.daemon();
  }

  /** {@return whether it has not ended} */
  public boolean isAlive() {
    return process().isAlive();
  }

  /**
   * {@return its exit status; empty while it is alive} After the end by a signal it is 128 + the
   * signal's number.
   */
  public OptionalInt exitStatus() {
    return process().exitStatus();
  }

  private WorkerProcess process() {
    return run.started().join(); // start() has waited for it
  }

  /**
   * {@return the lines that it has printed to its standard output so far; after its end, all of
   * them}
   *
   * @throws IllegalStateException if its streams are not {@link JvmStreams#CAPTURE captured}
   */
  public List<String> stdout() {
    return lines(output.out());
  }

  /**
   * {@return the lines that it has printed to its standard error so far; after its end, all of
   * them}
   *
   * @throws IllegalStateException if its streams are not {@link JvmStreams#CAPTURE captured}
   */
  public List<String> stderr() {
    return lines(output.err());
  }

  private List<String> lines(@Nullable LineTarget stream) {
    if (!(stream instanceof Capture captured)) {
      throw new IllegalStateException(
          "streams must be captured to be read: name=%s streams=%s; use JvmOptions.withStreams"
              .formatted(name, options.streams()));
    }
    return captured.lines();
  }

  // ---------------------------------------------------------------- waiting

  /**
   * {@return a future that ends with the task: with its result, with what it threw, or with a
   * {@link WorkerLostException} if the process has ended before it} It is a new one each time;
   * whoever completes or cancels it changes nothing for the process.
   */
  public CompletableFuture<R> result() {
    return FutureView.of(run.result());
  }

  /**
   * {@return a future that ends, with this object, when the process has ended and {@link #result}
   * has too} It is a new one each time; whoever completes or cancels it changes nothing for the
   * process.
   */
  public CompletableFuture<JvmProcess<R>> onExit() {
    return FutureView.of(run.ended()).thenApply(_ -> this);
  }

  /** {@return the one future of its end, not to be shown to others} */
  CompletableFuture<@Nullable Void> ended() {
    return run.ended();
  }

  /**
   * Waits until it has ended.
   *
   * @throws InterruptedException if the calling thread is interrupted; the process goes on
   */
  public void join() throws InterruptedException {
    try {
      run.ended().get();
    } catch (ExecutionException e) {
      throw new AssertionError("the end of a process does not fail", e);
    }
  }

  /**
   * Waits until it has ended, or some time has passed.
   *
   * @param timeout how long to wait at most; if not positive, not at all
   * @return whether it has ended
   * @throws InterruptedException if the calling thread is interrupted; the process goes on
   */
  public boolean join(Duration timeout) throws InterruptedException {
    try {
      run.ended().get(TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new AssertionError("the end of a process does not fail", e);
    }
  }

  // ---------------------------------------------------------------- stopping

  /**
   * Interrupts the thread that runs the task; nothing, if the task has ended. One that comes before
   * the task has begun is kept for it. A task that ends by it throws {@link InterruptedException}
   * as a rule, so the exit status is 1.
   */
  public void interrupt() {
    run.interrupt();
  }

  /**
   * Asks the process to end (SIGTERM): its shutdown hooks run. The exit status is 143 then. The
   * programs that the task has started are killed after it, where the system has {@code setsid}. A
   * process whose JVM still starts is asked when it has started; its task does not begin.
   */
  public void terminate() {
    run.terminate();
  }

  /**
   * Kills the process (SIGKILL), and the programs that its task has started. The exit status is 137
   * then.
   */
  public void kill() {
    run.kill();
  }

  /**
   * Waits until it has ended. If the calling thread is interrupted, the process is stopped as by
   * {@link #closeNow}, and the interrupt is kept.
   */
  @Override
  public void close() {
    try {
      join();
    } catch (InterruptedException e) {
      try {
        closeNow();
      } finally {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Stops it, and waits until it has ended: its task is interrupted, and when the {@linkplain
   * JvmOptions#grace grace time} is over, the process is killed.
   */
  public void closeNow() {
    boolean interrupted = Thread.interrupted();
    try {
      interrupt();
      if (!join(options.grace())) {
        kill();
      }
    } catch (InterruptedException e) {
      interrupted = true;
      kill();
    } finally {
      run.ended().join();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  // ---------------------------------------------------------------- the family

  /** {@return the processes that this JVM has started and that are alive, in that order} */
  public static List<JvmProcess<?>> children() {
    return Family.live().stream().filter(JvmProcess::hasStarted).toList();
  }

  private boolean hasStarted() {
    var started = run.started();
    return started.isDone() && !started.isCompletedExceptionally() && isAlive();
  }

  /** {@return what this JVM is called, if it was started as a {@code JvmProcess}} */
  public static Optional<Current> current() {
    return ProcessMain.starter()
        .map(starter -> new Current(starter.worker(), ProcessHandle.current().pid()));
  }

  /**
   * {@return the process that has started this JVM as a {@code JvmProcess}; empty in any other JVM}
   */
  public static Optional<ProcessHandle> parent() {
    return ProcessMain.parent();
  }

  /**
   * A {@link JvmProcess} as seen from inside.
   *
   * @param name its name
   * @param pid its process id
   * @since 0.1
   */
  public record Current(String name, long pid) {}

  @Override
  public String toString() {
    OptionalInt status = exitStatus();
    return "JvmProcess[name=%s, pid=%d, %s]"
        .formatted(name, pid(), status.isPresent() ? "exit=" + status.getAsInt() : "alive");
  }
}
