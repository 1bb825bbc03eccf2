package dev.tutti.cli;

import java.util.List;
import picocli.CommandLine.Parameters;

/** The same with at least one input. No mixin of its own: that has to begin with parameter 0. */
final class SourceWithInputs extends SourceArguments {
  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "INPUT",
      description = "What to run it over.")
  private List<String> inputs = List.of();

  List<String> inputs() {
    return inputs;
  }
}
