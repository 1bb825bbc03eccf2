package dev.tutti.process.worker;

import dev.tutti.origin.ClassSource;
import dev.tutti.process.wire.Channel;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.Introduction;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a JVM begins that was started for one task. */
public final class ProcessMain {
  private static volatile @Nullable Introduction starter;
  private static volatile @Nullable ProcessHandle parent;

  private ProcessMain() {}

  /**
   * Runs the task. Then this JVM ends as any other whose {@code main} has ended: threads that are
   * no daemons are waited for, and what the task has thrown is printed and makes the exit status 1.
   *
   * @param args none
   * @throws Throwable what the task throws, or that who started this JVM cannot be reached
   */
  public static void main(String[] args) throws Throwable {
    Connection connection = Connection.open();
    starter = connection.starter();
    parent = ProcessHandle.of(connection.starter().parent()).orElse(null);
    Channel work = connection.connect(Frame.Role.WORK);
    Channel control = connection.connect(Frame.Role.CONTROL);
    Control listening = connection.control(() -> control);
    Questions questions =
        new Questions(work, work::send, work::drain, listening, Thread.currentThread());
    listening.answers(questions);
    ClassSource.parent(questions);
    listening.begin();
    Throwable failure = new OwnTask(connection, work).run();
    connection.lastWords().isLeaving();
    if (failure != null) {
      throw failure;
    }
  }

  /**
   * {@return what this JVM was told by who started it; empty unless it was started for one task}
   */
  public static Optional<Introduction> starter() {
    return Optional.ofNullable(starter);
  }

  /** {@return who started it} */
  public static Optional<ProcessHandle> parent() {
    return Optional.ofNullable(parent);
  }
}
