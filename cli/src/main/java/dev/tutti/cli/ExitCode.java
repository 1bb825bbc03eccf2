package dev.tutti.cli;

/** How the command ends. 130, interrupted, is the JVM's own after Ctrl-C. */
final class ExitCode {
  static final int DONE = 0;
  static final int SOME_FAILED = 1;
  static final int USAGE = 2;
  static final int NOT_STARTED = 3;

  private ExitCode() {}
}
