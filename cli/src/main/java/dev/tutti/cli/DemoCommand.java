package dev.tutti.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tutti demo}: what can be shown. */
@Command(
    name = "demo",
    synopsisSubcommandLabel = "DEMO",
    description = "Show what parallel processing does for a job.",
    subcommands = EtlCommand.class)
final class DemoCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommandSpec own = spec;
    if (own == null) {
      throw new IllegalStateException("picocli has not set the command's description");
    }
    throw new ParameterException(own.commandLine(), "the demo is missing: etl");
  }
}
