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

  /**
   * Sends a frame without waking who waits for it, if that goes. A {@link #wakeReader} has to
   * follow.
   *
   * @param frame a complete frame
   * @return whether it was sent; if not, it is to be sent as any other
   * @throws IOException if the stream is broken
   */
  default boolean put(ByteBuffer frame) throws IOException {
    return false;
  }

  /**
   * Wakes who waits for what was {@linkplain #put put}. Between the two the caller has to compare
   * and set something, or to write and read it as volatile: else a reader that falls asleep at this
   * moment may be missed.
   *
   * @throws IOException if the stream is broken
   */
  default void wakeReader() throws IOException {}
}
