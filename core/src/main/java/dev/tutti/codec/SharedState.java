package dev.tutti.codec;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.StampedLock;

/** Objects that would cross and silently become something else: each process would have its own. */
final class SharedState {
  private static final List<Class<?>> KINDS =
      List.of(
          Lock.class,
          ReadWriteLock.class,
          StampedLock.class,
          Semaphore.class,
          BlockingQueue.class,
          Future.class);

  private SharedState() {}

  static boolean isOne(Object value) {
    return isOne(value.getClass());
  }

  static boolean isOne(Class<?> type) {
    return KINDS.stream().anyMatch(kind -> kind.isAssignableFrom(type))
        || type.getName().startsWith("java.util.concurrent.atomic.");
  }

  /** {@return what to use instead, for processes; empty if there is nothing} */
  static String counterpart(Object value) {
    return switch (value) {
      case Lock _ -> "use dev.tutti.memory.sync.ProcessLock, ";
      case Semaphore _ -> "use dev.tutti.memory.sync.ProcessSemaphore, ";
      default -> "";
    };
  }
}
