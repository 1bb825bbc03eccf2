package dev.tutti.actors;

import java.util.concurrent.RejectedExecutionException;

/** A caller who does not wait where his call waits for room, but is told when it is in. */
interface Visitor extends Caller {
  /**
   * The call is in the mailbox, and will be told of as that of any caller. It is called with the
   * mailbox's lock held, before the call can be sent to the process.
   */
  void entered();

  /** The call is not taken; nothing else is told. */
  void refused(RejectedExecutionException why);
}
