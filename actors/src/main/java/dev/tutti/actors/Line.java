package dev.tutti.actors;

import java.io.IOException;

/** The way to an actor: from its owner, or from another process. */
interface Line {
  /**
   * Makes a call.
   *
   * @param kind whether its result is asked for
   * @param function what to do, as the codec has written it
   * @param timeoutNanos how long it may run; 0 for ever
   * @param caller who waits for its end
   * @return the number of the call
   * @throws java.util.concurrent.RejectedExecutionException if the call is not taken
   */
  long call(Message.Kind kind, byte[] function, long timeoutNanos, Caller caller);

  /**
   * Nobody waits for the call any more.
   *
   * @param number its number
   * @param interrupt whether to interrupt it if it runs
   */
  void giveUp(long number, boolean interrupt);

  /**
   * {@return what is sent to another process in place of the actor}
   *
   * @throws IOException if there is no place for a socket
   */
  Address address() throws IOException;

  /** {@return the actor's name} */
  String name();

  void close();

  void closeNow();
}
