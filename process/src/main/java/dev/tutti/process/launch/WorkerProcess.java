package dev.tutti.process.launch;

import dev.tutti.spi.ServiceThread;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A worker JVM as the operating system sees it. */
public final class WorkerProcess {
  /** In which a JVM finds further flags. */
  static final List<String> FLAG_VARIABLES =
      List.of(
          "JAVA_TOOL_OPTIONS",
          "JDK_JAVA_OPTIONS",
          "_JAVA_OPTIONS",
          "JDK_AOT_VM_OPTIONS",
          "TUTTI_JAVA_OPTIONS");

  private static final Duration OUTPUT_PATIENCE = Duration.ofMillis(500);

  private static final System.Logger LOG = System.getLogger("dev.tutti");

  private final Process process;
  private final OutputPump stdout;
  private final OutputPump stderr;
  private final Thread stderrThread;
  private final Thread stdoutThread;
  private volatile boolean outputMayBeLost;

  private WorkerProcess(Process process, LaunchPlan plan, String name, boolean holdsOutput) {
    this.process = process;
    String prefix = plan.named() ? "[" + name + "] " : "";
    this.stdout = new OutputPump(process.getInputStream(), plan.stdout(), prefix);
    this.stderr = new OutputPump(process.getErrorStream(), plan.stderr(), prefix);
    if (holdsOutput) {
      stdout.hold();
    }
    this.stdoutThread = ServiceThread.builder().name(name + "-stdout").start(stdout);
    this.stderrThread = ServiceThread.builder().name(name + "-stderr").start(stderr);
  }

  /**
   * Starts a worker and tells it what it has to know. The calling thread must live as long as the
   * worker is wanted: the kernel ends the worker when that thread ends.
   *
   * @param entry where it begins
   * @param plan how
   * @param folder the pool's folder
   * @param name the worker's name, for threads
   * @param introduction the lines for its standard input
   * @return the process
   * @throws IOException if it cannot be started
   */
  public static WorkerProcess start(
      Entry entry, LaunchPlan plan, PoolFolder folder, String name, List<String> introduction)
      throws IOException {
    WorkerProcess worker =
        start(WorkerCommand.of(entry, plan, folder.path(), List.of()), plan, name, false);
    worker.introduce(introduction);
    return worker;
  }

  /**
   * Starts a worker of a pool for a {@link StartCache.Lead rehearsal}.
   *
   * @param plan how the workers of the pool are started
   * @param folder a folder of its own
   * @param name its name, for threads
   * @param introduction the lines for its standard input
   * @param script what it is to be started with, and to load
   * @return the process
   * @throws IOException if it cannot be started
   */
  public static WorkerProcess rehearse(
      LaunchPlan plan, PoolFolder folder, String name, List<String> introduction, Script script)
      throws IOException {
    WorkerProcess worker =
        start(WorkerCommand.rehearsal(plan, folder.path(), script), plan.silent(), name, false);
    worker.introduce(introduction);
    return worker;
  }

  /**
   * @param holdsOutput whether its standard output is kept back until it is {@link #isHere there}:
   *     a JVM that crashes with a damaged start cache says so there
   */
  static WorkerProcess start(
      List<String> command, LaunchPlan plan, String name, boolean holdsOutput) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    plan.directory().ifPresent(d -> builder.directory(d.toFile()));
    tidy(builder.environment());
    builder.environment().putAll(plan.environment());
    Process process = builder.start();
    try {
      return new WorkerProcess(process, plan, name, holdsOutput);
    } catch (RuntimeException | Error e) { // such as no thread for its output
      process.destroyForcibly();
      throw e;
    }
  }

  /**
   * Tells it what it has to know. It waits for that.
   *
   * @param introduction the lines for its standard input
   */
  public void introduce(List<String> introduction) {
    StringBuilder lines = new StringBuilder();
    introduction.forEach(line -> lines.append(line).append('\n'));
    try (OutputStream in = process.getOutputStream()) {
      in.write(lines.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      kill(); // it died before it had read; who waits for it will see that
    }
  }

  /** Removes what is about this JVM, prints a line into the output, or would start agents twice. */
  static void tidy(Map<String, String> environment) {
    FLAG_VARIABLES.forEach(environment::remove);
  }

  /** It has come to its own code: what it prints is passed on from now on. */
  public void isHere() {
    stdout.release();
  }

  /** {@return the process id} */
  public long pid() {
    return process.pid();
  }

  /** {@return whether it is alive} */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** {@return its exit status; empty while it is alive} */
  public OptionalInt exitStatus() {
    return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
  }

  /** {@return a future that ends when it has ended} */
  public CompletableFuture<Process> onExit() {
    return process.onExit();
  }

  /**
   * Waits until it has ended, and kills it when that takes too long.
   *
   * @param patience how long it may take
   * @return the exit status
   */
  public int awaitExit(Duration patience) {
    boolean interrupted = false;
    try {
      boolean killed = false;
      long deadline = System.nanoTime() + patience.toNanos();
      while (true) {
        try {
          if (killed || process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            return process.waitFor();
          }
          kill();
          killed = true;
        } catch (InterruptedException e) {
          interrupted = true; // the wait is short, and its thread is the pool's own
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The guard kills what is left of the worker's group, also what has lost its parent. */
  private static boolean isGuard(ProcessHandle child) {
    return child.info().commandLine().orElse("").contains(WorkerCommand.SHELL_NAME);
  }

  /** Asks it to end, as SIGTERM does: its shutdown hooks run. */
  public void terminate() {
    process.toHandle().destroy(); // as in kill()
  }

  /** Nobody waits any longer than a moment for who reads what it has printed. */
  public void loseOutput() {
    outputMayBeLost = true;
  }

  /** Kills it, and the programs that its tasks have started. */
  public void kill() {
    if (process.isAlive()) {
      loseOutput();
    }
    List<ProcessHandle> children = children(); // before they lose their parent
    process.toHandle().destroyForcibly(); // Process.destroyForcibly would close its streams unread
    children.forEach(ProcessHandle::destroyForcibly);
  }

  /** Without a descriptor none can be found; then the guard alone kills them. */
  private List<ProcessHandle> children() {
    try {
      return process.descendants().filter(child -> !isGuard(child)).toList();
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "cannot look for the programs of a worker: pid={0} {1}", pid(), e);
      return List.of();
    }
  }

  /**
   * {@return the last lines that it wrote to its standard error} After its end all of them are
   * there.
   */
  public List<String> stderrTail() {
    if (!process.isAlive()) {
      awaitOutput();
    }
    return stderr.tail();
  }

  /**
   * {@return the last lines that it wrote to its standard output} A JVM that ends itself says so
   * there.
   */
  public List<String> stdoutTail() {
    return stdout.tail();
  }

  private boolean isPassingOn() {
    return (stderrThread.isAlive() && stderr.passesOn())
        || (stdoutThread.isAlive() && stdout.passesOn());
  }

  /**
   * Waits until what it wrote has been passed on. That takes as long as who reads it takes, unless
   * it was killed; but only a moment is waited for its end, as a child of its own may hold the
   * pipe.
   */
  public void awaitOutput() {
    boolean interrupted = Thread.interrupted();
    try {
      do {
        stderrThread.join(OUTPUT_PATIENCE);
        stdoutThread.join(OUTPUT_PATIENCE);
      } while (!outputMayBeLost && isPassingOn());
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
