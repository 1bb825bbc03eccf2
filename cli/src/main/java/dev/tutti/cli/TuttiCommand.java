package dev.tutti.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code tutti} and how all commands below it treat errors. */
@Command(
    name = "tutti",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = TuttiCommand.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "Parallel processing: one function over many inputs.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all done",
      "1:some items failed, or the run was broken off",
      "2:wrong usage",
      "3:could not start",
      "130:interrupted"
    },
    footerHeading = "%nEnvironment:%n",
    footer = {
      "  TUTTI_JAVA_OPTIONS  flags for the command's own JVM; workers take over",
      "                      -D, -ea and those about modules, and none about memory",
      "  TUTTI_JAVA_HOME     the JDK to use, 25.0.3 or newer",
      "  NO_COLOR            no colours"
    },
    subcommands = {
      DemoCommand.class,
      MapCommand.class,
      CompareCommand.class,
      AdviseCommand.class,
      DoctorCommand.class
    })
final class TuttiCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  /** Parses and runs; returns the exit code. */
  static int run(String... args) {
    return new CommandLine(new TuttiCommand())
        .setExpandAtFiles(false) // an input may begin with @
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(TuttiCommand::explainUsage)
        .setExecutionExceptionHandler((failure, line, _) -> explain(failure, line))
        .execute(args);
  }

  @Override
  public Integer call() {
    CommandSpec own = spec;
    if (own == null) {
      throw new IllegalStateException("picocli has not set the command's description");
    }
    throw new ParameterException(
        own.commandLine(), "a command is missing: demo, map, compare, advise or doctor");
  }

  private static int explainUsage(ParameterException failure, String[] args) {
    CommandLine line = failure.getCommandLine();
    PrintWriter err = line.getErr();
    err.println("tutti: " + String.valueOf(failure.getMessage()).replaceFirst("^Error: ", ""));
    if (failure instanceof UnmatchedArgumentException unmatched
        && unmatched.getUnmatched().stream().anyMatch(word -> word.startsWith("-"))) {
      err.println("tutti: write -- before inputs that begin with -");
    }
    err.println("tutti: try '" + line.getCommandSpec().qualifiedName() + " --help'");
    err.flush();
    return ExitCode.USAGE;
  }

  private static int explain(Exception failure, CommandLine line) {
    PrintWriter err = line.getErr();
    try {
      if (failure instanceof CommandException known) {
        err.println("tutti: " + known.getMessage());
        return known.exitCode();
      }
      err.println("tutti: could not go on, by a fault of tutti itself:");
      failure.printStackTrace(err);
      return ExitCode.NOT_STARTED;
    } finally {
      err.flush();
    }
  }

  /** The version of the jar, and of the JDK. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {VersionText.line()};
    }
  }
}
