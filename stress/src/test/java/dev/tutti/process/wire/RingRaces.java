package dev.tutti.process.wire;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Races of the bytes between a pool and a worker. Those named Broken must be found. */
public class RingRaces {
  /*
   * Rings lie in a file with holes, of which only the first pages of each are ever used. There are more of them than states
   * that live at a time, because the races run with few.
   */
  private static final int RINGS = 256;
  private static final int MESSAGE_BYTES = 200;
  private static final int HEADER_BYTES = 192;
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final ByteBuffer MAPPED = map();
  private static final AtomicInteger NEXT = new AtomicInteger();

  private RingRaces() {}

  private static ByteBuffer map() {
    try {
      Path file = Files.createTempFile("tutti-races-", null);
      try (FileChannel channel =
          FileChannel.open(
              file,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE)) {
        return channel.map(MapMode.READ_WRITE, 0, (long) RINGS * FrameRing.BYTES);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A ring with its two sides. */
  static class Shared {
    final FrameRing out;
    final FrameRing in;
    private final ByteBuffer memory;
    private final byte[] taken = new byte[MESSAGE_BYTES];

    Shared() {
      int place = NEXT.getAndIncrement() & (RINGS - 1);
      memory =
          MAPPED.slice(place * FrameRing.BYTES, FrameRing.BYTES).order(ByteOrder.nativeOrder());
      for (int at = 0; at < HEADER_BYTES + 2 * MESSAGE_BYTES; at += Long.BYTES) {
        memory.putLong(at, 0);
      }
      out = new FrameRing(memory);
      in = new FrameRing(memory);
    }

    /** Lets the reader see bytes that are not written. */
    void announce(int bytes) {
      LONG.setVolatile(memory, 0, (long) bytes);
    }

    /** Writes a message that has a number in each of its bytes. */
    void write(int number) {
      byte[] message = new byte[MESSAGE_BYTES];
      Arrays.fill(message, (byte) number);
      try {
        if (!out.offer(List.of(ByteBuffer.wrap(message)), 0)) {
          throw new IllegalStateException("there must be room");
        }
      } catch (WireException e) {
        throw new IllegalStateException("nobody damages it", e);
      }
    }

    /** Writes a message without waking anybody. */
    void put(int number) {
      byte[] message = new byte[MESSAGE_BYTES];
      Arrays.fill(message, (byte) number);
      try {
        if (!out.put(ByteBuffer.wrap(message), 0)) {
          throw new IllegalStateException("there must be room");
        }
      } catch (WireException e) {
        throw new IllegalStateException("nobody damages it", e);
      }
    }

    /** {@return the number of the next message; 0 if there is none, -1 if it is torn} */
    int read() {
      ByteBuffer into = ByteBuffer.wrap(taken);
      try {
        if (!in.hasMore()) {
          return 0;
        }
        if (in.take(into) != MESSAGE_BYTES) {
          return -1;
        }
      } catch (WireException e) {
        throw new IllegalStateException(e);
      }
      for (int i = 1; i < MESSAGE_BYTES; i++) {
        if (taken[i] != taken[0]) {
          return -1;
        }
      }
      return taken[0] == 0 ? -1 : taken[0];
    }
  }

  /** What is read is whole, and comes in the order in which it was written. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "0, 1", "1, 0", "1, 2"},
      expect = ACCEPTABLE)
  @Outcome(expect = FORBIDDEN, desc = "a message is torn or out of its order")
  public static class InOrder extends Shared {
    @Actor
    public void writer() {
      write(1);
      write(2);
    }

    @Actor
    public void reader(II_Result r) {
      r.r1 = read();
      r.r2 = read();
    }
  }

  /** The same where the bytes come after the tail. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "0, 1", "1, 0", "1, 2"},
      expect = ACCEPTABLE)
  @Outcome(expect = FORBIDDEN, desc = "a message is torn or out of its order")
  public static class BrokenInOrder extends Shared {
    @Actor
    public void writer() {
      announce(2 * MESSAGE_BYTES);
      write(1);
      write(2);
    }

    @Actor
    public void reader(II_Result r) {
      r.r1 = read();
      r.r2 = read();
    }
  }

  /** A reader that says that it sleeps finds what was written, or is woken. */
  @JCStressTest
  @State
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "it sleeps, and nobody rings")
  @Outcome(expect = ACCEPTABLE)
  public static class WakeUp extends Shared {
    @Actor
    public void writer(ZZ_Result r) {
      write(1);
      r.r1 = out.mustRing(false);
    }

    @Actor
    public void reader(ZZ_Result r) {
      in.sleep(FrameRing.Sleep.ASLEEP);
      r.r2 = in.hasMore();
    }
  }

  /** A sender who looks while the reader sleeps finds what was written, or the reader is woken. */
  @JCStressTest
  @State
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "the reader sleeps, and nobody rings")
  @Outcome(expect = ACCEPTABLE)
  public static class WakeUpBesideALook extends Shared {
    public WakeUpBesideALook() {
      in.sleep(FrameRing.Sleep.ASLEEP);
    }

    @Actor
    public void writer(ZZ_Result r) {
      write(1);
      r.r1 = out.mustRing(false);
    }

    @Actor
    public void sender(ZZ_Result r) {
      in.sleep(FrameRing.Sleep.AWAKE);
      boolean seen = in.hasMore();
      in.sleep(FrameRing.Sleep.ASLEEP);
      r.r2 = in.hasMore() || seen;
    }
  }

  /** The same where the sender does not look again. */
  @JCStressTest
  @State
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "the reader sleeps, and nobody rings")
  @Outcome(expect = ACCEPTABLE)
  public static class BrokenWakeUpBesideALook extends Shared {
    public BrokenWakeUpBesideALook() {
      in.sleep(FrameRing.Sleep.ASLEEP);
    }

    @Actor
    public void writer(ZZ_Result r) {
      write(1);
      r.r1 = out.mustRing(false);
    }

    @Actor
    public void sender(ZZ_Result r) {
      in.sleep(FrameRing.Sleep.AWAKE);
      r.r2 = in.hasMore();
      in.sleep(FrameRing.Sleep.ASLEEP);
    }
  }

  /** The same where the reader looks before it says so. */
  @JCStressTest
  @State
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "it sleeps, and nobody rings")
  @Outcome(expect = ACCEPTABLE)
  public static class BrokenWakeUp extends Shared {
    @Actor
    public void writer(ZZ_Result r) {
      write(1);
      r.r1 = out.mustRing(false);
    }

    @Actor
    public void reader(ZZ_Result r) {
      r.r2 = in.hasMore();
      in.sleep(FrameRing.Sleep.ASLEEP);
    }
  }

  /** The same where who writes compares and sets something else before it looks. */
  @JCStressTest
  @State
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "it sleeps, and nobody rings")
  @Outcome(expect = ACCEPTABLE)
  public static class WakeUpAfterPut extends Shared {
    private final AtomicInteger between = new AtomicInteger();

    @Actor
    public void writer(ZZ_Result r) {
      put(1);
      between.compareAndSet(0, 1);
      r.r1 = !out.isAwake() && out.mustRing(false);
    }

    @Actor
    public void reader(ZZ_Result r) {
      in.sleep(FrameRing.Sleep.ASLEEP);
      r.r2 = in.hasMore();
    }
  }

  /** The same with nothing in between. */
  @JCStressTest
  @State
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "it sleeps, and nobody rings")
  @Outcome(expect = ACCEPTABLE)
  public static class BrokenWakeUpAfterPut extends Shared {
    @Actor
    public void writer(ZZ_Result r) {
      put(1);
      r.r1 = !out.isAwake() && out.mustRing(false);
    }

    @Actor
    public void reader(ZZ_Result r) {
      in.sleep(FrameRing.Sleep.ASLEEP);
      r.r2 = in.hasMore();
    }
  }

  /** A reader that naps finds the last of what was written, or is woken. */
  @JCStressTest
  @State
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "it naps, and nobody rings")
  @Outcome(expect = ACCEPTABLE)
  public static class WakeUpFromNap extends Shared {
    @Actor
    public void writer(ZZ_Result r) {
      write(1);
      r.r1 = out.mustRing(true);
    }

    @Actor
    public void reader(ZZ_Result r) {
      in.sleep(FrameRing.Sleep.NAPPING);
      r.r2 = in.hasMore();
    }
  }
}
