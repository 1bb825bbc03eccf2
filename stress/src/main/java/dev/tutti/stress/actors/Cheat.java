package dev.tutti.stress.actors;

/** What a broken actor would do; each is to be found by the judge. */
enum Cheat {
  /** Nothing: an actor as it is. */
  NONE,
  /** A call is run twice. */
  TWICE,
  /** Two calls of a caller are made in the wrong order. */
  SWAPPED,
  /** A call begins while another runs. */
  TOGETHER,
  /** A result is another one. */
  WRONG,
  /** A call never ends for its caller. */
  FORGOTTEN,
  /** A call that has not begun is told to be lost with a process that it was never given to. */
  BLAMED,
  /** The state goes back to an older one. */
  STALE,
  /** The actor comes back more often than its policy allows. */
  TIRELESS,
  /** Something stays when all is closed. */
  LEFT_OVER
}
