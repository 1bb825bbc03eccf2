package dev.tutti.actors;

import dev.tutti.memory.SharedLong;
import dev.tutti.memory.SharedLongs;
import dev.tutti.memory.SharedMemory;
import java.io.IOException;
import java.io.Serializable;

/**
 * What an owner and the process of its actor tell each other by words that both map, so that it
 * holds whoever dies.
 *
 * <pre>
 *   0         8         16        24
 *   +---------+---------+---------+-----------------------+
 *   |  begun  |  since  |  gate   | a word for each call  |
 *   +---------+---------+---------+-----------------------+
 * </pre>
 *
 * @param begun the number of the last call that has begun; the process writes it before it begins
 *     the call, the owner reads it when the process is gone
 * @param since when that was, as {@link System#nanoTime}, which all processes of a machine share;
 *     written before it
 * @param gate whether no call may begin; see {@link #hasEnded}
 * @param calls for each call that was sent, in a slot of its own: twice its number while it waits
 *     there, one more when it has begun, and something else when it was taken back, and when its
 *     process is done with it: has found it taken back, or ended it with all that it does for it
 *     before it answers. Exactly one of {@link #begin} and {@link #takeBack} succeeds
 */
record Words(SharedLong begun, SharedLong since, SharedLong gate, SharedLongs calls)
    implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final long OPEN = 0;
  private static final long SHUT = 1;
  private static final long TAKEN = -1;
  private static final long ENDED = -2;
  private static final long HEAD = 3;

  /**
   * {@return the words of an actor}
   *
   * @param sent how many calls the process has at most
   */
  static Words create(int sent) throws IOException {
    long slots = sent;
    SharedMemory memory = SharedMemory.create((HEAD + slots) * Long.BYTES);
    return new Words(
        memory.longAt(0),
        memory.longAt(Long.BYTES),
        memory.longAt(2 * Long.BYTES),
        memory.longs(HEAD * Long.BYTES, slots));
  }

  /** The owner sends a call. */
  void send(int slot, long call) {
    calls.setVolatile(slot, 2 * call);
  }

  /** {@return whether the call has not begun, and never will} */
  boolean takeBack(int slot, long call) {
    return calls.compareAndSet(slot, 2 * call, TAKEN);
  }

  /** {@return whether the call begins; if it was taken back it does not, and has ended} */
  boolean begin(int slot, long call) {
    since.set(System.nanoTime());
    boolean begins = calls.compareAndSet(slot, 2 * call, 2 * call + 1);
    if (begins) {
      begun.set(call);
    } else {
      end(slot);
    }
    return begins;
  }

  /** The process is done with a call, but for its answer. */
  void end(int slot) {
    calls.setVolatile(slot, ENDED);
  }

  /**
   * {@return whether the process is done with a call that it has} If not, no other one begins any
   * more. The owner shuts the gate (1), then looks at the word (2). Where one call runs at a time,
   * the process writes that it has ended (3) before it looks at the gate for the next one (4). So
   * if (2) does not see it, (4) finds the gate shut: a kill that follows costs that call only.
   */
  boolean hasEnded(int slot) {
    gate.set(SHUT);
    boolean ended = calls.getVolatile(slot) == ENDED;
    if (ended) {
      gate.set(OPEN);
    }
    return ended;
  }

  /** A new process is to begin. */
  void open() {
    gate.set(OPEN);
  }

  boolean isShut() {
    return gate.get() == SHUT;
  }

  void close() {
    begun.close(); // with all of them: they are one memory
  }
}
