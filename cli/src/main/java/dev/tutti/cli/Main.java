package dev.tutti.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

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
      return; // System.exit would look for a logger
    }
    Thread.setDefaultUncaughtExceptionHandler(new AtDeath());
    System.exit(TuttiCommand.run(args));
  }

  /** What happens when a thread has died: for want of memory the command ends. */
  private static final class AtDeath implements Thread.UncaughtExceptionHandler {
    /*
     * Others may wait for ever for what the thread would have done. What is left to do takes no memory, so no
     * hook runs: the next command removes the folders, and workers end with the command.
     */
    private final FileOutputStream err = new FileOutputStream(FileDescriptor.err);
    private final byte[] heapIsFull = heapIsFull(Runtime.getRuntime().maxMemory() >> 20);
    private final byte[] noMemory =
        line(
            "out of memory, but not of heap: of threads (ulimit -u) or direct memory, for example");

    private static byte[] heapIsFull(long mebibytes) {
      return line(
          "out of memory: heap=%dm; give the command more, as by TUTTI_JAVA_OPTIONS=-Xmx%dm"
              .formatted(mebibytes, 2 * mebibytes));
    }

    private static byte[] line(String text) {
      return ("tutti: " + text + "\n").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void uncaughtException(Thread thread, Throwable failure) {
      if (!(failure instanceof OutOfMemoryError)) {
        System.err.print("Exception in thread \"" + thread.getName() + "\" "); // as the JVM says it
        failure.printStackTrace();
        return;
      }
      try {
        String cause = failure.getMessage();
        boolean isHeap =
            "Java heap space".equals(cause) || "GC overhead limit exceeded".equals(cause);
        err.write(isHeap ? heapIsFull : noMemory);
      } catch (IOException e) {
        return; // nobody reads it
      } finally {
        Runtime.getRuntime().halt(ExitCode.SOME_FAILED);
      }
    }
  }
}
