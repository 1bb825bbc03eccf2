package dev.tutti.process.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("unit")
class FrameParserTest {
  private static final int MAX = 1 << 12;

  /** However the bytes are cut into two pieces, and in a buffer of any size, all frames come. */
  @ParameterizedTest
  @ValueSource(ints = {8, 21, 64, 4_096})
  void next_splitAtEachByte_givesSameFrames(int capacity) throws WireException {
    byte[] stream = stream();
    for (int cut = 0; cut <= stream.length; cut++) {
      Feed feed = new Feed(capacity, MAX);
      feed.take(Arrays.copyOf(stream, cut));
      feed.take(Arrays.copyOfRange(stream, cut, stream.length));
      assertThat(feed.frames).as("cut at %d", cut).isEqualTo(expected());
    }
  }

  /** Bytes that come one by one make the same frames. */
  @Test
  void next_byteByByte_givesSameFrames() throws WireException {
    Feed feed = new Feed(32, MAX);
    for (byte b : stream()) {
      feed.take(new byte[] {b});
    }
    assertThat(feed.frames).isEqualTo(expected());
  }

  /** A frame much larger than the buffer and than the first piece of memory for it comes whole. */
  @Test
  void next_frameLargerThanBuffer_isWhole() throws WireException {
    byte[] content = new byte[3_000_001];
    new SplittableRandom(1).nextBytes(content);
    Feed feed = new Feed(1 << 16, Frame.MAX_LENGTH);
    feed.take(bytes(Frame.begin(Frame.Kind.ITEM, content.length).put(content).flip()));
    feed.take(bytes(Frame.begin(Frame.Kind.BYE, 0).flip()));
    assertThat(feed.raw).hasSize(2);
    assertThat(feed.raw.get(0).kind()).isEqualTo(Frame.Kind.ITEM);
    assertThat(bytes(feed.raw.get(0).content())).isEqualTo(content);
    assertThat(feed.raw.get(1).kind()).isEqualTo(Frame.Kind.BYE);
  }

  /** A length that no frame can have is refused, with the length in the message. */
  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE, MAX + 1, Integer.MAX_VALUE})
  void next_wrongLength_isWireException(int length) {
    FrameParser parser = new FrameParser(MAX);
    ByteBuffer in = ByteBuffer.allocate(64).putInt(length).put((byte) 0).flip();
    assertThatThrownBy(() -> parser.next(in))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("length=" + length);
  }

  /** The largest length that is allowed is not refused. */
  @Test
  void next_largestLength_isTaken() throws WireException {
    Feed feed = new Feed(64, MAX);
    feed.take(bytes(Frame.begin(Frame.Kind.ITEM, MAX - 1).put(new byte[MAX - 1]).flip()));
    assertThat(feed.raw).hasSize(1);
  }

  /** A kind that there is not is refused, also in a frame that came in pieces. */
  @ParameterizedTest
  @ValueSource(bytes = {-1, 100, 127, -128})
  void next_unknownKind_isWireException(byte kind) {
    byte[] small = ByteBuffer.allocate(6).putInt(2).put(kind).put((byte) 1).array();
    assertThatThrownBy(() -> new Feed(64, MAX).take(small))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("kind=" + kind);
    byte[] large = ByteBuffer.allocate(204).putInt(200).put(kind).array();
    assertThatThrownBy(() -> new Feed(64, MAX).take(large)).isInstanceOf(WireException.class);
  }

  /** A length alone claims no memory: somebody who sends only headers cannot fill the heap. */
  @Test
  void next_hugeLengthWithoutBytes_allocatesLittle() throws WireException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    FrameParser parser = new FrameParser(Frame.MAX_LENGTH);
    ByteBuffer in = ByteBuffer.allocate(64).putInt(Frame.MAX_LENGTH).put((byte) 2).flip();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertThat(parser.next(in)).isNull();
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(4L << 20);
    assertThat(in.hasRemaining()).isFalse();
  }

  /** Whatever is done to the bytes, frames or a wire exception come of it and nothing else. */
  @Test
  void next_mutatedBytes_givesFramesOrWireException() {
    byte[] stream = stream();
    SplittableRandom random = new SplittableRandom(20_260_921);
    int refused = 0;
    int taken = 0;
    for (int round = 0; round < 200_000; round++) {
      byte[] mutated = mutate(stream, random);
      Feed feed = new Feed(8 + random.nextInt(120), MAX);
      try {
        for (int at = 0; at < mutated.length; ) {
          int end = Math.min(mutated.length, at + 1 + random.nextInt(40));
          feed.take(Arrays.copyOfRange(mutated, at, end));
          at = end;
        }
        if (!feed.raw.isEmpty()) {
          Hello.check(feed.raw.getFirst(), "secret");
        }
        taken++;
      } catch (WireException e) {
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("round " + round + ": " + Arrays.toString(mutated), e);
      }
    }
    assertThat(refused).isPositive();
    assertThat(taken).isPositive();
  }

  /** Content that is too short for its kind is refused before it is read. */
  @Test
  void atLeast_shortContent_isWireException() throws WireException {
    Frame frame = new Frame(Frame.Kind.RESULT, ByteBuffer.allocate(7));
    assertThat(frame.atLeast(7).remaining()).isEqualTo(7);
    assertThatThrownBy(() -> frame.atLeast(8))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("kind=RESULT bytes=7 needed=8");
  }

  private static byte[] mutate(byte[] stream, SplittableRandom random) {
    byte[] out = stream.clone();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes && out.length > 0; i++) {
      int at = random.nextInt(out.length);
      switch (random.nextInt(4)) {
        case 0 -> out[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> out[at] = (byte) random.nextInt(256);
        case 2 -> out = Arrays.copyOf(out, at);
        default -> System.arraycopy(stream, 0, out, at, Math.min(5, out.length - at));
      }
    }
    return out;
  }

  private static byte[] stream() {
    List<ByteBuffer> frames =
        List.of(
            new Hello(77, Frame.Role.CONTROL, "secret").toFrame(),
            Frame.begin(Frame.Kind.CALL, 4).put((byte) 1).put(new byte[] {1, 2, 3}).flip(),
            Frame.begin(Frame.Kind.ITEM, 60).putLong(9).put(new byte[52]).flip(),
            Frame.begin(Frame.Kind.BATCH_END, 8).putLong(1).flip(),
            Frame.begin(Frame.Kind.BYE, 0).flip());
    ByteBuffer all = ByteBuffer.allocate(frames.stream().mapToInt(ByteBuffer::remaining).sum());
    frames.forEach(all::put);
    return all.array();
  }

  private static List<String> expected() {
    byte[] hello = bytes(new Hello(77, Frame.Role.CONTROL, "secret").toFrame().position(5));
    return List.of(
        "HELLO " + Arrays.toString(hello),
        "CALL [1, 1, 2, 3]",
        "ITEM " + Arrays.toString(ByteBuffer.allocate(60).putLong(9).array()),
        "BATCH_END [0, 0, 0, 0, 0, 0, 0, 1]",
        "BYE []");
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] out = new byte[buffer.remaining()];
    buffer.duplicate().get(out);
    return out;
  }

  /** Gives a parser its bytes as a channel does: through one buffer that is refilled. */
  private static final class Feed {
    private final ByteBuffer in;
    private final FrameParser parser;
    private final List<String> frames = new ArrayList<>();
    private final List<Frame> raw = new ArrayList<>();

    Feed(int capacity, int maxLength) {
      this.in = ByteBuffer.allocate(capacity).flip();
      this.parser = new FrameParser(maxLength);
    }

    void take(byte[] bytes) throws WireException {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      do {
        in.compact();
        int count = Math.min(in.remaining(), rest.remaining());
        in.put(rest.slice().limit(count));
        rest.position(rest.position() + count);
        in.flip();
        for (Frame frame = parser.next(in); frame != null; frame = parser.next(in)) {
          frames.add(frame.kind() + " " + Arrays.toString(bytes(frame.content())));
          raw.add(frame);
        }
      } while (rest.hasRemaining());
    }
  }

  /** The text of a secret is ASCII; others would not survive the way. */
  @Test
  void hello_asciiSecret_isInFrameAsItIs() {
    ByteBuffer frame = new Hello(1, Frame.Role.WORK, "0af9").toFrame();
    assertThat(new String(bytes(frame), UTF_8)).endsWith("0af9");
  }
}
