package dev.tutti.cli;

import java.io.Serial;

/** The command cannot go on; the message is for its user and says what to do. */
final class CommandException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final int exitCode;

  private CommandException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  static CommandException usage(String message) {
    return new CommandException(ExitCode.USAGE, message);
  }

  static CommandException notStarted(String message) {
    return new CommandException(ExitCode.NOT_STARTED, message);
  }

  static CommandException brokenOff(String message) {
    return new CommandException(ExitCode.SOME_FAILED, message);
  }

  int exitCode() {
    return exitCode;
  }
}
