package dev.tutti.process.wire;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many threads of the whole machine run or want to, as the kernel said it about 10 ms ago at
 * the most.
 *
 * <p><b>Thread safety.</b> Any thread may ask.
 */
final class RunnableThreads implements IntSupplier {
  /*
   * It is asked between the two halves of a round trip, which takes little more than a wake-up: so the file stays open, and
   * nothing is made. A thread that is rarely asked runs this code slowly, so that there is little of it matters.
   */
  private static final String FILE = "/proc/loadavg"; // the fourth field is "runnable/all"
  private static final int MOST_BYTES = 128;
  private static final long VALID_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final int UNKNOWN = Integer.MAX_VALUE; // on another system

  /** Those of this machine. */
  static final RunnableThreads HERE = new RunnableThreads();

  private final AtomicLong nextNanos = new AtomicLong(System.nanoTime());
  private volatile int last = UNKNOWN;

  private final byte[] bytes = new byte[MOST_BYTES]; // guarded by this
  private @Nullable RandomAccessFile file; // guarded by this

  private RunnableThreads() {}

  /** {@return how many, this thread among them; a very large number where that is not known} */
  @Override
  public int getAsInt() {
    long now = System.nanoTime();
    long next = nextNanos.get();
    if (now - next >= 0 && nextNanos.compareAndSet(next, now + VALID_NANOS)) {
      last = read();
    }
    return last;
  }

  private synchronized int read() {
    try {
      if (file == null) {
        file = new RandomAccessFile(FILE, "r");
      }
      file.seek(0);
      int length = file.read(bytes);
      return runnable(bytes, length);
    } catch (IOException unknown) {
      closeFile(); // where a program plays the file, it may be a new one that knows
      return UNKNOWN;
    }
  }

  private void closeFile() {
    try (RandomAccessFile _ = file) {
      file = null;
    } catch (IOException nothingLost) {
      // It was only read, and has said already that it cannot be.
    }
  }

  /** {@return what the text of that file says} */
  static int runnable(byte[] text, int length) {
    int slash = 0;
    while (slash < length && text[slash] != '/') {
      slash++;
    }
    int count = 0;
    int unit = 1;
    for (int i = slash - 1; i >= 0 && text[i] >= '0' && text[i] <= '9'; i--) {
      count += unit * (text[i] - '0');
      unit *= 10;
    }
    return slash >= length || unit == 1 ? UNKNOWN : count;
  }
}
