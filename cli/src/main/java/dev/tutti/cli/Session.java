package dev.tutti.cli;

import dev.tutti.Pool;
import dev.tutti.plan.BackendOptions;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Outcome;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One run of a command: its streams, what it has opened, and how it ends in good order. */
final class Session implements AutoCloseable {
  /*
   * It ends in one of three ways. The command returns: close() runs on its thread. The reader of standard
   * output goes away: the pools are stopped, the command's thread sees that and returns. A signal comes:
   * the JVM runs the hook, beside the command's thread, and exits with 128 + its number whatever that
   * thread does, so the hook does all that must be done.
   *
   * `lock` guards what is open and the two flags; nothing is closed while it is held. `opening` is held
   * while something is opened that must be closed again, and by the hook: so that sees all of it, and
   * nothing is opened after it. `opening` comes before `lock`.
   */
  private static final long OPENING_MILLIS = 1_000; // far longer than it takes
  private static final long LAST_WRITE_MILLIS = 300; // a reader that does not read must not hold us

  private final Talk talk = Talk.onStderr();
  private final LineOutput out = LineOutput.onStdout(talk, this::stopPools);
  private final Thread hook = new Thread(this::interrupted, "tutti-cli-interrupted");
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();

  private final ReentrantLock opening = new ReentrantLock();
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Pool> pools = new ArrayDeque<>();
  private final Deque<Runnable> cleanUps = new ArrayDeque<>();
  private OptionalLong total = OptionalLong.empty();
  private Runnable lastResults = () -> {};
  private boolean stopped;
  private boolean interrupted;

  private Session() {
    System.setOut(System.err); // what the user's code prints in this JVM is talk, not data
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Runs a command from its beginning to its end; returns its exit code. */
  static int run(Consumer<Session> command) {
    try (Session session = new Session()) {
      try {
        command.accept(session);
      } catch (RuntimeException e) {
        if (!session.isStopped()) { // else the pools were closed under it, as they should be
          throw e;
        }
      }
      return session.exitCode();
    } catch (UncheckedIOException e) {
      throw CommandException.brokenOff(e.getMessage() + ": " + e.getCause());
    }
  }

  private int exitCode() {
    long count = failed.get();
    if (count == 0 || isStopped()) {
      return ExitCode.DONE; // a reader that has gone had what it wanted
    }
    talk.say(items(count) + " failed");
    return ExitCode.SOME_FAILED;
  }

  private static String items(long count) {
    return count == 1 ? "1 item" : count + " items";
  }

  Talk talk() {
    return talk;
  }

  LineOutput out() {
    return out;
  }

  /** How many items the whole command has, for the report of an interrupt. */
  void expect(long items) {
    lock.lock();
    try {
      total = OptionalLong.of(items);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Does something first when the session is interrupted, such as to print what has waited for its
   * turn. Not if it takes long, since nobody may read what it prints.
   */
  void atInterrupt(Runnable printer) {
    lock.lock();
    try {
      lastResults = printer;
    } finally {
      lock.unlock();
    }
  }

  private void printLastResults() {
    Runnable printer;
    lock.lock();
    try {
      printer = lastResults;
    } finally {
      lock.unlock();
    }
    try {
      printer.run();
    } catch (UncheckedIOException e) {
      talk.say(e.getMessage() + ": " + e.getCause());
    }
  }

  /** Counts an item, and says why it failed if it did. */
  void count(String input, Outcome<?> outcome) {
    if (!(outcome instanceof Cancelled)) {
      done.incrementAndGet();
    }
    if (!outcome.succeeded()) {
      countFailure(input, outcome);
    }
  }

  /** Says why an item failed, and counts that; the command will not end well. */
  void countFailure(String input, Outcome<?> outcome) {
    if (isStopped()) {
      return; // what ends now is cancelled by the stop
    }
    failed.incrementAndGet();
    talk.say("failed: " + Words.oneLine(input) + ": " + Words.cause(outcome));
  }

  /** Opens a pool that ends with this session. */
  Pool open(BackendOptions options) {
    return opening(() -> {
      Pool pool = opened(options);
      lock.lock();
      try {
        pools.push(pool);
      } finally {
        lock.unlock();
      }
      return pool;
    });
  }

  private static Pool opened(BackendOptions options) {
    try {
      return Pool.open(options);
    } catch (RuntimeException e) {
      throw CommandException.notStarted("cannot open the pool: " + Words.of(e));
    }
  }

  /**
   * Does something that leaves something behind, which {@link #atEnd} removes; not after the end.
   */
  <T> T opening(Supplier<T> action) {
    opening.lock();
    try {
      if (isStopped()) {
        throw new CancellationException("the session has ended");
      }
      return action.get();
    } finally {
      opening.unlock();
    }
  }

  /** Does something when the session ends, in whatever way; the last one first. */
  void atEnd(Runnable cleanUp) {
    lock.lock();
    try {
      cleanUps.push(cleanUp);
    } finally {
      lock.unlock();
    }
  }

  /** Whether the command is being ended from outside, so that its own failures mean nothing. */
  boolean isStopped() {
    lock.lock();
    try {
      return stopped || interrupted;
    } finally {
      lock.unlock();
    }
  }

  private void stopPools() {
    lock.lock();
    try {
      stopped = true;
    } finally {
      lock.unlock();
    }
    talk.mute();
    closePoolsNow();
  }

  private void interrupted() {
    forAMoment(this::printLastResults); // first: what ends later has been stopped by this
    lock.lock();
    try {
      interrupted = true;
    } finally {
      lock.unlock();
    }
    forAMoment(talk::mute);
    if (!awaitOpening()) {
      forAMoment(() -> talk.say("something is still being opened, and may be left behind"));
    }
    closePoolsNow();
    cleanUp();
    forAMoment(out::flush);
    String words =
        "%s: %d%s done%s"
            .formatted(
                ExitCall.find()
                    .map(place -> "the command ends, as System.exit was called at " + place)
                    .orElse("interrupted"),
                done.get(),
                total.isPresent() ? " of " + items(total.getAsLong()) : " items",
                failed.get() > 0 ? ", " + failed.get() + " of them failed" : "");
    forAMoment(() -> talk.say(words));
  }

  /** {@return whether nothing is being opened, nor will be} */
  private boolean awaitOpening() {
    try {
      return opening.tryLock(OPENING_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void closePoolsNow() {
    Pool[] open;
    lock.lock();
    try {
      open = pools.toArray(Pool[]::new);
    } finally {
      lock.unlock();
    }
    Thread[] closers = new Thread[open.length];
    for (int i = 0; i < open.length; i++) {
      closers[i] =
          Thread.ofPlatform().daemon().name("tutti-cli-closer-" + i).start(open[i]::closeNow);
    }
    for (Thread closer : closers) {
      joinQuietly(closer, 0);
    }
  }

  /** Writes something, unless nobody reads it: then nothing is to wait for that. */
  private static void forAMoment(Runnable write) {
    joinQuietly(
        Thread.ofPlatform().daemon().name("tutti-cli-last-write").start(write), LAST_WRITE_MILLIS);
  }

  private static void joinQuietly(Thread thread, long millis) {
    try {
      thread.join(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void cleanUp() {
    Runnable next = pollCleanUp();
    while (next != null) {
      next.run();
      next = pollCleanUp();
    }
  }

  private @Nullable Runnable pollCleanUp() {
    lock.lock();
    try {
      return cleanUps.poll();
    } finally {
      lock.unlock();
    }
  }

  /** Ends what is open; all results have been printed or are not wanted. */
  @Override
  public void close() {
    try {
      out.close();
    } finally {
      closePoolsNow();
      cleanUp();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        talk.mute(); // the JVM is ending: the hook says the last word
      }
    }
  }
}
