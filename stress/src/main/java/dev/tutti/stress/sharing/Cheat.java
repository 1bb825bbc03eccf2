package dev.tutti.stress.sharing;

/** What a player does wrong on purpose, so that the judgement is seen to find it. */
enum Cheat {
  /** Nothing. */
  NONE(""),
  /** Does as if it had the lock. */
  ENTERS_WITHOUT_LOCK("lock"),
  /** Does not go on although the lock is free. */
  SLEEPS_ON("nobody goes on"),
  /** Says that it was told of a death that was none. */
  INVENTS_A_DEATH("recovered without a death"),
  /** Does as if it had a permit. */
  ENTERS_WITHOUT_PERMIT("more have a permit"),
  /** Does not give its permit back. */
  KEEPS_A_PERMIT("permits were lost");

  private final String finding;

  Cheat(String finding) {
    this.finding = finding;
  }

  /** {@return what must be said of it} */
  String finding() {
    return finding;
  }
}
