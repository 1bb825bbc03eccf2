package dev.tutti.process.group;

import static java.util.Objects.requireNonNull;

import dev.tutti.origin.ClassServer;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.LateSocket;
import dev.tutti.process.wire.WireException;
import dev.tutti.spi.ServiceThread;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers what one process asks about the classes of this one.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
public final class ClassAnswers {
  /*
   * The code of a user's class loader runs for an answer, so it gets a thread of its own: nothing that the pool needs waits for it. The thread is
   * none of the virtual ones, if there is another, as tasks on those may hold all processors until the class that they wait for is there.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");

  /** As many as a frame holds, by far. */
  private static final int MOST_GONE = 1_000;

  private final String name;
  private final ClassServer server = new ClassServer(this::tellGone);
  private volatile @Nullable LateSocket control; // there before the first answer

  /**
   * Makes one for a process that has asked nothing yet.
   *
   * @param process its name
   */
  public ClassAnswers(String process) {
    this.name = process;
  }

  /**
   * Answers a question, some time later.
   *
   * @param question what has come
   * @param control where the answer goes
   * @throws WireException if it is none
   */
  public void take(Frame question, LateSocket control) throws WireException {
    ByteBuffer content = question.atLeast(Long.BYTES);
    long number = content.getLong();
    this.control = control;
    Runnable answer = () -> answer(number, content, control);
    try {
      ServiceThread.builder().name(name + "-classes").start(answer);
    } catch (OutOfMemoryError noThread) {
      Thread.ofVirtual().name(name + "-classes").start(answer);
    }
  }

  private void answer(long number, ByteBuffer question, LateSocket control) {
    ByteBuffer frame;
    try {
      frame = frame(number, server.answer(question));
    } catch (Throwable e) { // code of a loader, no memory: who asks is not to wait for ever
      LOG.log(Level.WARNING, "{0}: what it asks of a class loader has no answer: {1}", name, e);
      frame = frame(number, ClassServer.nothing());
    }
    send(control, frame);
    drain(control);
  }

  private static ByteBuffer frame(long number, ByteBuffer answer) {
    return Frame.begin(Frame.Kind.ANSWER, Math.addExact(Long.BYTES, answer.remaining()))
        .putLong(number)
        .put(answer);
  }

  private void tellGone(long[] gone) {
    LateSocket to = requireNonNull(control, "control");
    for (int from = 0; from < gone.length; from += MOST_GONE) {
      int count = Math.min(MOST_GONE, gone.length - from);
      ByteBuffer frame = Frame.begin(Frame.Kind.LOADERS_GONE, count * Long.BYTES);
      for (int i = 0; i < count; i++) {
        frame.putLong(gone[from + i]);
      }
      send(to, frame);
    }
    if (to.hasPending()) {
      Thread.ofVirtual().name(name + "-classes").start(() -> drain(to));
    }
  }

  private void send(LateSocket control, ByteBuffer frame) {
    try {
      control.send(List.of(frame.flip()));
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "{0} is gone already: {1}", name, e);
    }
  }

  /**
   * The pool's side of the control channel is read by nobody, so what it does not take at once is
   * pushed on here.
   */
  private void drain(LateSocket control) {
    try {
      control.drain();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "{0} is gone already: {1}", name, e);
    }
  }
}
