package dev.tutti.process.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class HelloTest {
  private static final String SECRET = "0123456789abcdef";

  /** Who greets with the right secret is let in, with the role that he said. */
  @Test
  void check_rightSecret_givesPidAndRole() throws WireException {
    for (Frame.Role role : Frame.Role.values()) {
      Hello hello = new Hello(4_711, role, SECRET);
      assertThat(Hello.check(parsed(hello.toFrame()), SECRET)).isEqualTo(hello);
    }
  }

  /** A wrong, shorter, longer or missing secret is refused, and no message tells the right one. */
  @Test
  void check_wrongSecret_isRefusedWithoutTellingIt() {
    for (String wrong : new String[] {"0123456789abcdeF", "", SECRET + "0", "0123456789abcde"}) {
      Hello hello = new Hello(4_711, Frame.Role.WORK, wrong);
      assertRefused(() -> Hello.check(parsed(hello.toFrame()), SECRET), "wrong secret: pid=4711");
    }
  }

  /** Another version, another frame, an unknown role and a greeting cut short are refused. */
  @Test
  void check_noGreetingOfOurs_isRefused() {
    assertRefused(
        () -> Hello.check(frame(Frame.VERSION + 1, 0), SECRET), "version=" + (Frame.VERSION + 1));
    assertRefused(() -> Hello.check(frame(Frame.VERSION, 2), SECRET), "role=2");
    assertRefused(() -> Hello.check(frame(Frame.VERSION, -1), SECRET), "role=-1");
    assertRefused(
        () -> Hello.check(new Frame(Frame.Kind.RESULT, ByteBuffer.allocate(40)), SECRET),
        "kind=RESULT");
    assertRefused(
        () -> Hello.check(new Frame(Frame.Kind.HELLO, ByteBuffer.allocate(12)), SECRET),
        "too short");
  }

  private static void assertRefused(ThrowingCallable check, String message) {
    assertThatThrownBy(check)
        .isInstanceOf(WireException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining(SECRET);
  }

  private static Frame frame(int version, int role) {
    byte[] key = SECRET.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    return new Frame(
        Frame.Kind.HELLO,
        ByteBuffer.allocate(13 + key.length)
            .putInt(version)
            .putLong(4_711)
            .put((byte) role)
            .put(key)
            .flip());
  }

  private static Frame parsed(ByteBuffer bytes) throws WireException {
    Frame frame = new FrameParser(Frame.MAX_LENGTH).next(bytes);
    assertThat(frame).isNotNull();
    return frame;
  }
}
