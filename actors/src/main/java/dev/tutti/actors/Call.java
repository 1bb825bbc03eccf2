package dev.tutti.actors;

import java.util.concurrent.Future;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/** One call of an actor. What changes is guarded by the lock of its {@link Mailbox}. */
final class Call {
  final Message.Kind kind;
  final byte[] function;
  final long timeoutNanos;
  final Caller caller;

  /** From 1; 0 until it is in the mailbox. */
  long number;

  /** It waits for room in the mailbox. */
  boolean isOutside;

  /** Where its caller waits for that; null if he does not. */
  @Nullable Condition moved;

  /** Which word it has while its process has it. */
  int slot;

  /** Its caller knows how it has ended; the call itself may still run. */
  boolean settled;

  /** The process has not begun it within its time-out, and was given as long again. */
  boolean isLate;

  /** It was taken back after it was sent. */
  boolean isTakenBack;

  /** Its time-out has started. */
  boolean isTimed;

  /** It has had its time. */
  boolean isTimedOut;

  /** Its time-out, and after that its grace time; null where neither has started. */
  @Nullable Future<?> timer;

  Call(Message.Kind kind, byte[] function, long timeoutNanos, Caller caller) {
    this.kind = kind;
    this.function = function;
    this.timeoutNanos = timeoutNanos;
    this.caller = caller;
  }

  byte[] toMessage() {
    return Message.toActor(kind, number, slot, function);
  }

  void tellMoved() {
    if (moved != null) {
      moved.signal();
    }
  }

  void stopTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
