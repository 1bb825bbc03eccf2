package dev.tutti.task;

import java.io.Serial;
import java.util.List;
import java.util.Objects;

/**
 * One item of a bulk call, one task of a group or one node of a graph did not succeed. The message
 * names it, the {@linkplain #getCause cause} is what the task threw or the {@link
 * WorkerLostException}, and the stack is that of the caller.
 *
 * @since 0.1
 */
public final class TaskFailedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;
  private static final int SHORT = 80;

  /** The item's place in the input. */
  private final long index;

  /** The number of the attempt that failed. */
  private final int attempt;

  /** The names of nodes, of a graph. */
  private final String[] path;

  /**
   * Makes the exception.
   *
   * @param index the item's place in the input, from 0
   * @param item the item in words; cut to 80 characters in the message
   * @param attempt the number of the attempt that failed, from 1
   * @param cause what the task threw
   */
  public TaskFailedException(long index, String item, int attempt, Throwable cause) {
    this(
        "item %d failed: item=%s attempt=%d cause=%s"
            .formatted(
                index, shortened(item), attempt, text(Objects.requireNonNull(cause, "cause"))),
        index,
        attempt,
        cause);
  }

  private TaskFailedException(
      String message, long index, int attempt, Throwable cause, String... path) {
    super(message, cause);
    this.index = index;
    this.attempt = attempt;
    this.path = path;
  }

  /**
   * Makes the exception for a task of a group.
   *
   * @param index which fork it was, from 0
   * @param attempt the number of the attempt that failed, from 1
   * @param cause what the task threw
   * @return the exception
   */
  public static TaskFailedException ofFork(long index, int attempt, Throwable cause) {
    String message =
        "fork %d of the group failed: attempt=%d cause=%s"
            .formatted(index, attempt, text(Objects.requireNonNull(cause, "cause")));
    return new TaskFailedException(message, index, attempt, cause);
  }

  /**
   * Makes the exception for items that ran together, of which one has failed and nobody knows
   * which.
   *
   * @param first the place of the first of them in the input, from 0
   * @param last the place of the last of them
   * @param attempt the number of the attempt that failed, from 1
   * @param cause what is known, such as how the worker died
   * @return the exception
   */
  public static TaskFailedException ofItems(long first, long last, int attempt, Throwable cause) {
    String message =
        "one of items %d to %d failed: attempt=%d cause=%s"
            .formatted(first, last, attempt, text(Objects.requireNonNull(cause, "cause")));
    return new TaskFailedException(message, first, attempt, cause);
  }

  /**
   * Makes the exception for a node of a graph.
   *
   * @param index which node it was, in the order in which they were made, from 0
   * @param path the names of the nodes from the one that failed to the one that was asked for
   * @param attempt the number of the attempt that failed, from 1
   * @param cause what the task threw
   * @return the exception
   */
  public static TaskFailedException ofNode(
      long index, List<String> path, int attempt, Throwable cause) {
    String message =
        "node '%s' failed: path=%s attempt=%d cause=%s"
            .formatted(
                path.getFirst(),
                String.join(" > ", path),
                attempt,
                text(Objects.requireNonNull(cause, "cause")));
    return new TaskFailedException(message, index, attempt, cause, path.toArray(new String[0]));
  }

  /**
   * {@return the names of the nodes of a graph from the one that failed to the one that was asked
   * for; empty if it was no node} Of a long path the middle is left out.
   */
  public List<String> path() {
    return List.of(path);
  }

  /**
   * {@return the place of the item in the input, or of the first of several; or which fork of its
   * group, or which node of its graph it was; from 0}
   */
  public long index() {
    return index;
  }

  /** {@return the number of the attempt that failed, from 1} */
  public int attempt() {
    return attempt;
  }

  private static String text(Throwable cause) {
    try {
      return cause.toString();
    } catch (RuntimeException | Error e) { // a user's exception that cannot say what it is about
      return cause.getClass().getName();
    }
  }

  private static String shortened(String text) {
    return text.length() <= SHORT ? text : text.substring(0, SHORT - 3) + "...";
  }
}
