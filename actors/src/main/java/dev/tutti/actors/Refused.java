package dev.tutti.actors;

import java.util.concurrent.RejectedExecutionException;

/** Why an actor does not take a call. */
final class Refused {
  private Refused() {}

  static RejectedExecutionException closed(String actor) {
    return new RejectedExecutionException(
        "actor is closed: name=%s; open another one".formatted(actor));
  }

  static RejectedExecutionException died(String actor, Throwable of) {
    return new RejectedExecutionException(
        "actor has died: name=%s; open another one, or allow restarts".formatted(actor), of);
  }

  static RejectedExecutionException full(String actor, int waiting) {
    return new RejectedExecutionException(
        "mailbox of the actor is full: name=%s waiting=%d; ask later, or let callers wait with SubmitQueue.blocking"
            .formatted(actor, waiting));
  }

  static RejectedExecutionException interrupted(String actor, InterruptedException e) {
    return new RejectedExecutionException(
        "interrupted while waiting for room in the mailbox of actor " + actor, e);
  }
}
