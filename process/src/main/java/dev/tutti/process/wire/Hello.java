package dev.tutti.process.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.security.MessageDigest;

/**
 * The first frame on each channel: by it the pool knows that this is the worker it has started.
 *
 * @param pid the worker's process id
 * @param role which of the two channels it is
 * @param secret what the pool gave the worker on its standard input
 */
@SuppressWarnings("EnumOrdinal") // both sides are of one build, which the version checks
public record Hello(long pid, Frame.Role role, String secret) {
  private static final int FIXED_BYTES = Integer.BYTES + Long.BYTES + 1;

  /** {@return the frame} */
  public ByteBuffer toFrame() {
    byte[] key = secret.getBytes(US_ASCII);
    return Frame.begin(Frame.Kind.HELLO, FIXED_BYTES + key.length)
        .putInt(Frame.VERSION)
        .putLong(pid)
        .put((byte) role.ordinal())
        .put(key)
        .flip();
  }

  /**
   * Reads the frame and checks who it is from.
   *
   * @param frame the first frame that came
   * @param secret what the pool gave its worker
   * @return who is there
   * @throws WireException if it is somebody else, or of another version
   */
  public static Hello check(Frame frame, String secret) throws WireException {
    if (frame.kind() != Frame.Kind.HELLO) {
      throw new WireException("first frame is not a greeting: kind=" + frame.kind());
    }
    ByteBuffer in = frame.atLeast(FIXED_BYTES);
    int version = in.getInt();
    if (version != Frame.VERSION) {
      throw new WireException(
          "worker speaks another version: version=%d expected=%d; its class path has another Tutti"
              .formatted(version, Frame.VERSION));
    }
    long pid = in.getLong();
    int role = in.get();
    byte[] key = new byte[in.remaining()];
    in.get(key);
    if (!MessageDigest.isEqual(key, secret.getBytes(US_ASCII))) {
      throw new WireException("greeting has a wrong secret: pid=" + pid);
    }
    if (role < 0 || role >= Frame.Role.values().length) {
      throw new WireException("greeting has an unknown role: role=" + role);
    }
    return new Hello(pid, Frame.Role.values()[role], secret);
  }
}
