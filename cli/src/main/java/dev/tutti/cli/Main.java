package dev.tutti.cli;

/** Where the command begins, and the only place where it exits. */
public final class Main {
  private Main() {}

  /**
   * Runs the command and ends the JVM with its exit code.
   *
   * @param args the words after {@code tutti}
   */
  public static void main(String[] args) {
    System.exit(TuttiCommand.run(args));
  }
}
