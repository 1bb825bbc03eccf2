package dev.tutti.actors;

import dev.tutti.plan.SubmitQueue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The calls of an actor that have not ended: those that wait, and those that its process has. */
final class Mailbox {
  /*
   * `lock` guards all of it.
   *
   *   OPEN   -> CLOSED   close(): takes no further call
   *   either -> DEAD     end(): a further call fails with what the actor has died of; nothing waits any more
   *
   * A call is in `waiting`, in the order of numbers, until it is sent; then in `sent`, in the same order, until the process
   * says that it has ended or is taken back, or is gone. All numbers in `sent` are less than those in `waiting`. What has
   * begun in the process is told by a number that it writes before it begins a call and that is read when it is dead
   * (HostRun): calls in `sent` above that have not begun, and go back to the head of `waiting`. So each call begins at most
   * once, and they begin in the order of their numbers whatever dies.
   *
   * A call for which there is no room is in `outside`, in the order in which they have come. It has no number yet. Its caller waits in
   * awaitRoom() until it is moved, on a condition of its own, or is a Visitor, who does not wait and is told.
   *
   * Room. As many calls count as waiting as there are in `waiting` and `sent` beyond those that can run at once, so it makes no
   * difference how far the way to the process is; one that was taken back does not count. Room comes only where a call leaves
   * the two or is taken back: ended(), giveUp(), a time-out, detach(), takeWaiting(). Each of them calls letIn(), so somebody is outside
   * only while the actor is open and there is no room.
   *
   * A caller is told once, by whoever sets `settled` under the lock, and after the lock has been given back.
   */
  private enum State {
    OPEN,
    CLOSED,
    DEAD
  }

  private final String name;
  private final int atOnce;
  private final Optional<SubmitQueue> bound;
  private final Words words;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final ArrayDeque<Call> outside = new ArrayDeque<>();
  private final ArrayDeque<Call> waiting = new ArrayDeque<>();
  private final SentCalls sent;
  private final TimeLimits limits;
  private final ArrayDeque<byte[]> stops = new ArrayDeque<>();
  private State state = State.OPEN;
  private @Nullable Throwable cause;
  private long lastNumber;

  Mailbox(String name, ActorOptions options, Words words) {
    this.words = words;
    this.name = name;
    this.atOnce = options.atOnce();
    this.bound = options.mailbox();
    this.sent = new SentCalls(atOnce, words);
    this.limits = new TimeLimits(lock, sent, words, options, call -> takeBack(call, true));
  }

  /** {@return how many calls the process has at most} */
  static int mostSent(ActorOptions options) {
    return SentCalls.most(options.atOnce());
  }

  // ---------------------------------------------------------------- from callers

  /** Makes a call. If there is no room for it its caller waits here, or is rejected. */
  long add(Message.Kind kind, byte[] function, long timeoutNanos, Caller caller) {
    Call call = new Call(kind, function, timeoutNanos, caller);
    Throwable dead;
    lock.lock();
    try {
      take(call);
      awaitRoom(call);
      dead = deathBefore(call);
    } finally {
      lock.unlock();
    }
    if (dead != null) {
      caller.failed(dead);
    }
    return call.number;
  }

  /** Makes a call whose caller is told when it is in. One for which there is no room waits. */
  void offer(Call call) {
    Throwable dead;
    lock.lock();
    try {
      take(call);
      dead = deathBefore(call);
    } finally {
      lock.unlock();
    }
    if (dead != null) {
      call.caller.failed(dead);
    }
  }

  /** Takes a call in, or outside if there is no room, or neither if the actor is dead. */
  private void take(Call call) {
    ensureTakes(call);
    if (state == State.DEAD) {
      return;
    }
    if (hasRoom()) {
      enter(call);
    } else if (bound.map(SubmitQueue::whenFull).orElseThrow() == SubmitQueue.WhenFull.REJECT) {
      throw Refused.full(name, waitingNow());
    } else {
      outside.add(call);
      call.isOutside = true;
    }
  }

  private void ensureTakes(Call call) {
    if (state == State.CLOSED || (state == State.DEAD && cause == null)) {
      throw Refused.closed(name);
    }
    if (cause != null && call.kind == Message.Kind.TELL) {
      throw Refused.died(name, cause);
    }
  }

  private void enter(Call call) {
    call.isOutside = false;
    call.number = ++lastNumber;
    waiting.add(call);
    work.signal();
    if (call.caller instanceof Visitor visitor) {
      visitor.entered();
    }
  }

  private void awaitRoom(Call call) {
    if (!call.isOutside) {
      return;
    }
    Condition moved = lock.newCondition();
    call.moved = moved;
    try {
      while (call.isOutside) {
        moved.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      if (leave(call)) {
        throw Refused.interrupted(name, e);
      }
    }
    if (call.number == 0) {
      ensureTakes(call);
    }
  }

  /** {@return whether a call has waited for room; it does so no more} */
  boolean leave(Call call) {
    lock.lock();
    try {
      boolean has = call.isOutside;
      if (has) {
        call.isOutside = false;
        outside.remove(call);
      }
      return has;
    } finally {
      lock.unlock();
    }
  }

  /** {@return what the actor has died of before it took the call; null if it has taken it} */
  private @Nullable Throwable deathBefore(Call call) {
    return call.isOutside || call.number > 0 ? null : cause;
  }

  /** There may be room: whoever has come first is let in first. */
  private void letIn() {
    while (!outside.isEmpty() && hasRoom()) {
      Call call = outside.remove();
      enter(call);
      call.tellMoved();
    }
  }

  private boolean hasRoom() {
    return bound.isEmpty() || waitingNow() < bound.get().capacity();
  }

  private int waitingNow() {
    return Math.max(0, waiting.size() + sent.open() - atOnce);
  }

  /** Nobody waits for a call any more: it is taken back, or interrupted if that is wanted. */
  void giveUp(long number, boolean interrupt) {
    lock.lock();
    try {
      Call call = sent.get(number);
      if (call != null) {
        call.settled = true;
        takeBack(call, interrupt);
      } else if (waiting.removeIf(one -> one.number == number)) {
        letIn();
      }
    } finally {
      lock.unlock();
    }
  }

  private void takeBack(Call call, boolean elseStop) {
    if (sent.takeBack(call)) {
      letIn();
    } else if (elseStop) {
      stops.add(Message.of(Message.Kind.STOP, call.number));
      work.signal();
    }
  }

  // ---------------------------------------------------------------- to the process

  /** A process is there. */
  void attach(Incarnation to) {
    lock.lock();
    try {
      sent.isOf(to);
    } finally {
      lock.unlock();
    }
  }

  /** {@return what is to be sent next; null if the process is not the one that gets calls} */
  byte @Nullable [] next(Incarnation to) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (sent.process() == to) {
        byte[] stop = stops.poll();
        if (stop != null) {
          return stop;
        }
        if (!waiting.isEmpty() && sent.hasRoom()) {
          Call call = waiting.remove();
          sent.add(call);
          limits.start();
          return call.toMessage();
        }
        work.await();
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  // ---------------------------------------------------------------- from the process

  /**
   * A call has ended in the process, or was taken back there.
   *
   * @return the call; null if its caller need not be told
   */
  @Nullable Call ended(long number) {
    lock.lock();
    try {
      Call call = sent.remove(number);
      if (call == null) {
        return null;
      }
      limits.start();
      work.signal();
      letIn();
      boolean told = call.settled;
      call.settled = true;
      return told ? null : call;
    } finally {
      lock.unlock();
    }
  }

  /**
   * {@return the calls that are lost with the process, whose callers are to be told; the others
   * wait again}
   */
  List<Call> detach() {
    long begun = words.begun().get();
    lock.lock();
    try {
      sent.isOf(null);
      stops.clear();
      work.signalAll();
      List<Call> lost = new ArrayList<>();
      ArrayDeque<Call> again = new ArrayDeque<>();
      for (Call call : sent.removeAll()) {
        if (!call.settled && call.number > begun) {
          again.addFirst(call);
        } else if (!call.settled) {
          call.settled = true;
          lost.add(call);
        }
      }
      again.forEach(waiting::addFirst);
      letIn();
      return lost;
    } finally {
      lock.unlock();
    }
  }

  // ---------------------------------------------------------------- the end

  /** Takes no further calls, and refuses those for which there was no room. */
  void close() {
    List<Call> left = List.of();
    lock.lock();
    try {
      if (state == State.OPEN) {
        state = State.CLOSED;
        left = takeOutside();
      }
    } finally {
      lock.unlock();
    }
    for (Call call : left) {
      if (call.caller instanceof Visitor visitor) {
        visitor.refused(Refused.closed(name));
      }
    }
  }

  /** {@return those who wait for room, but for callers who do so in awaitRoom()} */
  private List<Call> takeOutside() {
    List<Call> all = List.copyOf(outside);
    outside.clear();
    all.forEach(call -> call.isOutside = false);
    all.forEach(Call::tellMoved);
    return all.stream().filter(call -> call.moved == null).toList();
  }

  /** {@return whether it takes no calls and has none} */
  boolean isDone() {
    lock.lock();
    try {
      return state != State.OPEN && waiting.isEmpty() && sent.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** {@return the calls that wait, which do so no more and whose callers are to be told} */
  List<Call> takeWaiting() {
    lock.lock();
    try {
      return takeAllWaiting();
    } finally {
      lock.unlock();
    }
  }

  /**
   * {@return all calls whose callers have not been told; those that the process has stay until it
   * is gone}
   */
  List<Call> takeAll() {
    lock.lock();
    try {
      List<Call> all = new ArrayList<>(sent.settle());
      all.addAll(takeAllWaiting());
      return all;
    } finally {
      lock.unlock();
    }
  }

  private List<Call> takeAllWaiting() {
    List<Call> all = List.copyOf(waiting);
    all.forEach(call -> call.settled = true);
    waiting.clear();
    letIn();
    return all;
  }

  /**
   * The actor is over.
   *
   * @param diedOf what every further call fails with; null if it was closed
   * @return the calls that wait, whose callers are to be told
   */
  List<Call> end(@Nullable Throwable diedOf) {
    lock.lock();
    try {
      if (state == State.OPEN) {
        cause = diedOf;
      }
      state = State.DEAD;
      List<Call> left = new ArrayList<>(takeOutside());
      left.addAll(0, takeAllWaiting());
      return left;
    } finally {
      lock.unlock();
    }
  }
}
