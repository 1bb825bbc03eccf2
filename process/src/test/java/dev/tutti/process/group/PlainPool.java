package dev.tutti.process.group;

import java.util.Optional;
import java.util.OptionalInt;

/** What a pool of one worker has whose user has asked for nothing. */
final class PlainPool {
  /** It keeps its worker. */
  static final RetireRules RULES =
      new RetireRules(
          OptionalInt.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          0,
          Optional.empty());

  private PlainPool() {}
}
