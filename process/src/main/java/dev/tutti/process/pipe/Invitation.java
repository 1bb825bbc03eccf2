package dev.tutti.process.pipe;

import java.io.Serializable;
import java.util.Objects;
import java.util.UUID;

/**
 * By what a process can take a side of a pipe that another process has opened.
 *
 * @param socket the path of the socket to knock at
 * @param pipe which pipe it is; nobody else knows that
 * @param side which side of it, 0 or 1
 */
public record Invitation(String socket, UUID pipe, int side) implements Serializable {
  /** Makes an invitation. */
  public Invitation {
    Objects.requireNonNull(socket, "socket");
    Objects.requireNonNull(pipe, "pipe");
  }
}
