package dev.tutti.process;

import dev.tutti.process.launch.LaunchPlan.LineTarget;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** Keeps what a process prints, the last of it if that is very much. */
final class Capture implements LineTarget {
  static final int MOST_BYTES = 1 << 24;

  private final Charset charset;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<byte[]> pieces = new ArrayDeque<>(); // guarded by `lock`
  private int kept;

  /**
   * @param encoding the property that names the stream's encoding, which a process inherits
   */
  Capture(String encoding) {
    this.charset = Charset.forName(System.getProperty(encoding, ""), Charset.defaultCharset());
  }

  /** A line, or a piece of one that is very long. */
  @Override
  public void line(byte[] bytes, int length) {
    lock.lock();
    try {
      pieces.addLast(Arrays.copyOf(bytes, length));
      kept += length;
      while (kept > MOST_BYTES) {
        kept -= pieces.removeFirst().length;
      }
    } finally {
      lock.unlock();
    }
  }

  /** {@return the lines that have come so far} */
  List<String> lines() {
    ByteArrayOutputStream all;
    lock.lock();
    try {
      all = new ByteArrayOutputStream(kept);
      pieces.forEach(all::writeBytes);
    } finally {
      lock.unlock();
    }
    return all.toString(charset).lines().toList();
  }
}
