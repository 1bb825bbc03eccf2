package dev.tutti.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes to a channel, and waits where that does not: a program that shares our standard output may
 * have made it non-blocking, and then a reader that is slow looks like an error.
 */
final class WaitingOutput extends OutputStream {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final WritableByteChannel channel;

  WaitingOutput(WritableByteChannel channel) {
    this.channel = channel;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(bytes, offset, length);
    boolean interrupted = false;
    try {
      while (rest.hasRemaining()) {
        interrupted |= Thread.interrupted(); // or it would close the channel
        if (channel.write(rest) == 0) {
          LockSupport.parkNanos(this, PAUSE_NANOS);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
