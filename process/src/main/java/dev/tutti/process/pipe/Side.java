package dev.tutti.process.pipe;

import java.io.IOException;

/** One side of a pipe, as a process has it before it is used. */
public sealed interface Side permits Match.Own, Guest, Settled {
  /**
   * Takes the side for this process; at the first time, from whoever else could.
   *
   * @return its wire
   * @throws IOException if it is closed, or nobody can be at the other side any more
   * @throws IllegalStateException if another process has it
   */
  Wire take() throws IOException;

  /** Closes the side, unless another process has it. */
  void close();

  /** Closes the side if no process can use it but this one, where nobody refers to it any more. */
  void drop();

  /**
   * Lets another process take the side.
   *
   * @return by what it does
   * @throws IOException if this process has used it, or it can only be used here
   */
  Invitation invite() throws IOException;
}
