package dev.tutti.actors;

import dev.tutti.spi.Timer;
import dev.tutti.task.TaskTimeoutException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The time-outs of the calls that an actor's process has. */
final class TimeLimits {
  /*
   * The lock of the Mailbox guards all of it; the timer's thread takes it.
   *
   * A time-out starts when a call is among those that run. When it is over, the call is settled and stopped, and has its grace time.
   * When that is over too, the process is killed unless the call's word says that the process is done with it.
   *
   * A call that was taken back does not run. It may be that the process has not come to it because of the calls before it, which may
   * run, or be copied with their state: so its grace time starts when there is none before it. A process that does not come to it
   * then is stuck.
   */
  private final ReentrantLock lock;
  private final SentCalls sent;
  private final Words words;
  private final int atOnce;
  private final long graceNanos;
  private final Consumer<Call> stop;

  /**
   * Makes them.
   *
   * @param lock the mailbox's
   * @param sent the calls
   * @param words what the process has said of them
   * @param stop takes a call back, or has it interrupted; called with the lock held
   */
  TimeLimits(
      ReentrantLock lock, SentCalls sent, Words words, ActorOptions options, Consumer<Call> stop) {
    this.lock = lock;
    this.sent = sent;
    this.words = words;
    this.atOnce = options.atOnce();
    this.graceNanos = Checks.nanos(options.grace());
    this.stop = stop;
  }

  /** Others may be among those that run, or another one the oldest. */
  void start() {
    for (Call call : sent.startTimes()) {
      call.timer = Timer.after(call.timeoutNanos, () -> timeOut(call));
    }
    Call oldest = sent.oldest();
    if (oldest != null && oldest.isTimedOut && oldest.timer == null) {
      startGrace(oldest);
    }
  }

  private void startGrace(Call call) {
    Incarnation of = sent.process();
    call.timer = Timer.after(graceNanos, () -> kill(call, of));
  }

  private void timeOut(Call call) {
    boolean told;
    lock.lock();
    try {
      if (sent.get(call.number) != call || call.isTimedOut) {
        return;
      }
      long left = nanosLeft(call);
      if (left > 0) {
        call.timer = Timer.after(left, () -> timeOut(call));
        return;
      }
      call.isTimedOut = true;
      told = call.settled;
      call.settled = true;
      stop.accept(call);
      call.timer = null;
      if (!call.isTakenBack || sent.oldest() == call) {
        startGrace(call);
      }
    } finally {
      lock.unlock();
    }
    if (!told) {
      call.caller.failed(new TaskTimeoutException(Duration.ofNanos(call.timeoutNanos), false));
    }
  }

  /**
   * A process may take a while to begin a call; one that has not done so for as long as the
   * time-out is stuck.
   */
  private long nanosLeft(Call call) {
    long begun = words.begun().get();
    if (begun == call.number && atOnce == 1) {
      return call.timeoutNanos - (System.nanoTime() - words.since().get());
    }
    if (begun >= call.number || call.isLate) {
      return 0;
    }
    call.isLate = true;
    return call.timeoutNanos;
  }

  private void kill(Call call, @Nullable Incarnation of) {
    lock.lock();
    try {
      if (of == null
          || sent.process() != of
          || sent.get(call.number) != call
          || words.hasEnded(call.slot)) {
        return;
      }
    } finally {
      lock.unlock();
    }
    of.kill("it was killed, because a call ran on after its time-out and its interrupt");
  }
}
