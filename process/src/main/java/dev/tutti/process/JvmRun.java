package dev.tutti.process;

import dev.tutti.codec.Codec;
import dev.tutti.codec.DecodeException;
import dev.tutti.codec.FailureCodec;
import dev.tutti.codec.Filters;
import dev.tutti.origin.Everywhere;
import dev.tutti.process.group.Autopsy;
import dev.tutti.process.group.ClassAnswers;
import dev.tutti.process.group.Door;
import dev.tutti.process.launch.Entry;
import dev.tutti.process.launch.LaunchPlan;
import dev.tutti.process.launch.SharedFolder;
import dev.tutti.process.launch.WorkerProcess;
import dev.tutti.process.wire.Channel;
import dev.tutti.process.wire.Claims;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.FramePacker;
import dev.tutti.process.wire.Introduction;
import dev.tutti.process.wire.LateSocket;
import dev.tutti.process.wire.WireException;
import dev.tutti.spi.Body;
import dev.tutti.task.NotSendableException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One process of its own, from its start to when nothing of it is left. */
@SuppressWarnings("EnumOrdinal") // both sides are of one build, which the greeting checks
final class JvmRun<R extends @Nullable Object> implements Runnable {
  /*
   * One thread, run(), starts the process, reads its channel and waits for its end. It lives as long as the
   * process, as the kernel's death signal asks for; and it is a daemon if the process is to be one, which is
   * how this JVM waits for those that are not.
   *
   *   NEW     -> STARTED   there is a process, or there cannot be one: `started` ends
   *   STARTED -> READY     both channels are open, the task is sent: `control` is there
   *   READY   -> ANSWERED  the task has ended: `result` ends
   *   any     -> ENDED     the process is gone; `result` ends, if it has not; all is cleaned up: `ended` ends
   *
   * The three futures are completed by run() alone and given to nobody: a user's code that depends on one
   * runs on a thread of its own (JvmProcess.view).
   *
   * `lock` guards `control`, `interrupted` and `isReady`: an interrupt, or a SIGTERM, that comes before the process is ready is
   * sent when it is. A JVM that gets a SIGTERM while it starts may complain of it, and end with another status.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");

  /** How long a process may take to end whose channel has ended already. */
  private static final Duration EXIT_PATIENCE = Duration.ofSeconds(5);

  private static final int STATUS_KILLED = 128 + 9;
  private static final int STATUS_TERMINATED = 128 + 15;

  private final String name;
  private final LaunchPlan plan;
  private final Body body;
  private final Object task; // kept: the process may ask the class loaders of what it holds
  private final byte[] bytes;
  private final ClassAnswers classes;
  private final Frame.Loader contextLoader = Frame.Loader.current(); // of who starts the process
  private final Runnable whenGone;
  private final String secret = Introduction.newSecret();

  private final CompletableFuture<WorkerProcess> started = new CompletableFuture<>();
  private final CompletableFuture<R> result = new CompletableFuture<>();
  private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();

  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Channel control;
  private boolean interrupted;
  private boolean isReady;
  private volatile boolean terminated;
  private volatile boolean killed;
  private @Nullable String notReady; // only run() uses it

  JvmRun(String name, LaunchPlan plan, Body body, Object task, byte[] bytes, Runnable whenGone) {
    this.name = name;
    this.plan = plan;
    this.body = body;
    this.task = task;
    this.bytes = bytes;
    this.whenGone = whenGone;
    this.classes = new ClassAnswers("tutti-" + name);
  }

  CompletableFuture<WorkerProcess> started() {
    return started;
  }

  CompletableFuture<R> result() {
    return result;
  }

  CompletableFuture<@Nullable Void> ended() {
    return ended;
  }

  // ---------------------------------------------------------------- from outside

  void interrupt() {
    lock.lock();
    try {
      interrupted = true;
      if (control != null) {
        sendInterrupt(control);
      }
    } finally {
      lock.unlock();
    }
  }

  private void sendInterrupt(Channel to) {
    try {
      to.send(
          List.of(Frame.begin(Frame.Kind.INTERRUPT, Long.BYTES).putLong(Frame.OWN_TASK).flip()));
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "{0} is gone already: {1}", name, e);
    }
  }

  void terminate() {
    WorkerProcess process = started.join();
    lock.lock();
    try {
      terminated = true;
      if (isReady) {
        process.terminate();
      }
    } finally {
      lock.unlock();
    }
  }

  void kill() {
    killed = true;
    WorkerProcess process = started.join();
    process.loseOutput(); // also where it has ended, and nobody reads
    process.kill();
  }

  // ---------------------------------------------------------------- the process's life

  @Override
  public void run() {
    try (SharedFolder folder = SharedFolder.hold();
        Claims claims = Claims.create()) {
      lead(folder, claims);
    } catch (IOException | RuntimeException | Error e) {
      if (!started.completeExceptionally(e)) {
        started.join().kill();
        result.completeExceptionally(e);
        LOG.log(Level.WARNING, "cannot clean up what belonged to " + name, e);
      }
    } finally {
      whenGone.run();
      ended.complete(null);
    }
  }

  private void lead(SharedFolder folder, Claims claims) throws IOException {
    Map<Frame.Role, Channel> channels = start(folder, claims);
    WorkerProcess process = started.join();
    String killedFor = null;
    try (Channel work = channels.get(Frame.Role.WORK);
        Channel interrupts = channels.get(Frame.Role.CONTROL)) {
      if (work != null && interrupts != null) {
        boolean begins = ready(process, interrupts);
        killedFor = talk(work, interrupts, begins);
        if (result.isDone()) {
          process.onExit().join(); // a thread that the task has left may go on for long
        } else if (killedFor != null) {
          process.kill();
        }
      }
    } finally {
      forgetControl();
    }
    int status = process.awaitExit(EXIT_PATIENCE);
    if (!result.isDone()) {
      Autopsy autopsy = new Autopsy(process, status, claims, folder.folder(), killedFor);
      result.completeExceptionally(autopsy.report(reason(process, status)));
    }
    process.awaitOutput();
  }

  /**
   * {@return the channels of the new process; none if it has ended, or has not reported in time}
   */
  private Map<Frame.Role, Channel> start(SharedFolder folder, Claims claims) throws IOException {
    try (Door door = new Door(folder.folder(), folder.number(), secret)) {
      Introduction introduction =
          new Introduction(
              secret,
              door.path().toString(),
              ProcessHandle.current().pid(),
              name,
              0,
              claims.handle());
      WorkerProcess process =
          WorkerProcess.start(
              Entry.OWN_TASK, plan, folder.folder(), "tutti-" + name, introduction.toLines());
      started.complete(process);
      try {
        return door.await(process);
      } catch (IOException slow) {
        notReady = process.isAlive() ? slow.getMessage() : "it ended before the task had begun";
        process.kill();
        return Map.of();
      }
    }
  }

  /** {@return whether the task is to begin} */
  private boolean ready(WorkerProcess process, Channel interrupts) {
    lock.lock();
    try {
      isReady = true;
      control = interrupts;
      if (interrupted) {
        sendInterrupt(interrupts);
      }
      if (terminated) {
        process.terminate();
      }
      return !terminated;
    } finally {
      lock.unlock();
    }
  }

  private void forgetControl() {
    lock.lock();
    try {
      control = null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sends the task, waits for its outcome, and answers questions until the channel ends: threads
   * that the task has left may need classes as well.
   *
   * @param begins whether there is a task for it, which otherwise waits for its end
   * @return what the process has said that it must not; null if it has kept to the rules
   */
  private @Nullable String talk(Channel work, Channel answers, boolean begins) {
    LateSocket control = new LateSocket(answers);
    try {
      if (begins) {
        FramePacker frames = new FramePacker();
        frames.call(body.ordinal(), contextLoader, bytes);
        work.send(frames.pack());
      }
      for (Frame frame = work.read(); frame != null; frame = work.read()) {
        if (frame.kind() == Frame.Kind.QUESTION) {
          classes.take(frame, control);
        } else {
          ended(frame);
        }
      }
      return null;
    } catch (WireException e) {
      return "its channel broke, and it was killed: " + e.getMessage();
    } catch (IOException broken) { // as it is when the process ends before it has read everything
      LOG.log(Level.DEBUG, "the channel of {0} broke: {1}", name, broken);
      return null;
    }
  }

  private void ended(Frame frame) throws WireException {
    if (result.isDone()) {
      throw new WireException("process sent a second outcome: kind=" + frame.kind());
    }
    switch (frame.kind()) {
      case RESULT -> {
        ByteBuffer content = frame.atLeast(2 * Long.BYTES);
        content.position(content.position() + 2 * Long.BYTES);
        succeed(content);
      }
      case FAILURE -> {
        ByteBuffer content = frame.atLeast(2 * Long.BYTES);
        content.position(content.position() + 2 * Long.BYTES);
        fail(content);
      }
      default -> throw new WireException("process sent what is no outcome: kind=" + frame.kind());
    }
  }

  @SuppressWarnings("unchecked") // start() paired the task with this type
  private void succeed(ByteBuffer content) {
    try {
      result.complete((R) Codec.decode(content, loaderForNames(), Filters.results()));
    } catch (DecodeException e) {
      result.completeExceptionally(unreadable("result", e));
    }
  }

  private void fail(ByteBuffer content) {
    Throwable failure;
    try {
      failure = FailureCodec.decode(content, loaderForNames(), Filters.results());
    } catch (DecodeException e) {
      failure = unreadable("exception", e);
    }
    result.completeExceptionally(failure);
  }

  private ClassLoader loaderForNames() {
    return Everywhere.forNames(task.getClass().getClassLoader());
  }

  private static NotSendableException unreadable(String what, DecodeException e) {
    return new NotSendableException(
        "cannot read the %s of the task here: %s [T023]".formatted(what, e.getMessage()),
        e.getCause() == null ? e : e.getCause());
  }

  /** What this side knows of the end of a process that has left no word of its own. */
  private Optional<String> reason(WorkerProcess process, int status) {
    if (killed && status == STATUS_KILLED) {
      return Optional.of("kill() was called");
    }
    if (terminated && status == STATUS_TERMINATED) {
      return Optional.of("terminate() was called");
    }
    if (notReady == null) {
      return Optional.empty();
    }
    String said = String.join(" / ", process.stdoutTail()); // a JVM may complain there
    return Optional.of(said.isEmpty() ? notReady : notReady + ": " + said);
  }
}
