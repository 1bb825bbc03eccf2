package dev.tutti.process.group;

import dev.tutti.spi.StartBudget;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which workers a group has, and how each of them stands. Guarded by the group's lock. */
final class Roster {
  /*
   *   start() -> STARTING -> ready() -> serving or `idle`
   *   any     -> leave()  -> LEAVING     it ends what it runs, or is seen off, and counts no more
   *   any     -> remove()                its process is gone, and what it had is reported
   *
   * `members` are those that count: starting, serving or idle.
   */
  private final Set<Link> members = new HashSet<>();
  private final Set<Link> ready = new HashSet<>();
  private final Set<Link> leaving = new HashSet<>();
  private final ArrayDeque<Link> idle = new ArrayDeque<>();
  private final StartBudget budget = new StartBudget();
  private int most;
  private int least;
  private @Nullable Exception lastFailure;

  Roster(int most, int least) {
    this.most = most;
    this.least = least;
  }

  /** {@return how many workers stay however long they are idle} */
  int least() {
    return least;
  }

  void least(int workers) {
    least = workers;
  }

  int most() {
    return most;
  }

  void most(int workers) {
    most = workers;
  }

  /** {@return how many workers there are that are to stay} */
  int size() {
    return members.size();
  }

  /** {@return how many processes there are} */
  int processes() {
    return members.size() + leaving.size();
  }

  int readyCount() {
    return ready.size();
  }

  /** {@return whether there is no process at all} */
  boolean isEmpty() {
    return members.isEmpty() && leaving.isEmpty();
  }

  /** {@return how many workers start, or have something to do} */
  int busyCount() {
    return members.size() - idle.size() + leaving.size();
  }

  /** {@return whether each worker that there is is idle} */
  boolean isAtRest() {
    return busyCount() == 0;
  }

  boolean isTooMany() {
    return members.size() > most;
  }

  /** {@return whether another worker may be started now} */
  boolean hasRoom() {
    return members.size() < most && budget.allowsStart(System.nanoTime());
  }

  /** {@return why no worker can be started; null if there is one, or one may be started} */
  @Nullable Exception hopeless() {
    return members.isEmpty() && !hasRoom() ? lastFailure : null;
  }

  /** {@return whether a worker other than this one could take work, now or soon} */
  boolean hasOther(Link link) {
    return idle.stream().anyMatch(other -> other != link)
        || members.size() > ready.size()
        || hasRoom();
  }

  void start(Link link) {
    members.add(link);
  }

  void ready(Link link) {
    if (members.contains(link)) {
      ready.add(link);
    }
    budget.succeeded();
    lastFailure = null;
  }

  @Nullable Exception lastFailure() {
    return lastFailure;
  }

  /**
   * A worker could not be started.
   *
   * @return how long to wait before the next try, in nanoseconds; 0 if that is not to be now
   */
  long startFailed(Exception cause) {
    lastFailure = cause;
    return budget.failed(System.nanoTime());
  }

  int startsLeft() {
    return budget.left();
  }

  /** A worker has nothing to do; one that counts no more does not come back by this. */
  void idle(Link link) {
    if (members.contains(link)) {
      idle.addLast(link);
    }
  }

  /** {@return the idle worker that worked last: the others may be let go some day} */
  @Nullable Link takeIdle() {
    return idle.pollLast();
  }

  /** {@return whether this worker was idle, and is the caller's now} */
  boolean takeIdle(Link link) {
    return idle.remove(link);
  }

  /** {@return an idle worker other than this one, the caller's now} */
  @Nullable Link takeIdleOther(Link link) {
    for (Link other : idle) {
      if (other != link) {
        idle.remove(other);
        return other;
      }
    }
    return null;
  }

  /** Takes out all idle workers, or those that somebody picks. */
  List<Link> takeIdle(Predicate<Link> picked) {
    List<Link> out = new ArrayList<>();
    idle.removeIf(link -> picked.test(link) && out.add(link));
    return out;
  }

  /** {@return whether an idle worker is one of these} */
  boolean hasIdle(Predicate<Link> sought) {
    return idle.stream().anyMatch(sought);
  }

  /** A worker is to leave, or its process has ended. */
  void leave(Link link) {
    if (members.remove(link)) {
      ready.remove(link);
      idle.remove(link);
      leaving.add(link);
    }
  }

  void remove(Link link) {
    members.remove(link);
    ready.remove(link);
    leaving.remove(link);
    idle.remove(link);
  }

  /** {@return all that have a process, or are about to have one} */
  List<Link> all() {
    List<Link> all = new ArrayList<>(members);
    all.addAll(leaving);
    return all;
  }

  /** {@return those that may run something: what is ready, and what is to leave after it} */
  List<Link> running() {
    List<Link> running = new ArrayList<>(ready);
    running.addAll(leaving);
    return running;
  }
}
