package dev.tutti.actors;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a process of an actor, or the actor, has ended.
 *
 * @param death of what it has died; null if it has ended because it was to
 * @param lost the calls that are lost with it
 */
record Ending(@Nullable Throwable death, List<Call> lost) {
  /** Tells the callers of those calls. */
  void tell() {
    for (Call call : lost) {
      if (death == null) {
        call.caller.cancelled();
      } else {
        call.caller.failed(death);
      }
    }
  }
}
