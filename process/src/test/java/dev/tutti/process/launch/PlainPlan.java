package dev.tutti.process.launch;

import dev.tutti.plan.DataSize;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How workers start whose user has asked for little. */
public final class PlainPlan {
  private PlainPlan() {}

  /** {@return the plan of one worker, with another command if one is named} */
  public static LaunchPlan withJava(Optional<Path> java) {
    return of(1, Optional.empty(), java, List.of());
  }

  static LaunchPlan of(
      int workers,
      Optional<DataSize> heap,
      Optional<Path> java,
      List<Path> classPath,
      String... flags) {
    return new LaunchPlan(
        "plain",
        workers,
        heap,
        Optional.empty(),
        Optional.empty(),
        List.of(flags),
        Map.of(),
        Optional.empty(),
        java,
        classPath,
        null,
        null,
        false);
  }
}
