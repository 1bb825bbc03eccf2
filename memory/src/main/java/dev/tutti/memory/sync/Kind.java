package dev.tutti.memory.sync;

import dev.tutti.memory.bell.SharedObject;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/** What an object of shared memory is. The order is part of its layout. */
@SuppressWarnings("ImmutableEnumChecker") // constructors
enum Kind {
  SEMAPHORE(ProcessSemaphore.class, ProcessSemaphore::new),
  LOCK(ProcessLock.class, ProcessLock::new),
  EVENT(ProcessEvent.class, ProcessEvent::new),
  LATCH(ProcessLatch.class, ProcessLatch::new),
  BARRIER(ProcessBarrier.class, ProcessBarrier::new),
  CONDITION(ProcessCondition.class, ProcessCondition::new),
  READ_WRITE_LOCK(ProcessReadWriteLock.class, ProcessReadWriteLock::new),
  QUEUE(ProcessQueue.class, ProcessQueue::new);

  private final Class<?> type;
  private final Function<SharedObject, Object> opener;

  Kind(Class<?> type, Function<SharedObject, Object> opener) {
    this.type = type;
    this.opener = opener;
  }

  /**
   * {@return what objects of a class are, if they can have a name} A condition goes with its lock.
   */
  static Optional<Kind> named(Class<?> type) {
    return Arrays.stream(values())
        .filter(kind -> kind.type == type && kind != CONDITION)
        .findFirst();
  }

  /** {@return its number in shared memory} */
  @SuppressWarnings("EnumOrdinal") // both sides are of one build, which the version checks
  int number() {
    return ordinal() + 1;
  }

  /** {@return the Java object for one in shared memory} */
  Object open(SharedObject object) {
    return opener.apply(object);
  }
}
