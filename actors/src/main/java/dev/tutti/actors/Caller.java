package dev.tutti.actors;

import java.nio.ByteBuffer;

/** Who waits for the end of a call. None of these blocks, or runs code of a user. */
interface Caller {
  /**
   * The call has ended well.
   *
   * @param result its result, as the codec has written it; nothing where nobody asked for it
   */
  void answered(ByteBuffer result);

  /**
   * The call has thrown something.
   *
   * @param failure what, as the codec for exceptions has written it
   */
  void failed(ByteBuffer failure);

  /** The call has come to nothing. */
  void failed(Throwable why);

  /** The actor is being stopped. */
  void cancelled();
}
