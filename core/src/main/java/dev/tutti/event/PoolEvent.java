package dev.tutti.event;

import java.time.Duration;
import java.util.Objects;

/**
 * What happens to a pool, for whoever {@linkplain PoolListener listens}.
 *
 * {@snippet class=dev.tutti.EventSnippets region=poolEvents lang=java}
 *
 * @since 0.1
 */
public sealed interface PoolEvent {
  /** {@return the name of the pool} */
  String pool();

  /**
   * A worker process is ready.
   *
   * @param pool the name of the pool
   * @param worker the name of the worker
   * @param pid its process id
   * @param took how long its start took
   */
  record WorkerStarted(String pool, String worker, long pid, Duration took) implements PoolEvent {}

  /**
   * A worker process could not be started.
   *
   * @param pool the name of the pool
   * @param worker the name of the worker
   * @param cause why
   * @param left how many further starts may fail before what waits fails with the cause
   */
  record WorkerNotStarted(String pool, String worker, Throwable cause, int left)
      implements PoolEvent {}

  /**
   * A worker process is gone.
   *
   * @param pool the name of the pool
   * @param worker the name of the worker
   * @param pid its process id
   * @param reason why
   * @param words the reason in words, with the figures that decided it
   * @param tasks how many tasks it had run
   */
  record WorkerEnded(String pool, String worker, long pid, Reason reason, String words, long tasks)
      implements PoolEvent {
    /** Makes the event. */
    public WorkerEnded {
      Objects.requireNonNull(reason, "reason");
    }
  }

  /**
   * A task has told how far it is.
   *
   * @param pool the name of the pool
   * @param worker the name of the worker that runs it
   * @param index the task's place in the input of its bulk call, from 0; 0 for a submitted task
   * @param fraction how much of it is done, from 0 to 1
   * @param text what it is at, in its own words; empty if it has not said
   */
  record TaskAdvanced(String pool, String worker, long index, double fraction, String text)
      implements PoolEvent {
    /** Makes the event. */
    public TaskAdvanced {
      Objects.requireNonNull(text, "text");
    }
  }

  /**
   * Something has become of the file by which worker processes start faster. Without it they start
   * slower, and work all the same.
   *
   * @param pool the name of the pool
   * @param state what
   * @param words why, in words; of one that is refused, those of the JVM
   */
  record StartCache(String pool, CacheState state, String words) implements PoolEvent {
    /** Makes the event. */
    public StartCache {
      Objects.requireNonNull(state, "state");
    }
  }

  /**
   * The listener was slow, and missed events.
   *
   * @param pool the name of the pool
   * @param events how many
   */
  record EventsLost(String pool, long events) implements PoolEvent {}

  /** Why a worker is gone. */
  enum Reason {
    /** The pool is closed. */
    CLOSED,
    /** It had run as many tasks as it should. */
    TASKS,
    /** It took more memory than it should. */
    RESIDENT,
    /** Its heap held more than it should. */
    HEAP,
    /** It was as old as it should get. */
    AGE,
    /** It had had nothing to do for long enough. */
    IDLE,
    /** The pool was made smaller. */
    RESIZED,
    /** Its heap was full. */
    OUT_OF_MEMORY,
    /** It was killed to stop what it ran. */
    STOPPED,
    /** It ended by itself, or was ended by somebody else. */
    LOST
  }

  /** What has become of a start cache. */
  enum CacheState {
    /** It was not there, and is being made. */
    MISSING,
    /** It was made. */
    MADE,
    /** The JVM of a worker did not take it, or crashed with it, and it is gone. */
    REFUSED,
    /** It could not be made. This JVM does not try again. */
    FAILED
  }
}
