package dev.tutti.process.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where frames come from and go to, for the one thread that waits for them. */
public interface FrameStream {
  /**
   * Waits for the next frame.
   *
   * @return the frame; null at the end
   * @throws IOException if the stream breaks, or what came is no frame
   */
  @Nullable Frame read() throws IOException;

  /**
   * Sends frames and waits until the system has taken them.
   *
   * @param frames complete frames, or pieces that make complete frames
   * @throws IOException if the stream is broken
   */
  void sendFully(List<ByteBuffer> frames) throws IOException;
}
