package dev.tutti.stress.sharing;

/** What a player does, as far as the referee must know. */
enum Doing {
  /** It has not begun. */
  NOTHING,
  /** It waits for nothing. */
  PLAYS,
  /** It waits at a latch for the end of a rest. */
  RESTS,
  /** It wants a lock. */
  LOCKS,
  /** It wants a permit. */
  ACQUIRES,
  /** It wants to put something into a queue. */
  PUTS,
  /** It wants to take something from a queue. */
  TAKES,
  /** It wants to read under a read-write lock. */
  READS,
  /** It wants to write under a read-write lock. */
  WRITES,
  /** It waits for an event. */
  LISTENS,
  /** It waits at a barrier. */
  MEETS
}
