package dev.tutti.actors;

import dev.tutti.plan.SubmitQueue;
import dev.tutti.spi.Timer;
import dev.tutti.task.TaskTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
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
   * Room. As many calls count as waiting as there are in `waiting` and `sent` beyond those that can run at once, so it makes no
   * difference how far the way to the process is; one that was taken back does not count. Room comes only where a call leaves
   * the two or is taken back: ended(), giveUp(), timeOut(), detach(), takeWaiting().
   *
   * A caller is told once, by whoever sets `settled` under the lock, and after the lock has been given back.
   *
   * A time-out starts when a call is among those that run.
   */
  private enum State {
    OPEN,
    CLOSED,
    DEAD
  }

  private final String name;
  private final int atOnce;
  private final Optional<SubmitQueue> bound;
  private final long graceNanos;
  private final Words words;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition room = lock.newCondition();
  private final ArrayDeque<Call> waiting = new ArrayDeque<>();
  private final SentCalls sent;
  private final ArrayDeque<byte[]> stops = new ArrayDeque<>();
  private State state = State.OPEN;
  private @Nullable Throwable cause;
  private @Nullable Incarnation receiver;
  private long lastNumber;

  Mailbox(String name, ActorOptions options, Words words) {
    this.words = words;
    this.name = name;
    this.atOnce = options.atOnce();
    this.bound = options.mailbox();
    this.graceNanos = options.grace().toNanos();
    this.sent = new SentCalls(atOnce, words);
  }

  /** {@return how many calls the process has at most} */
  static int mostSent(ActorOptions options) {
    return SentCalls.most(options.atOnce());
  }

  // ---------------------------------------------------------------- from callers

  long add(Message.Kind kind, byte[] function, long timeoutNanos, Caller caller) {
    Throwable dead;
    lock.lock();
    try {
      awaitRoom();
      dead = cause;
      if (dead != null && kind == Message.Kind.TELL) {
        throw new RejectedExecutionException(
            "actor has died: name=%s; open another one, or allow restarts".formatted(name), dead);
      }
      if (dead == null) {
        Call call = new Call(++lastNumber, kind, function, timeoutNanos, caller);
        waiting.add(call);
        work.signal();
        return call.number;
      }
    } finally {
      lock.unlock();
    }
    caller.failed(dead);
    return 0;
  }

  private void awaitRoom() {
    ensureTakesCalls();
    while (state == State.OPEN && isFull()) {
      if (bound.map(SubmitQueue::whenFull).orElseThrow() == SubmitQueue.WhenFull.REJECT) {
        throw new RejectedExecutionException(
            "mailbox of the actor is full: name=%s waiting=%d; ask later, or let callers wait with SubmitQueue.blocking"
                .formatted(name, waitingNow()));
      }
      try {
        room.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RejectedExecutionException(
            "interrupted while waiting for room in the mailbox of actor " + name, e);
      }
      ensureTakesCalls();
    }
  }

  private void ensureTakesCalls() {
    if (state == State.CLOSED || (state == State.DEAD && cause == null)) {
      throw new RejectedExecutionException(
          "actor is closed: name=%s; open another one".formatted(name));
    }
  }

  private boolean isFull() {
    return bound.isPresent() && waitingNow() >= bound.get().capacity();
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
        room.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private void takeBack(Call call, boolean elseStop) {
    if (sent.takeBack(call)) {
      room.signalAll();
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
      receiver = to;
    } finally {
      lock.unlock();
    }
  }

  /** {@return what is to be sent next; null if the process is not the one that gets calls} */
  byte @Nullable [] next(Incarnation to) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (receiver == to) {
        byte[] stop = stops.poll();
        if (stop != null) {
          return stop;
        }
        if (!waiting.isEmpty() && sent.hasRoom()) {
          Call call = waiting.remove();
          sent.add(call);
          startTimers();
          return call.toMessage();
        }
        work.await();
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private void startTimers() {
    for (Call call : sent.startTimes()) {
      call.timer = Timer.after(call.timeoutNanos, () -> timeOut(call));
    }
  }

  private void timeOut(Call call) {
    boolean told;
    lock.lock();
    try {
      if (sent.get(call.number) != call || call.isTimedOut) {
        return;
      }
      long left = nanosLeft(call);
      if (left > 0) {
        call.timer = Timer.after(left, () -> timeOut(call));
        return;
      }
      call.isTimedOut = true;
      told = call.settled;
      call.settled = true;
      takeBack(call, true);
      Incarnation of = receiver;
      call.timer = Timer.after(graceNanos, () -> kill(call, of));
    } finally {
      lock.unlock();
    }
    if (!told) {
      call.caller.failed(new TaskTimeoutException(Duration.ofNanos(call.timeoutNanos), false));
    }
  }

  /**
   * A process may take a while to begin a call; one that has not done so for as long as the
   * time-out is stuck.
   */
  private long nanosLeft(Call call) {
    long begun = words.begun().get();
    if (begun == call.number && atOnce == 1) {
      return call.timeoutNanos - (System.nanoTime() - words.since().get());
    }
    if (begun >= call.number || call.isLate) {
      return 0;
    }
    call.isLate = true;
    return call.timeoutNanos;
  }

  private void kill(Call call, @Nullable Incarnation of) {
    lock.lock();
    try {
      if (of == null || receiver != of || sent.get(call.number) != call) {
        return;
      }
    } finally {
      lock.unlock();
    }
    if (atOnce > 1 || words.isStillRunning(call.number)) {
      of.kill("it was killed, because a call ran on after its time-out and its interrupt");
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
      startTimers();
      work.signal();
      room.signalAll();
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
      receiver = null;
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
      room.signalAll();
      return lost;
    } finally {
      lock.unlock();
    }
  }

  // ---------------------------------------------------------------- the end

  /** Takes no further calls. */
  void close() {
    lock.lock();
    try {
      if (state == State.OPEN) {
        state = State.CLOSED;
        room.signalAll();
      }
    } finally {
      lock.unlock();
    }
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
    room.signalAll();
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
      return takeAllWaiting();
    } finally {
      lock.unlock();
    }
  }
}
