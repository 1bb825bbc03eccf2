package dev.tutti.process.group;

import dev.tutti.origin.ClassServer;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.LateSocket;
import dev.tutti.process.wire.WireException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Answers what one process asks about the classes of this one.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
public final class ClassAnswers {
  /*
   * The code of a user's class loader runs for an answer, so it gets a thread of its own: nothing that the pool needs waits for it.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");

  private final String name;
  private final ClassServer server = new ClassServer();

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
    Thread.ofVirtual().name(name + "-classes").start(() -> answer(number, content, control));
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

  /**
   * Says which class loaders are gone, if some are.
   *
   * @param control where that goes
   */
  void tellGone(LateSocket control) {
    long[] gone = server.gone();
    if (gone.length > 0) {
      ByteBuffer frame = Frame.begin(Frame.Kind.LOADERS_GONE, gone.length * Long.BYTES);
      for (long id : gone) {
        frame.putLong(id);
      }
      send(control, frame);
      if (control.hasPending()) {
        Thread.ofVirtual().name(name + "-classes").start(() -> drain(control));
      }
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
