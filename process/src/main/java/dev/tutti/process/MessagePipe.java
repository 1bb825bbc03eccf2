package dev.tutti.process;

import dev.tutti.process.pipe.Match;
import java.io.Serial;
import java.io.Serializable;
import java.util.Objects;

/**
 * Two ends for two processes, or two threads: what is sent at one is received at the other.
 *
 * {@snippet class=dev.tutti.process.PipeSnippets region=pipe lang=java}
 *
 * <p>The ends are used where they are needed: in tasks of pools, in the tasks of a {@link
 * JvmProcess}, in pools nested in them, or both in one JVM. A pipe, or one of its ends, is sent as
 * any other value; see {@link PipeEnd} for whose it is then. If neither is used by the process that
 * has opened the pipe, messages go through that process. JVMs that do not come from the same family
 * use a {@link PipeListener}.
 *
 * <p><b>Lifetime.</b> {@link #close} closes both ends, but for one that another process uses. In
 * the process that has opened the pipe that means also: who has been sent an end and has not used
 * it cannot do so any more. While an end that was sent has not been used, there is a socket in a
 * folder that only this user can enter; it is removed with the first use, with {@code close}, with
 * the end of the JVM, or, if that was killed, by the next one.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 *
 * <p><b>Failure.</b> The death of the process that has one end ends the stream of the other. The
 * death of the process that has opened the pipe does the same for an end that was never used, and
 * for a pipe whose messages it carries.
 *
 * @since 0.1
 */
public final class MessagePipe implements AutoCloseable, Serializable {
  @Serial private static final long serialVersionUID = 1L;

  private final transient PipeEnd first;
  private final transient PipeEnd second;

  private MessagePipe(PipeEnd first, PipeEnd second) {
    this.first = first;
    this.second = second;
  }

  /** {@return a pipe whose ends both send and receive} */
  public static MessagePipe open() {
    Match match = new Match();
    return new MessagePipe(
        new PipeEnd(match.side(0), true, true), new PipeEnd(match.side(1), true, true));
  }

  /** {@return a pipe whose first end only receives and whose second only sends} */
  public static MessagePipe openOneWay() {
    Match match = new Match();
    return new MessagePipe(
        new PipeEnd(match.side(0), true, false), new PipeEnd(match.side(1), false, true));
  }

  /** {@return the one end} */
  public PipeEnd first() {
    return first;
  }

  /** {@return the other end} */
  public PipeEnd second() {
    return second;
  }

  /** Closes both ends, but for one that another process uses. */
  @Override
  public void close() {
    first.close();
    second.close();
  }

  /**
   * What is sent in place of a pipe.
   *
   * @param first its one end
   * @param second its other end
   */
  private record Sent(PipeEnd first, PipeEnd second) implements Serializable {
    @Serial
    private Object readResolve() {
      return new MessagePipe(
          Objects.requireNonNull(first, "first"), Objects.requireNonNull(second, "second"));
    }
  }

  /** {@return what is sent in place of it} */
  @Serial
  private Object writeReplace() {
    return new Sent(first, second);
  }
}
