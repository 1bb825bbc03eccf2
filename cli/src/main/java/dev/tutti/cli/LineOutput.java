package dev.tutti.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Standard output: lines, written in large pieces while they come fast and one by one while they
 * come slowly.
 */
final class LineOutput implements AutoCloseable {
  /*
   * A thread of its own writes what has gathered ten milliseconds after the first line of it. So a line
   * is never held back for longer, and 200,000 lines cost a few hundred writes. `lock` guards the buffer
   * and is held while it is written; a reader that does not read blocks whoever prints, as it should.
   */
  private static final int BUFFER_BYTES = 1 << 16;
  private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final OutputStream out;
  private final boolean pipe;
  private final @Nullable Talk sharedScreen;
  private final Runnable onReaderGone;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition gathered = lock.newCondition();
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int length;
  private boolean closed;
  private boolean readerGone;
  private @Nullable IOException failure;

  /**
   * @param pipe whether a failed write means that the reader has gone, and not an error
   * @param sharedScreen whose progress is on the same terminal as the lines, or null
   * @param onReaderGone runs once when the reader has gone
   */
  LineOutput(OutputStream out, boolean pipe, @Nullable Talk sharedScreen, Runnable onReaderGone) {
    this.out = out;
    this.pipe = pipe;
    this.sharedScreen = sharedScreen;
    this.onReaderGone = onReaderGone;
    Thread.ofPlatform().daemon().name("tutti-cli-output").start(this::writeWhenGathered);
  }

  static LineOutput onStdout(Talk talk, Runnable onReaderGone) {
    return new LineOutput(
        new WaitingOutput(new FileOutputStream(FileDescriptor.out).getChannel()),
        Terminals.isPipe(Terminals.STDOUT),
        Terminals.isTerminal(Terminals.STDOUT) ? talk : null,
        onReaderGone);
  }

  /**
   * Prints a line.
   *
   * @throws UncheckedIOException if it cannot be written, though there is a reader
   */
  void line(String text) {
    byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
    lock.lock();
    try {
      throwFailure();
      if (bytes.length > buffer.length - length) {
        write();
      }
      if (bytes.length > buffer.length) {
        write(bytes, bytes.length);
        throwFailure();
        return;
      }
      System.arraycopy(bytes, 0, buffer, length, bytes.length);
      if (length == 0) {
        gathered.signal();
      }
      length += bytes.length;
    } finally {
      lock.unlock();
    }
  }

  /** Whether nobody reads any more, so that there is nothing left to do. */
  boolean isReaderGone() {
    lock.lock();
    try {
      return readerGone;
    } finally {
      lock.unlock();
    }
  }

  private void writeWhenGathered() {
    boolean goesOn = true;
    while (goesOn) {
      goesOn = awaitGathered();
      LockSupport.parkNanos(GATHER_NANOS);
      flush();
    }
  }

  private boolean awaitGathered() {
    lock.lock();
    try {
      while (length == 0 && !closed) {
        gathered.awaitUninterruptibly();
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** Writes what has gathered. */
  void flush() {
    lock.lock();
    try {
      write();
    } finally {
      lock.unlock();
    }
  }

  private void write() {
    write(buffer, length);
    length = 0;
  }

  private void write(byte[] bytes, int count) {
    if (failure != null || readerGone || count == 0) {
      return;
    }
    if (sharedScreen == null) {
      writeNow(bytes, count);
    } else {
      sharedScreen.besideProgress(() -> writeNow(bytes, count));
    }
  }

  private void writeNow(byte[] bytes, int count) {
    try {
      out.write(bytes, 0, count);
    } catch (IOException e) {
      if (pipe) {
        readerGone = true;
        Thread.ofPlatform().daemon().name("tutti-cli-reader-gone").start(onReaderGone);
      } else {
        failure = e;
      }
    }
  }

  private void throwFailure() {
    if (failure != null) {
      throw new UncheckedIOException("cannot write to standard output", failure);
    }
  }

  /**
   * Writes what has gathered.
   *
   * @throws UncheckedIOException if it cannot be written, though there is a reader
   */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      gathered.signal();
      write();
      throwFailure();
    } finally {
      lock.unlock();
    }
  }
}
