package dev.tutti.codec;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.StampedLock;

/** Objects that would cross and silently become something else: each process would have its own. */
final class SharedState {
  private static final List<Class<?>> KINDS =
      List.of(
          Lock.class,
          ReadWriteLock.class,
          StampedLock.class,
          Condition.class,
          Semaphore.class,
          CountDownLatch.class,
          CyclicBarrier.class,
          Phaser.class,
          BlockingQueue.class,
          Future.class);

  /** A map writes some of these for those who read it with Java 7. They mean nothing. */
  private static final String LOCK_OF_MAP = "java.util.concurrent.ConcurrentHashMap$Segment";

  private SharedState() {}

  static boolean isOne(Object value) {
    return isOne(value.getClass());
  }

  static boolean isOne(Class<?> type) {
    return (KINDS.stream().anyMatch(kind -> kind.isAssignableFrom(type))
            && !type.getName().equals(LOCK_OF_MAP))
        || type.getName().startsWith("java.util.concurrent.atomic.");
  }

  /** {@return what to use instead, for processes; empty if there is nothing} */
  static String counterpart(Object value) {
    String name =
        switch (value) {
          case ReadWriteLock _ -> "sync.ProcessReadWriteLock";
          case StampedLock _ -> "sync.ProcessReadWriteLock";
          case ReentrantReadWriteLock.ReadLock _ -> "sync.ProcessReadWriteLock";
          case ReentrantReadWriteLock.WriteLock _ -> "sync.ProcessReadWriteLock";
          case Lock _ -> "sync.ProcessLock";
          case Condition _ -> "sync.ProcessLock and its newCondition()";
          case Semaphore _ -> "sync.ProcessSemaphore";
          case CountDownLatch _ -> "sync.ProcessLatch";
          case CyclicBarrier _ -> "sync.ProcessBarrier";
          case Phaser _ -> "sync.ProcessBarrier";
          case BlockingQueue<?> _ -> "sync.ProcessQueue";
          default -> ofAtomic(value.getClass().getName());
        };
    return name.isEmpty() ? "" : "use dev.tutti.memory." + name + ", ";
  }

  /** An adder is met as what it writes in its place, a class inside its own. */
  private static String ofAtomic(String name) {
    return switch (name.replaceAll(".*\\.|\\$.*", "")) {
      case "AtomicLong", "AtomicInteger", "AtomicBoolean", "LongAdder", "LongAccumulator" ->
          "SharedLong";
      case "DoubleAdder", "DoubleAccumulator" -> "SharedDouble";
      case "AtomicLongArray" -> "SharedLongs";
      case "AtomicIntegerArray" -> "SharedInts";
      default -> "";
    };
  }
}
