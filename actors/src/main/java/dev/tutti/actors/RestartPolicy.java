package dev.tutti.actors;

import java.time.Duration;
import java.util.Objects;

/**
 * How often an actor whose process has died comes back, and what becomes of the calls that wait.
 *
 * {@snippet class=dev.tutti.actors.ActorSnippets region=restart lang=java}
 *
 * <p>The state of an actor that comes back is made anew, as it was at first, or read from its last
 * checkpoint ({@link ActorOptions#withCheckpointEvery}). The calls that had begun when the process
 * died are lost and say so; none is run twice. A restart that fails, because the state cannot be
 * made or its process ends at once, counts as one.
 *
 * @param most how many restarts there are at most within the time; 0 for none
 * @param within the time, counted back from a death
 * @param keepsWaiting whether calls that had not begun wait for the restart; otherwise they fail
 *     with the cause of the death
 * @since 0.1
 */
public record RestartPolicy(int most, Duration within, boolean keepsWaiting) {
  /** An actor whose process has died is dead: this and all further calls fail with the cause. */
  public static final RestartPolicy NEVER = new RestartPolicy(0, Duration.ofMinutes(1), true);

  /** Makes the policy. */
  public RestartPolicy {
    Checks.require(most >= 0, "most must be >= 0: most=" + most);
    Objects.requireNonNull(within, "within");
    Checks.require(within.isPositive(), "within must be positive: within=" + within);
  }

  /**
   * {@return a policy of so many restarts within a time; calls that had not begun wait for them}
   *
   * @param restarts how many at most, at least 0
   * @param time the time, positive
   */
  public static RestartPolicy atMost(int restarts, Duration time) {
    return new RestartPolicy(restarts, time, true);
  }

  /** {@return this policy, but a death fails the calls that wait, too} */
  public RestartPolicy failingWaiting() {
    return new RestartPolicy(most, within, false);
  }
}
