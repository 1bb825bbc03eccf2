package dev.tutti.bench.compare;

/** What is measured. */
enum Row {
  /** Submit one task and wait for it; again and again on a warm pool. */
  ROUNDTRIP("roundtrip"),
  /** The same with a pause before each task, so that both sides sleep. */
  ROUNDTRIP_QUIET("roundtrip.quiet"),
  /** A bulk call that sends each item in a message of its own. */
  MAP_ONE("map.one"),
  /** A bulk call as it comes. */
  MAP_DEFAULT("map.default"),
  /** A bulk call of tasks that compute for a millisecond each. */
  MILLIS("millis"),
  /** A square of small tasks that need each other. */
  GRAPH("graph"),
  /** Numbers that another process puts into a queue. */
  QUEUE("queue"),
  /** An array of 64 MiB goes to a worker and comes back, again and again on a warm pool. */
  LARGE("large"),
  /** The same with an array of {@code double}. */
  LARGE_DOUBLES("large.doubles"),
  /** A task gets a shared array of 64 MiB and looks at it. */
  SHARED("shared"),
  /** From the call that opens a pool to the results of one item for each worker. */
  START("start"),
  /** The audio job over all files, with the opening and closing of its pool. */
  AUDIO("audio"),
  /** Lock and unlock, with nobody else there. */
  LOCK("lock"),
  /** The same by two processes at once. */
  LOCK_TWO("lock.two"),
  /** A permit to another process, and one back. */
  SEMAPHORE("semaphore"),
  /** An event that another process waits for, and one back. */
  EVENT("event"),
  /** A number through a pipe to another process, and back. */
  PIPE("pipe"),
  /** What a process uses in which a thousand threads wait. */
  IDLE("idle");

  private final String key;

  Row(String key) {
    this.key = key;
  }

  /** {@return what has the same work to do without any pause} */
  Row warmUp() {
    return this == ROUNDTRIP_QUIET ? ROUNDTRIP : this;
  }

  static Row named(String key) {
    for (Row row : values()) {
      if (row.key.equals(key)) {
        return row;
      }
    }
    throw new IllegalArgumentException("no such row: row=" + key);
  }
}
