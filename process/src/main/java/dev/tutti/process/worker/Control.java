package dev.tutti.process.worker;

import dev.tutti.process.wire.Channel;
import dev.tutti.process.wire.Frame;
import java.io.IOException;

/** Listens to the pool while an item runs, and ends the worker when the pool is gone. */
final class Control implements Runnable {
  private static final int GONE = 0;

  private final Channel channel;
  private final Attempt attempt;
  private final long parent;

  Control(Channel channel, Attempt attempt, long parent) {
    this.channel = channel;
    this.attempt = attempt;
    this.parent = parent;
  }

  @Override
  public void run() {
    try (channel) {
      ParentDeath.endsThisProcess(parent);
      for (Frame frame = channel.read(); frame != null; frame = channel.read()) {
        if (frame.kind() == Frame.Kind.INTERRUPT) {
          attempt.interrupt(frame.atLeast(Long.BYTES).getLong());
        }
      }
    } catch (IOException brokenChannel) {
      System.err.println("tutti: worker lost its pool: " + brokenChannel);
    } finally {
      Runtime.getRuntime().halt(GONE); // nobody is there to whom anything could matter
    }
  }
}
