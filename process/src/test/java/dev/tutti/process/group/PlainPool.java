package dev.tutti.process.group;

import dev.tutti.process.launch.LaunchPlan;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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

  /** {@return how its worker starts, by another command if one is named} */
  static LaunchPlan launch(Optional<Path> java) {
    return new LaunchPlan(
        "plain",
        1,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Map.of(),
        Optional.empty(),
        java,
        List.of(),
        null,
        null,
        false);
  }
}
