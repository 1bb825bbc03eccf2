package dev.tutti.memory.sync;

import dev.tutti.memory.bell.SharedObject;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.lang.ref.Reference;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A condition of a {@link ProcessLock}: threads of several processes that have the lock leave it,
 * and wait until one that has it calls them.
 *
 * {@snippet class="dev.tutti.memory.sync.SyncSnippets" region="condition"}
 *
 * <p>{@link #signal} calls the one that has waited longest, in whatever process. As with every
 * condition, one may go on without having been called: {@link #waitFor(BooleanSupplier)} looks
 * again, and waits again.
 *
 * <p><b>Lifetime.</b> As long as some process refers to it; see the {@linkplain
 * dev.tutti.memory.sync package}. It refers to its lock, and takes it along where it is sent.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread that has the lock.
 *
 * <p><b>Memory consistency.</b> That of the lock, which who comes back has taken anew.
 *
 * <p><b>Failure.</b> One that dies while it waits, or after it was called and before it has the
 * lock, takes nothing with it: the next one is called in its place, within a second. When one dies
 * that has the lock, which may have been about to signal, all who wait go on within a second, as if
 * called; {@link ProcessLock#recovered} says why, until {@link ProcessLock#markConsistent}. One
 * that is only stopped, and is first, keeps the signals for those behind it, but not {@link
 * #signalAll}.
 *
 * @since 0.1
 */
public final class ProcessCondition implements Condition, Serializable {
  private static final long serialVersionUID = 1;
  private static final ReentrantLock BINDING = new ReentrantLock();

  private final transient SharedObject object;
  private transient volatile @Nullable Bond bond; // written once, by who has BINDING

  ProcessCondition(SharedObject object) {
    this.object = object;
  }

  static ProcessCondition create(ProcessLock lock) {
    ProcessCondition made =
        Handle.create(
            Kind.CONDITION,
            ProcessCondition.class,
            object -> Signals.first(object.members().words(), lock.object().key()));
    made.bind(lock);
    return made;
  }

  /** Before whoever reads it has it. */
  private void bind(ProcessLock lock) {
    BINDING.lock();
    try {
      if (bond == null) {
        bond = new Bond(lock, new Signals(object.members(), object.key(), lock.ownership()));
      }
    } finally {
      BINDING.unlock();
    }
  }

  private Bond bond() {
    Bond there = bond;
    if (there == null) {
      throw new IllegalStateException("this condition was read without its lock");
    }
    return there;
  }

  private Signals signals() {
    return bond().signals;
  }

  /** {@return the lock that it belongs to} */
  public ProcessLock lock() {
    return bond().lock;
  }

  private boolean leave(long nanos, boolean interruptibly) throws InterruptedException {
    try {
      return signals().await(nanos, interruptibly);
    } finally {
      Reference.reachabilityFence(this); // nor is its lock gone before it is known who has it again
    }
  }

  /**
   * Leaves the lock, waits until called, and takes the lock again.
   *
   * @throws InterruptedException if the calling thread is interrupted; it has the lock then
   * @throws IllegalMonitorStateException if the calling thread has not locked
   */
  @Override
  public void await() throws InterruptedException {
    boolean _ = leave(Nanos.FOREVER, true);
  }

  /**
   * Leaves the lock, waits until called, for some time, and takes the lock again.
   *
   * @param timeout how long; not at all if it is zero or negative
   * @return whether it was called
   * @throws InterruptedException if the calling thread is interrupted; it has the lock then
   * @throws IllegalMonitorStateException if the calling thread has not locked
   */
  public boolean await(Duration timeout) throws InterruptedException {
    return leave(Nanos.of(timeout), true);
  }

  /**
   * Leaves the lock, waits until called, for some time, and takes the lock again.
   *
   * @param time how long; not at all if it is zero or negative
   * @param unit the unit of the time
   * @return whether it was called
   * @throws InterruptedException if the calling thread is interrupted; it has the lock then
   * @throws IllegalMonitorStateException if the calling thread has not locked
   */
  @Override
  public boolean await(long time, TimeUnit unit) throws InterruptedException {
    return leave(unit.toNanos(time), true);
  }

  /**
   * Leaves the lock, waits until called, for some time, and takes the lock again.
   *
   * @param nanosTimeout how long, in nanoseconds; not at all if it is zero or negative
   * @return how much of the time is left, in nanoseconds; zero or less if none is
   * @throws InterruptedException if the calling thread is interrupted; it has the lock then
   * @throws IllegalMonitorStateException if the calling thread has not locked
   */
  @Override
  public long awaitNanos(long nanosTimeout) throws InterruptedException {
    long start = System.nanoTime();
    long nanos = Math.max(0, nanosTimeout); // the least number less some time would be a large one
    boolean _ = leave(nanos, true);
    return nanos - (System.nanoTime() - start);
  }

  /**
   * Leaves the lock, waits until called or until a moment, and takes the lock again.
   *
   * @param deadline the moment
   * @return whether it was called
   * @throws InterruptedException if the calling thread is interrupted; it has the lock then
   * @throws IllegalMonitorStateException if the calling thread has not locked
   */
  @Override
  @SuppressWarnings("JavaUtilDate") // that of the interface
  public boolean awaitUntil(Date deadline) throws InterruptedException {
    return leave(Nanos.of(Duration.between(Instant.now(), deadline.toInstant())), true);
  }

  /**
   * Leaves the lock, waits until called, and takes the lock again. An interrupt does not end it;
   * the flag is set again at the end.
   *
   * @throws IllegalMonitorStateException if the calling thread has not locked
   */
  @Override
  public void awaitUninterruptibly() {
    Uninterrupted.run(() -> leave(Nanos.FOREVER, false));
  }

  /**
   * Waits until something is so: looks now, and each time that this thread is called.
   *
   * @param condition what is to be so; it is asked with the lock held
   * @throws InterruptedException if the calling thread is interrupted; it has the lock then
   * @throws IllegalMonitorStateException if the calling thread has not locked
   */
  public void waitFor(BooleanSupplier condition) throws InterruptedException {
    waitFor(condition, Nanos.FOREVER);
  }

  /**
   * Waits until something is so, for some time: looks now, and each time that this thread is
   * called.
   *
   * @param condition what is to be so; it is asked with the lock held
   * @param timeout how long; not at all if it is zero or negative
   * @return whether it is so
   * @throws InterruptedException if the calling thread is interrupted; it has the lock then
   * @throws IllegalMonitorStateException if the calling thread has not locked
   */
  public boolean waitFor(BooleanSupplier condition, Duration timeout) throws InterruptedException {
    return waitFor(condition, Nanos.of(timeout));
  }

  private boolean waitFor(BooleanSupplier condition, long nanos) throws InterruptedException {
    signals().ensureMine();
    long start = System.nanoTime();
    boolean so = condition.getAsBoolean();
    long left = nanos;
    while (!so && left > 0) {
      boolean _ = leave(left, true);
      so = condition.getAsBoolean();
      left = nanos == Nanos.FOREVER ? nanos : nanos - (System.nanoTime() - start);
    }
    return so;
  }

  /**
   * Calls the one that has waited longest.
   *
   * @throws IllegalMonitorStateException if the calling thread has not locked
   */
  @Override
  public void signal() {
    signals().signal(1);
  }

  /**
   * Calls those that have waited longest.
   *
   * @param count how many, at least 1; all, if there are fewer
   * @throws IllegalArgumentException if the count is less than 1
   * @throws IllegalMonitorStateException if the calling thread has not locked
   */
  public void signal(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("count must be >= 1: count=" + count);
    }
    signals().signal(count);
  }

  /**
   * Calls all who wait.
   *
   * @throws IllegalMonitorStateException if the calling thread has not locked
   */
  @Override
  public void signalAll() {
    signals().signalAll();
  }

  /**
   * {@return how many threads wait, in all processes; also those that were called and wait for the
   * lock}
   */
  public int waiting() {
    return signals().waiting();
  }

  /** {@return the handles that cross in its place} */
  private Object writeReplace() {
    return new Handles(lock(), Handle.of(Kind.CONDITION, object));
  }

  /**
   * Refuses: only a handle crosses.
   *
   * @param in what is read
   * @throws InvalidObjectException always
   */
  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("only a handle crosses");
  }

  /** The lock, and the waiting at it. */
  private record Bond(ProcessLock lock, Signals signals) {}

  /**
   * What crosses in its place.
   *
   * @param lock the lock
   * @param condition its own handle; the condition where it is read
   */
  private record Handles(Object lock, Object condition) implements Serializable {
    private Object readResolve() throws InvalidObjectException {
      if (lock instanceof ProcessLock of
          && condition instanceof ProcessCondition read
          && Signals.isOf(read.object.members().words(), of.object().key())) {
        read.bind(of);
        return read;
      }
      throw new InvalidObjectException("cannot share: a condition with another lock than its own");
    }
  }

  @Override
  public String toString() {
    return "ProcessCondition[waiting=%d, lock=%s]".formatted(waiting(), signals().describeLock());
  }
}
