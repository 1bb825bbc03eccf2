package dev.tutti.actors;

import dev.tutti.memory.SharedLong;
import dev.tutti.memory.SharedMemory;
import java.io.IOException;
import java.io.Serializable;

/**
 * What an owner and the process of its actor tell each other by words that both map, so that it
 * holds whoever dies.
 *
 * <pre>
 *   0         8         16        24
 *   +---------+---------+---------+
 *   |  begun  |  ended  |  gate   |
 *   +---------+---------+---------+
 * </pre>
 *
 * @param begun the number of the last call that has begun; the process writes it before it begins
 *     the call, the owner reads it when the process is gone
 * @param ended the number of the last call that has ended, where one runs at a time
 * @param gate whether no call may begin; see {@link #isStillRunning}
 */
record Words(SharedLong begun, SharedLong ended, SharedLong gate) implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final long OPEN = 0;
  private static final long SHUT = 1;

  static Words create() throws IOException {
    SharedMemory memory = SharedMemory.create(3 * Long.BYTES);
    return new Words(memory.longAt(0), memory.longAt(Long.BYTES), memory.longAt(2 * Long.BYTES));
  }

  /**
   * {@return whether a call still runs; then no other one begins any more} The owner shuts the gate
   * (1), then looks whether the call has ended (2). The process writes that it has ended (3) before
   * it looks at the gate for the next one (4). So if (2) does not see it, (4) finds the gate shut:
   * a kill that follows costs that call only.
   *
   * @param call its number
   */
  boolean isStillRunning(long call) {
    gate.set(SHUT);
    if (ended.get() < call) {
      return true;
    }
    gate.set(OPEN);
    return false;
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
