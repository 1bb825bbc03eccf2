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
  /** It waits for an event. */
  LISTENS,
  /** It waits at a barrier. */
  MEETS
}
