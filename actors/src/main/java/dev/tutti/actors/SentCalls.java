package dev.tutti.actors;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The calls that an actor's process has, in the order in which they were sent. */
final class SentCalls {
  /*
   * The lock of the Mailbox guards all of it.
   *
   * A call is here from when it is sent until the process says that it has ended or is taken back, or is gone. One that was taken
   * back keeps its slot until then, because the process has yet to look at its word, but it runs nowhere and waits for nothing:
   * `takenBack` of the calls are such.
   *
   * The process begins calls in the order in which they are sent, and another in the place of one that has ended. So the first
   * `atOnce` are those that run.
   */

  /** How much is sent ahead of what runs, so that the process need not wait for its next call. */
  private static final int CALLS_AHEAD = 16;

  private static final long BYTES_AHEAD = 1 << 20;

  private final int atOnce;
  private final Words words;
  private final LinkedHashMap<Long, Call> calls = new LinkedHashMap<>();
  private final BitSet slots = new BitSet(); // the words that they have
  private @Nullable Incarnation process; // that has them, and gets further ones
  private long bytes;
  private int takenBack;
  private int untimed; // how many have a time-out that has not started

  SentCalls(int atOnce, Words words) {
    this.atOnce = atOnce;
    this.words = words;
  }

  /** {@return how many there are at most} */
  static int most(int atOnce) {
    return Math.addExact(atOnce, CALLS_AHEAD);
  }

  void isOf(@Nullable Incarnation other) {
    process = other;
  }

  @Nullable Incarnation process() {
    return process;
  }

  boolean hasRoom() {
    return calls.size() < atOnce || (calls.size() - atOnce < CALLS_AHEAD && bytes < BYTES_AHEAD);
  }

  boolean isEmpty() {
    return calls.isEmpty();
  }

  /** {@return how many run, or are to} */
  int open() {
    return calls.size() - takenBack;
  }

  @Nullable Call get(long number) {
    return calls.get(number);
  }

  /** {@return the call that was sent first; null if there is none} */
  @Nullable Call oldest() {
    Map.Entry<Long, Call> first = calls.firstEntry();
    return first == null ? null : first.getValue();
  }

  void add(Call call) {
    calls.put(call.number, call);
    call.slot = slots.nextClearBit(0);
    slots.set(call.slot);
    words.send(call.slot, call.number);
    bytes += call.function.length;
    untimed += call.timeoutNanos > 0 ? 1 : 0;
  }

  /** {@return whether the call has not begun, and never will} */
  boolean takeBack(Call call) {
    if (!words.takeBack(call.slot, call.number)) {
      return false;
    }
    call.isTakenBack = true;
    takenBack++;
    return true;
  }

  /** {@return the calls that run and whose time-outs have not started; they do now} */
  List<Call> startTimes() {
    List<Call> starting = new ArrayList<>();
    Iterator<Call> of = calls.values().iterator();
    for (int running = 0; untimed > 0 && running < atOnce && of.hasNext(); running++) {
      Call call = of.next();
      if (isUntimed(call)) {
        call.isTimed = true;
        untimed--;
        starting.add(call);
      }
    }
    return starting;
  }

  private static boolean isUntimed(Call call) {
    return call.timeoutNanos > 0 && !call.isTimed;
  }

  /** {@return the call, which has ended; null if it is not there} */
  @Nullable Call remove(long number) {
    Call call = calls.remove(number);
    if (call != null) {
      forget(call);
    }
    return call;
  }

  /** {@return all calls; the process that had them is gone} */
  List<Call> removeAll() {
    List<Call> all = List.copyOf(calls.values());
    calls.clear();
    all.forEach(this::forget);
    return all;
  }

  private void forget(Call call) {
    slots.clear(call.slot);
    bytes -= call.function.length;
    takenBack -= call.isTakenBack ? 1 : 0;
    untimed -= isUntimed(call) ? 1 : 0;
    call.isTimed = false; // it may be sent again, and has all its time then
    call.isLate = false;
    call.stopTimer();
  }

  /** {@return all calls whose callers have not been told; they are from now on} */
  List<Call> settle() {
    List<Call> open = calls.values().stream().filter(call -> !call.settled).toList();
    open.forEach(call -> call.settled = true);
    return open;
  }
}
