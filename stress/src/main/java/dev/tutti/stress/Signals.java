package dev.tutti.stress;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Sends signals, by a shell that stays: Java has no call for it, and a program each time is slow.
 */
public final class Signals implements AutoCloseable {
  private final Process shell;
  private final BufferedWriter in;
  private final BufferedReader out;

  /**
   * Starts the shell.
   *
   * @throws IOException if there is none
   */
  public Signals() throws IOException {
    this.shell =
        new ProcessBuilder("/bin/sh").redirectError(ProcessBuilder.Redirect.DISCARD).start();
    this.in = shell.outputWriter(StandardCharsets.US_ASCII);
    this.out = shell.inputReader(StandardCharsets.US_ASCII);
  }

  /**
   * Sends a signal.
   *
   * @param signal its name, without SIG
   * @param to the process
   * @return whether there was such a process
   * @throws IOException if the shell has ended
   */
  public boolean send(String signal, Life to) throws IOException {
    in.write("kill -" + signal + " " + to.pid() + "; echo $?\n");
    in.flush();
    return "0".equals(out.readLine());
  }

  @Override
  public void close() throws IOException {
    in.close();
    out.close();
    shell.destroy();
  }
}
