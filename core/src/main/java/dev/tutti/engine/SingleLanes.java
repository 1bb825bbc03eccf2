package dev.tutti.engine;

import dev.tutti.plan.CallOptions;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The lanes of submitted tasks, one for each priority that a task has.
 *
 * <p><b>Thread safety.</b> For any thread.
 */
final class SingleLanes {
  /*
   * A call has its lane from before it is offered until nobody has the call. So a lane goes with the last of them, and not
   * when it is empty: a call that is offered then would bring it back beside a newer one of the same priority, and the two
   * would take turns.
   */
  private final Lane usual = Lane.ofSingles(CallOptions.DEFAULTS.priority());
  private final Map<Integer, Known> others = new ConcurrentHashMap<>();
  private final ReferenceQueue<Lane> dropped = new ReferenceQueue<>();

  /** A lane that goes when no call has it. */
  private static final class Known extends WeakReference<Lane> {
    private final int priority;

    Known(Lane lane, ReferenceQueue<Lane> dropped) {
      super(lane, dropped);
      this.priority = lane.priority();
    }
  }

  /**
   * {@return the lane of a priority}
   *
   * @param priority the priority
   */
  Lane of(int priority) {
    if (priority == usual.priority()) {
      return usual;
    }
    forgetDropped();
    Known known = others.get(priority);
    Lane lane = known == null ? null : known.get();
    return lane == null ? made(priority) : lane;
  }

  private Lane made(int priority) {
    Lane fresh = Lane.ofSingles(priority);
    Lane lane = null;
    while (lane == null) { // somebody else's may be dropped before this one has it
      lane = others.compute(priority, (_, known) -> kept(known, fresh)).get();
    }
    return lane;
  }

  private Known kept(@Nullable Known known, Lane fresh) {
    return known == null || known.refersTo(null) ? new Known(fresh, dropped) : known;
  }

  private void forgetDropped() {
    Reference<? extends Lane> next = dropped.poll();
    while (next != null) {
      Known known = (Known) next;
      others.remove(known.priority, known);
      next = dropped.poll();
    }
  }
}
