package dev.tutti.process.worker;

import dev.tutti.origin.ClassSource;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.FrameStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** What this process asks the one that started it, while a task runs or is read. */
final class Questions extends ClassSource {
  /*
   * A question goes by the channel of outcomes, from whichever thread needs a class; its answer comes by the control channel, because the
   * thread that reads the other one may be the one that waits. `open` has who waits, by number. An answer or a failure is
   * written before its thread is unparked, and read by that thread alone: both fields are volatile.
   */
  private final FrameStream stream;
  private final Teller.Sender sender;
  private final Control control;
  private final Drain pending;
  private final Thread runner;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<Long, Waiting> open = new ConcurrentHashMap<>();

  /** Waits until the system has taken what was sent, from any thread. */
  @FunctionalInterface
  interface Drain {
    void drain() throws IOException;
  }

  private static final class Waiting {
    final Thread thread = Thread.currentThread();
    volatile @Nullable ByteBuffer answer;
    volatile boolean failed;
  }

  /**
   * @param stream where questions go from the runner, which reads it
   * @param sender where they go from other threads
   * @param pending what those threads wait for then
   * @param control brings the answers
   * @param runner the thread that runs items
   */
  Questions(
      FrameStream stream, Teller.Sender sender, Drain pending, Control control, Thread runner) {
    this.stream = stream;
    this.sender = sender;
    this.pending = pending;
    this.control = control;
    this.runner = runner;
  }

  @Override
  protected ByteBuffer ask(ByteBuffer question) throws IOException {
    Waiting mine = new Waiting();
    long number = numbers.incrementAndGet();
    boolean interrupted = Thread.interrupted();
    open.put(number, mine);
    try {
      control.beginNow();
      send(
          Frame.begin(Frame.Kind.QUESTION, Long.BYTES + question.remaining())
              .putLong(number)
              .put(question));
      if (control.isDeaf()) { // who says so fails what is open then, which may have been before
        mine.failed = true;
      }
      while (true) {
        ByteBuffer answer = mine.answer;
        if (answer != null) {
          return answer;
        }
        if (mine.failed) {
          throw new OutOfMemoryError("no memory for the answer to a question about a class");
        }
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
    } finally {
      open.remove(number);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void send(ByteBuffer frame) throws IOException {
    List<ByteBuffer> frames = List.of(frame.flip());
    if (Thread.currentThread() == runner) {
      stream.sendFully(frames);
    } else {
      sender.send(frames);
      pending.drain(); // the runner may send nothing more until this has its answer
    }
  }

  /** An answer has come. */
  void answered(ByteBuffer content) {
    Waiting waiting = open.get(content.getLong());
    if (waiting != null) {
      waiting.answer = content;
      LockSupport.unpark(waiting.thread);
    }
  }

  /** An answer may have been lost. */
  void fail() {
    for (Waiting waiting : open.values()) {
      waiting.failed = true;
      LockSupport.unpark(waiting.thread);
    }
  }
}
