package dev.tutti.process.worker;

import dev.tutti.process.wire.Frame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Sends what tasks tell the pool while they run. Any thread of a task may call it. */
@SuppressWarnings("EnumOrdinal") // both sides are of one build, which the greeting checks
final class Teller {
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int LONGEST_LINE_BYTES = 1 << 16;

  /** Sends, from any thread; one that sends more than is taken may have to wait. */
  @FunctionalInterface
  interface Sender {
    void send(List<ByteBuffer> frames) throws IOException;
  }

  private final Sender channel;
  private final AtomicLong nextProgressNanos = new AtomicLong(System.nanoTime());

  Teller(Sender channel) {
    this.channel = channel;
  }

  /** The end is told in any case, everything before it now and then. */
  void progress(long item, double fraction, String text) {
    long now = System.nanoTime();
    long next = nextProgressNanos.get();
    boolean due = now - next >= 0 && nextProgressNanos.compareAndSet(next, now + INTERVAL_NANOS);
    if (due || fraction == 1) {
      byte[] words = bytes(text, Frame.PROGRESS_TEXT_BYTES);
      send(
          Frame.begin(Frame.Kind.PROGRESS, 2 * Long.BYTES + words.length)
              .putLong(item)
              .putDouble(fraction)
              .put(words));
    }
  }

  void log(Level level, String message) {
    byte[] kept = bytes(message, LONGEST_LINE_BYTES);
    send(Frame.begin(Frame.Kind.LOG, 1 + kept.length).put((byte) level.ordinal()).put(kept));
  }

  private static byte[] bytes(String text, int most) {
    byte[] all = text.getBytes(StandardCharsets.UTF_8);
    return all.length > most ? Arrays.copyOf(all, most) : all;
  }

  private void send(ByteBuffer frame) {
    try {
      channel.send(List.of(frame.flip()));
    } catch (IOException e) {
      throw new UncheckedIOException("the pool is gone", e);
    }
  }
}
