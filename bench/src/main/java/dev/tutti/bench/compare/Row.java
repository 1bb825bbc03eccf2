package dev.tutti.bench.compare;

/** What is measured. */
enum Row {
  /** Submit one task and wait for it; again and again on a warm pool. */
  ROUNDTRIP("roundtrip"),
  /** A bulk call that sends each item in a message of its own. */
  MAP_ONE("map.one"),
  /** A bulk call as it comes. */
  MAP_DEFAULT("map.default"),
  /** Numbers that another process puts into a queue. */
  QUEUE("queue"),
  /** From the call that opens a pool to the results of one item for each worker. */
  START("start"),
  /** The audio job over all files, with the opening and closing of its pool. */
  AUDIO("audio");

  private final String key;

  Row(String key) {
    this.key = key;
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
