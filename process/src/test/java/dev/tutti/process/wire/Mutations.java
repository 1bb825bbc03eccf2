package dev.tutti.process.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Recorded sessions, damaged by somebody who knows how frames are built. */
public final class Mutations {
  /** How often each test damages a session; a system property asks for more. */
  public static final int ROUNDS = Integer.getInteger("tutti.fuzz.rounds", 4_000);

  /** What the damage depends on; a system property asks for another. */
  public static final long SEED = Long.getLong("tutti.fuzz.seed", 20_261_121L);

  private static final int HEADER = Frame.HEADER_BYTES;

  private Mutations() {}

  /** Cuts the bytes of a whole session into its frames. */
  public static List<byte[]> frames(byte[] session) {
    List<byte[]> frames = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(session);
    while (in.hasRemaining()) {
      byte[] frame = new byte[Integer.BYTES + in.getInt(in.position())];
      in.get(frame);
      frames.add(frame);
    }
    return frames;
  }

  /** Damages a session in one to three places. */
  public static byte[] mutate(List<byte[]> session, SplittableRandom random) {
    List<byte[]> frames = new ArrayList<>(session);
    for (int n = 1 + random.nextInt(3); n > 0 && !frames.isEmpty(); n--) {
      int at = random.nextInt(frames.size());
      byte[] frame = frames.get(at).clone();
      if (frame.length <= HEADER) {
        continue; // a cut one stays as it is
      }
      switch (random.nextInt(11)) {
        case 0 -> ByteBuffer.wrap(frame).putInt(0, length(frame.length, random));
        case 1 -> frame[Integer.BYTES] = (byte) random.nextInt(-1, Frame.Kind.values().length + 1);
        case 2 -> number(frame, random);
        case 3 -> frame = Arrays.copyOf(frame, random.nextInt(frame.length)); // cut, not told
        case 4 -> frame = shorter(frame, random); // cut, and told
        case 5 -> {
          frames.remove(at);
          continue;
        }
        case 6 -> frames.add(at, frame);
        case 7 -> {
          int other = random.nextInt(frames.size());
          frames.set(at, frames.get(other));
          frame = frame.clone();
          frames.set(other, frame);
          continue;
        }
        case 8 -> frame = spliced(frame, session.get(random.nextInt(session.size())), random);
        default -> flip(frame, random);
      }
      frames.set(at, frame);
    }
    byte[] all = joined(frames);
    return random.nextInt(4) == 0 ? Arrays.copyOf(all, random.nextInt(all.length + 1)) : all;
  }

  private static int length(int now, SplittableRandom random) {
    return switch (random.nextInt(4)) {
      case 0 -> now + random.nextInt(-20, 20);
      case 1 -> random.nextInt(-1, 2);
      case 2 -> Frame.MAX_LENGTH + random.nextInt(-1, 2);
      default -> random.nextInt();
    };
  }

  private static void number(byte[] frame, SplittableRandom random) {
    if (frame.length >= HEADER + Long.BYTES) {
      long number = ByteBuffer.wrap(frame).getLong(HEADER);
      long other =
          switch (random.nextInt(4)) {
            case 0 -> number + random.nextInt(-3, 4);
            case 1 -> number + Claims.WORDS;
            case 2 -> -1 - number;
            default -> random.nextLong();
          };
      ByteBuffer.wrap(frame).putLong(HEADER, other);
    }
  }

  private static byte[] shorter(byte[] frame, SplittableRandom random) {
    byte[] cut = Arrays.copyOf(frame, HEADER + random.nextInt(frame.length - HEADER + 1));
    ByteBuffer.wrap(cut).putInt(0, cut.length - Integer.BYTES);
    return cut;
  }

  private static byte[] spliced(byte[] frame, byte[] other, SplittableRandom random) {
    int head = random.nextInt(frame.length + 1);
    int tail = random.nextInt(other.length + 1);
    byte[] out = Arrays.copyOf(frame, head + other.length - tail);
    System.arraycopy(other, tail, out, head, other.length - tail);
    if (out.length > HEADER) {
      ByteBuffer.wrap(out).putInt(0, out.length - Integer.BYTES);
    }
    return out;
  }

  private static void flip(byte[] frame, SplittableRandom random) {
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      int at = random.nextInt(Math.min(HEADER, frame.length - 1), frame.length);
      frame[at] =
          random.nextBoolean()
              ? (byte) (frame[at] ^ (1 << random.nextInt(8)))
              : (byte) random.nextInt(256);
    }
  }

  private static byte[] joined(List<byte[]> frames) {
    ByteBuffer all = ByteBuffer.allocate(frames.stream().mapToInt(frame -> frame.length).sum());
    frames.forEach(all::put);
    return all.array();
  }

  /** What came is read as from a channel, in pieces; what is sent is kept. */
  public static final class Replay implements FrameStream {
    private final byte[] bytes;
    private final SplittableRandom random;
    private final FrameParser parser = new FrameParser(Frame.MAX_LENGTH);
    private final ByteBuffer in;
    private final List<byte[]> sent = new ArrayList<>();
    private int at;

    /**
     * @param bytes what comes
     * @param random cuts it into pieces
     */
    public Replay(byte[] bytes, SplittableRandom random) {
      this.bytes = bytes;
      this.random = random;
      this.in = ByteBuffer.allocate(64 + random.nextInt(1_000)).flip();
    }

    @Override
    public @Nullable Frame read() throws IOException {
      while (true) {
        Frame frame = parser.next(in);
        if (frame != null) {
          return frame;
        }
        if (at == bytes.length) {
          return null;
        }
        in.compact();
        int count = Math.min(1 + random.nextInt(in.remaining()), bytes.length - at);
        in.put(bytes, at, count).flip();
        at += count;
      }
    }

    @Override
    public void sendFully(List<ByteBuffer> frames) {
      for (ByteBuffer frame : frames) {
        byte[] copy = new byte[frame.remaining()];
        frame.get(copy);
        sent.add(copy);
      }
    }

    /** {@return what was sent} */
    public byte[] sent() {
      return joined(sent);
    }
  }
}
