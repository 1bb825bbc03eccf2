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
    if (args.length == 1 && args[0].equals("--version")) { // programs ask so, and wait: no parser
      System.out.println(VersionText.line());
      System.exit(0);
    }
    System.exit(TuttiCommand.run(args));
  }
}
