package dev.tutti.process.launch;

import dev.tutti.process.launch.LaunchPlan.LineTarget;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.Charset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Carries what one worker prints to where it belongs, line by line, and keeps the last lines. */
final class OutputPump implements Runnable {
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final int KEPT_LINES = 20;
  private static final int MOST_HELD = 1_000;
  private static final int KEPT_LINE_BYTES = 1_000;
  private static final int LONGEST_LINE_BYTES = 1 << 16;

  private final InputStream in;
  private final @Nullable LineTarget target;
  private final byte[] prefix;
  private final ArrayDeque<String> tail = new ArrayDeque<>(); // guarded by itself
  private byte[] line = new byte[1 << 10];
  private int length;
  private int head; // how much of `line` is the prefix
  private boolean atLineStart = true;
  private boolean told;
  private volatile boolean passesOn;
  private final ReentrantLock passing = new ReentrantLock(); // so that lines stay in order
  private @Nullable List<byte[]> held; // guarded by passing

  /**
   * @param prefix what stands before each line that is passed on
   */
  OutputPump(InputStream in, @Nullable LineTarget target, String prefix) {
    this.in = in;
    this.target = target;
    this.prefix = prefix.getBytes(Charset.defaultCharset());
  }

  /** Keeps back what comes, until it is released. To be called before this runs. */
  void hold() {
    passing.lock();
    try {
      held = new ArrayList<>();
    } finally {
      passing.unlock();
    }
  }

  /** Passes on what was kept back, and what comes from now on. */
  void release() {
    passing.lock();
    try {
      List<byte[]> early = held;
      held = null;
      if (early != null) {
        early.forEach(kept -> passOn(kept, kept.length));
      }
    } finally {
      passing.unlock();
    }
  }

  /** {@return the last lines that came} */
  List<String> tail() {
    synchronized (tail) {
      return List.copyOf(tail);
    }
  }

  /** {@return whether it has something that is not passed on yet} */
  boolean passesOn() {
    return passesOn;
  }

  @Override
  public void run() {
    byte[] bytes = new byte[1 << 13];
    try (in) {
      for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
        passesOn = true;
        take(bytes, count);
        passesOn = false; // where it fails the thread ends, and its end is what is waited for
      }
    } catch (IOException closed) {
      // The stream of a process is closed when that has ended; what had come is what there is.
      endLine(false);
      return;
    }
    endLine(false);
  }

  private void take(byte[] bytes, int count) {
    for (int i = 0; i < count; i++) {
      if (atLineStart) {
        beginLine();
      }
      add(bytes[i]);
      if (bytes[i] == '\n') {
        endLine(true);
      } else if (length >= LONGEST_LINE_BYTES) {
        pass(); // a line without end must not fill the heap
      }
    }
  }

  private void beginLine() {
    atLineStart = false;
    for (byte b : prefix) {
      add(b);
    }
    head = length;
  }

  private void add(byte b) {
    if (length == line.length) {
      line = Arrays.copyOf(line, 2 * length);
    }
    line[length++] = b;
  }

  private void endLine(boolean whole) {
    atLineStart = true;
    if (length > 0) {
      keep(whole ? length - 1 : length);
      if (!whole) {
        add((byte) '\n'); // the process is gone: whatever comes next is another line
      }
      pass();
    }
  }

  private void keep(int bytes) {
    int kept = Math.min(bytes - head, KEPT_LINE_BYTES);
    String text = new String(line, head, kept, Charset.defaultCharset());
    synchronized (tail) {
      if (tail.size() == KEPT_LINES) {
        tail.removeFirst();
      }
      tail.addLast(text);
    }
  }

  private void pass() {
    passing.lock();
    try {
      if (held == null) {
        passOn(line, length);
      } else if (held.size() < MOST_HELD) {
        held.add(Arrays.copyOf(line, length));
      }
    } finally {
      passing.unlock();
      length = 0;
      head = 0;
    }
  }

  private void passOn(byte[] bytes, int count) {
    try {
      if (target != null) {
        target.line(bytes, count);
      }
    } catch (RuntimeException | Error e) {
      // A program's own stream: that it fails must not stop the worker, whose pipe would fill.
      if (!told) {
        told = true;
        LOG.log(Level.WARNING, "what a worker printed could not be passed on", e);
      }
    }
  }
}
