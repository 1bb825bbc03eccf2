package dev.tutti.process.worker;

import dev.tutti.process.wire.Channel;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.WireException;
import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Listens to the pool while an item runs, and ends the worker when the pool is gone. */
final class Control implements Runnable {
  private static final int GONE = 0;
  private static final long FULL_HEAP_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final Channel channel;
  private final Attempt attempt;
  private final long parent;
  private volatile boolean leaving;

  Control(Channel channel, Attempt attempt, long parent) {
    this.channel = channel;
    this.attempt = attempt;
    this.parent = parent;
  }

  @Override
  public void run() {
    try (channel) {
      askForDeathSignal();
      while (listen()) {
        // until the pool is gone
      }
    } catch (IOException | ClosedSelectorException brokenChannel) {
      if (!leaving) {
        System.err.println("tutti: worker lost its pool: " + brokenChannel);
      }
    } finally {
      while (leaving) {
        LockSupport.park(this); // with this thread the kernel would forget the wish made above
      }
      Runtime.getRuntime().halt(GONE); // nobody is there to whom anything could matter
    }
  }

  /**
   * The worker ends by itself, and listens no more: a JVM that exits waits up to 300 ms for threads
   * in native code, such as one that listens.
   */
  void leave() {
    leaving = true;
    try {
      channel.close();
    } catch (IOException e) {
      System.err.println("tutti: worker could not close its control channel: " + e);
    }
  }

  private void askForDeathSignal() throws IOException {
    try {
      ParentDeath.endsThisProcess(parent);
    } catch (Error taskFillsTheHeap) {
      // Or what becomes of that while classes are loaded. The end of the channel is what is left.
    }
  }

  /**
   * {@return whether the pool is still there} A task that fills the heap must not end its worker
   * here.
   */
  private boolean listen() throws IOException {
    try {
      Frame frame = channel.read();
      if (frame == null) {
        return false;
      }
      if (frame.kind() != Frame.Kind.INTERRUPT) {
        throw new WireException("pool sent what is not for control: kind=" + frame.kind());
      }
      attempt.interrupt(frame.atLeast(Long.BYTES).getLong());
      return true;
    } catch (OutOfMemoryError taskFillsTheHeap) {
      LockSupport.parkNanos(FULL_HEAP_PAUSE_NANOS);
      return true;
    }
  }
}
