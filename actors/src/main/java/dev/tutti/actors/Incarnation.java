package dev.tutti.actors;

import dev.tutti.process.JvmOptions;
import dev.tutti.process.JvmProcess;
import dev.tutti.process.MessagePipe;
import dev.tutti.process.PipeEnd;
import dev.tutti.task.WorkerLostException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** One process of an actor, from its start to its end. */
final class Incarnation {
  private static final Duration FOR_EVER = Duration.ofDays(365_000);

  private final JvmProcess<@Nullable Void> process;
  private final MessagePipe pipe;
  private final PipeEnd end;
  private volatile @Nullable String killedFor;

  private Incarnation(JvmProcess<@Nullable Void> process, MessagePipe pipe) {
    this.process = process;
    this.pipe = pipe;
    this.end = pipe.first();
  }

  /** What its process is to be given. */
  @FunctionalInterface
  interface HostFor {
    Host with(PipeEnd theirs);
  }

  static Incarnation start(HostFor host, JvmOptions options) {
    MessagePipe pipe = MessagePipe.open();
    boolean begun = false;
    try {
      Incarnation started =
          new Incarnation(JvmProcess.start(host.with(pipe.second()), options), pipe);
      begun = true;
      return started;
    } finally {
      if (!begun) {
        pipe.close();
      }
    }
  }

  long pid() {
    return process.pid();
  }

  /** {@return the first message; null if the process has ended without one} */
  @Nullable Message first() throws InterruptedException {
    try {
      // One that never comes to its pipe does not end it.
      List<Object> ready = PipeEnd.waitAny(List.of(end, process), FOR_EVER);
      return ready.contains(end) ? next() : null;
    } catch (IOException e) {
      return null;
    }
  }

  /** {@return the next message; null if none comes any more} */
  @Nullable Message next() throws InterruptedException {
    try {
      return Message.parse(end.receiveBytes());
    } catch (IOException e) {
      return null; // what has happened is asked of the process
    }
  }

  void send(byte[] message) throws IOException, InterruptedException {
    end.sendBytes(message);
  }

  /** Nothing more will be said. The process closes its state and ends, and has some time for it. */
  void letGo() {
    end.close();
  }

  void kill(String why) {
    killedFor = why;
    process.kill();
  }

  void closeNow() {
    end.close();
    process.closeNow();
  }

  /**
   * Waits until the process has ended.
   *
   * @param patience how long that may take before it is killed
   * @return of what it has died; null if it has ended as it should
   */
  @Nullable WorkerLostException awaitEnd(Duration patience) throws InterruptedException {
    pipe.close(); // the other end too, if the process has never come to it
    if (!process.join(patience)) {
      kill("it was killed, because it had not ended %s after its last call".formatted(patience));
      process.join();
    }
    try {
      process.result().join();
      return null;
    } catch (CompletionException e) {
      return death(e.getCause() == null ? e : e.getCause());
    }
  }

  /** {@return its death, with what this side knows of it} */
  WorkerLostException lost(String why) {
    return new WorkerLostException(
        process.pid(), process.exitStatus().orElse(-1), why, 1, 1, List.of(), List.of());
  }

  private WorkerLostException death(Throwable cause) {
    String why = killedFor;
    if (cause instanceof WorkerLostException lost) {
      return why == null
          ? lost
          : new WorkerLostException(
              lost.pid(),
              lost.exitStatus(),
              why,
              lost.attempt(),
              lost.maxAttempts(),
              lost.stderrTail(),
              lost.crashLogHead());
    }
    WorkerLostException broken = lost("its loop ended: " + Answer.text(cause));
    broken.initCause(cause);
    return broken;
  }
}
