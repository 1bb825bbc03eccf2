package dev.tutti.process.group;

import dev.tutti.process.group.RetireRules.Retirement;
import dev.tutti.spi.WorkSource;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Looks after the workers of a group, now and then: lets go what has been idle for long enough, and
 * finds what takes too much, keeps what nobody needs, or does nothing.
 */
final class Patrol {
  /*
   * `looking`, `inVain` and `warming` are guarded by the group's lock, like the roster. `looking` says that there is a look to come: each
   * plans the next one, but for the last, which finds nothing that needs one, as those before it. It says so in the same step in which it looks at
   * the roster, and who gives a worker something to do calls ensureLooking() under the same lock. So a worker that does
   * something is looked at, and an idle pool costs nothing after a while; at once would have who submits now and then start the looks anew, in the
   * middle of a round trip. An idle worker that keeps the function of a call which goes
   * on needs a look: when that is over the worker is told to let the function go, once for all calls of a tick.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final int LOOKS_IN_VAIN = 5;

  private final String pool;
  private final RetireRules rules;
  private final Later later;
  private final ReentrantLock lock;
  private final Roster roster;
  private final WorkSource source;
  private final Runnable workQueued;
  private boolean looking;
  private int inVain;
  private boolean waited; // at the last look, which uses it alone
  private int warming;

  /**
   * @param lock the group's
   * @param workQueued has the group bring what waits to a worker
   */
  Patrol(
      String pool,
      RetireRules rules,
      Later later,
      ReentrantLock lock,
      Roster roster,
      WorkSource source,
      Runnable workQueued) {
    this.pool = pool;
    this.rules = rules;
    this.later = later;
    this.lock = lock;
    this.roster = roster;
    this.source = source;
    this.workQueued = workQueued;
  }

  /** With `lock` held, whenever a worker has something to do that had nothing. */
  void ensureLooking() {
    inVain = 0;
    if (!looking) {
      looking = true;
      lookLater();
    }
  }

  /** With `lock` held: nobody leaves for being idle while others start. */
  void beginWarming() {
    warming++;
  }

  /** With `lock` held. */
  void endWarming() {
    warming--;
  }

  private void lookLater() {
    later.run(TimeUnit.MILLISECONDS.toNanos(rules.tickMillis()), this::lookAndGoOn);
  }

  private void lookAndGoOn() {
    try {
      switch (next()) {
        case LOOK -> look();
        case WAIT -> {}
        case END -> {
          return;
        }
      }
    } catch (RuntimeException | Error e) {
      LOG.log(Level.WARNING, "cannot look after the workers of " + pool, e);
    }
    lookLater();
  }

  private enum Next {
    LOOK,
    WAIT,
    END
  }

  private Next next() {
    lock.lock();
    try {
      boolean nothingToSee =
          (rules.letIdle() && !roster.hasIdle(Link::keepsFunction)) || roster.isEmpty();
      boolean atRest = roster.isAtRest() && nothingToSee && !source.hasWork();
      inVain = atRest ? inVain + 1 : 0;
      looking = inVain < LOOKS_IN_VAIN;
      waited = waited && !atRest; // what waits at the first look after a rest may just have come
      if (!atRest) {
        return Next.LOOK;
      }
      return looking ? Next.WAIT : Next.END;
    } finally {
      lock.unlock();
    }
  }

  private void look() {
    Map<Link, Retirement> due = new LinkedHashMap<>();
    List<Link> running;
    lock.lock();
    try {
      var _ = roster.takeIdle(link -> isDue(link, due));
      due.keySet().forEach(roster::leave);
      running = roster.running();
    } finally {
      lock.unlock();
    }
    due.forEach(Link::dismiss);
    running.forEach(Link::look);
    boolean waits = source.hasWork();
    if (waits && waited) { // else whoever has queued it may be about to bring it to a worker
      workQueued.run();
    }
    waited = waits;
  }

  private boolean isDue(Link link, Map<Link, Retirement> due) {
    int spare = roster.size() - due.size() - roster.least();
    Retirement retirement = warming > 0 ? null : link.dueWhileIdle(spare);
    if (retirement != null) {
      due.put(link, retirement);
    }
    return retirement != null;
  }
}
