package dev.tutti.memory.sync;

import dev.tutti.memory.bell.SharedObject;
import java.util.function.Function;

/** What an object of shared memory is. The order is part of its layout. */
@SuppressWarnings("ImmutableEnumChecker") // constructors
enum Kind {
  SEMAPHORE(ProcessSemaphore::new),
  LOCK(ProcessLock::new),
  EVENT(ProcessEvent::new),
  LATCH(ProcessLatch::new),
  BARRIER(ProcessBarrier::new),
  CONDITION(ProcessCondition::new),
  READ_WRITE_LOCK(ProcessReadWriteLock::new),
  QUEUE(ProcessQueue::new);

  private final Function<SharedObject, Object> opener;

  Kind(Function<SharedObject, Object> opener) {
    this.opener = opener;
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
