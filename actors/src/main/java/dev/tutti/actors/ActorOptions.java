package dev.tutti.actors;

import dev.tutti.plan.SubmitQueue;
import dev.tutti.process.JvmStreams;
import dev.tutti.process.WorkerJvm;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Options of an {@link Actor}.
 *
 * {@snippet class=dev.tutti.actors.ActorSnippets region=options lang=java}
 *
 * @param name the actor's name; if empty, it is given a number
 * @param jvm how the JVM of its process is started
 * @param streams where the things go that it prints
 * @param atOnce how many calls run at the same time at most, from 1 to a million. With 1 they run
 *     one after another in the order in which they were made, on one thread; with more they begin
 *     in that order, and the state has to be safe for use by several threads
 * @param mailbox how many calls may wait, beyond as many as run at once, and what becomes of a
 *     further one; if empty, as many as there is memory for
 * @param timeout how long a call may run, counted from its begin; if empty, for ever
 * @param grace how long a call that is to stop may still run after its interrupt before the process
 *     is killed; when the actor is closed, how long its state may take to close, and a second at
 *     least
 * @param restart whether the actor comes back when its process has died
 * @param checkpointEvery after how many calls the state is copied to the owner's memory, from where
 *     a restart takes it; 0 for never, and a restart makes the state anew
 * @since 0.1
 */
public record ActorOptions(
    Optional<String> name,
    WorkerJvm jvm,
    JvmStreams streams,
    int atOnce,
    Optional<SubmitQueue> mailbox,
    Optional<Duration> timeout,
    Duration grace,
    RestartPolicy restart,
    int checkpointEvery) {
  /** One call at a time, no bounds, no restart, a second of grace. */
  public static final ActorOptions DEFAULTS =
      new ActorOptions(
          Optional.empty(),
          WorkerJvm.DEFAULTS,
          JvmStreams.INHERIT,
          1,
          Optional.empty(),
          Optional.empty(),
          Duration.ofSeconds(1),
          RestartPolicy.NEVER,
          0);

  private static final int MOST_AT_ONCE = 1_000_000;

  /** Makes the options. */
  public ActorOptions {
    Objects.requireNonNull(name, "name");
    Checks.require(
        name.map(Checks::isLine).orElse(true),
        "name must be one line of text: name=" + name.orElse(""));
    Objects.requireNonNull(jvm, "jvm");
    Objects.requireNonNull(streams, "streams");
    Checks.require(
        atOnce >= 1 && atOnce <= MOST_AT_ONCE,
        "atOnce must be from 1 to %d: atOnce=%d".formatted(MOST_AT_ONCE, atOnce));
    Objects.requireNonNull(mailbox, "mailbox");
    Checks.require(
        mailbox.map(SubmitQueue::whenFull).orElse(null) != SubmitQueue.WhenFull.CALLER_RUNS,
        "mailbox must block or reject, because a caller does not have the state: whenFull=CALLER_RUNS;"
            + " use SubmitQueue.blocking or SubmitQueue.rejecting");
    Objects.requireNonNull(timeout, "timeout").ifPresent(ActorOptions::ensureTimeout);
    Objects.requireNonNull(grace, "grace");
    Checks.require(!grace.isNegative(), "grace must not be negative: grace=" + grace);
    Objects.requireNonNull(restart, "restart");
    Checks.require(
        checkpointEvery >= 0, "checkpointEvery must be >= 0: checkpointEvery=" + checkpointEvery);
  }

  static void ensureTimeout(Duration limit) {
    Objects.requireNonNull(limit, "timeout");
    Checks.require(limit.isPositive(), "timeout must be positive: timeout=" + limit);
  }

  /**
   * {@return these options with a name}
   *
   * @param text one line of text
   */
  public ActorOptions withName(String text) {
    Objects.requireNonNull(text, "name");
    return new ActorOptions(
        Optional.of(text), jvm, streams, atOnce, mailbox, timeout, grace, restart, checkpointEvery);
  }

  /**
   * {@return these options with other settings for the JVM}
   *
   * @param settings the settings
   */
  public ActorOptions withJvm(WorkerJvm settings) {
    return new ActorOptions(
        name, settings, streams, atOnce, mailbox, timeout, grace, restart, checkpointEvery);
  }

  /**
   * {@return these options with another place for what the actor prints}
   *
   * @param to the place; what is {@link JvmStreams#CAPTURE captured} is kept for the report of a
   *     death only
   */
  public ActorOptions withStreams(JvmStreams to) {
    return new ActorOptions(
        name, jvm, to, atOnce, mailbox, timeout, grace, restart, checkpointEvery);
  }

  /**
   * {@return these options with another number of calls at the same time}
   *
   * @param calls how many at most, from 1 to a million
   */
  public ActorOptions withAtOnce(int calls) {
    return new ActorOptions(
        name, jvm, streams, calls, mailbox, timeout, grace, restart, checkpointEvery);
  }

  /**
   * {@return these options with a bound on the calls that wait} It binds all callers, those in
   * other processes too, whose calls then cost a round trip to the owner each. Those who wait for
   * room get in in the order in which they have come. A call that is taken back makes room at once.
   *
   * @param bound how many, and whether a further caller waits or is rejected
   */
  public ActorOptions withMailbox(SubmitQueue bound) {
    Objects.requireNonNull(bound, "mailbox");
    return new ActorOptions(
        name, jvm, streams, atOnce, Optional.of(bound), timeout, grace, restart, checkpointEvery);
  }

  /**
   * {@return these options with a time-out for each call}
   *
   * @param limit how long a call may run, positive
   */
  public ActorOptions withTimeout(Duration limit) {
    Objects.requireNonNull(limit, "timeout");
    return new ActorOptions(
        name, jvm, streams, atOnce, mailbox, Optional.of(limit), grace, restart, checkpointEvery);
  }

  /**
   * {@return these options with another grace time}
   *
   * @param time how long a call may go on after its interrupt, not negative
   */
  public ActorOptions withGrace(Duration time) {
    return new ActorOptions(
        name, jvm, streams, atOnce, mailbox, timeout, time, restart, checkpointEvery);
  }

  /**
   * {@return these options with another policy for restarts}
   *
   * @param policy the policy
   */
  public ActorOptions withRestart(RestartPolicy policy) {
    return new ActorOptions(
        name, jvm, streams, atOnce, mailbox, timeout, grace, policy, checkpointEvery);
  }

  /**
   * {@return these options with checkpoints}
   *
   * <p>The state is copied while no call runs, before the answer of the call that has ended last is
   * given; the time-out of that call covers the copy. So with 1, and one call at a time, whatever
   * was answered is kept. Where {@linkplain #withAtOnce several} run at once, nobody waits for such
   * a moment: the copy is made when one comes, and until then a death takes what was answered since
   * the last one. If none comes for long, the log says so.
   *
   * @param calls after how many calls the state is copied, at least 1
   */
  public ActorOptions withCheckpointEvery(int calls) {
    return new ActorOptions(name, jvm, streams, atOnce, mailbox, timeout, grace, restart, calls);
  }
}
