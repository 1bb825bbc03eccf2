package dev.tutti.spi;

import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * What the tasks of one worker have made once, for {@link dev.tutti.task.WorkerContext#perWorker}.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread; a value is made by one.
 *
 * @since 0.1
 */
public final class Belongings implements AutoCloseable {

  private final ReentrantLock lock = new ReentrantLock();
  private final SequencedMap<Class<?>, Object> values = new LinkedHashMap<>();

  /** Makes an empty place. */
  public Belongings() {}

  /**
   * {@return the value of a type, made if it is not there}
   *
   * @param <T> the type
   * @param type the type
   * @param make makes the value; what it throws is thrown on, and the next call tries anew
   */
  public <T> T get(Class<T> type, Supplier<? extends T> make) {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(make, "make");
    lock.lock();
    try {
      Object value = values.get(type);
      if (value == null) {
        value = Objects.requireNonNull(make.get(), "make returned null");
        values.put(type, value);
      }
      return type.cast(value);
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether nothing has been made} */
  public boolean isEmpty() {
    lock.lock();
    try {
      return values.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Closes what can be closed, the last made first. What fails in that is logged. */
  @Override
  public void close() {
    lock.lock();
    try {
      for (Object value : values.sequencedValues().reversed()) {
        close(value);
      }
      values.clear();
    } finally {
      lock.unlock();
    }
  }

  private static void close(Object value) {
    if (value instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception | Error e) { // the others are to be closed, and the worker is to leave
        String type = value.getClass().getName(); // its text is the user's code too
        System.getLogger("dev.tutti") // not at a worker's start, which it would make longer
            .log(Level.WARNING, "what a worker had made could not be closed: " + type, e);
      }
    }
  }
}
