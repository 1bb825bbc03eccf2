package dev.tutti.process.pipe;

import java.io.IOException;
import java.io.NotSerializableException;

/**
 * A side that is connected from the beginning.
 *
 * @param wire its wire
 */
public record Settled(Wire wire) implements Side {
  @Override
  public Wire take() {
    return wire;
  }

  @Override
  public void close() {
    wire.close();
  }

  @Override
  public void drop() {
    wire.close();
  }

  @Override
  public Invitation invite() throws IOException {
    throw new NotSerializableException(
        "the end of a pipe that a listener or a client has connected stays in its process;"
            + " send an end of MessagePipe.open(), or connect in the other process");
  }
}
