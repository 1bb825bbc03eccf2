package dev.tutti.memory.sync;

import dev.tutti.memory.bell.SharedObject;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;

/**
 * A reentrant lock that one thread of all processes has at a time, and that is taken over from one
 * that has died.
 *
 * {@snippet class="dev.tutti.memory.sync.SyncSnippets" region="lock"}
 *
 * <p>{@link #newCondition} lets threads wait for what others do under the lock.
 *
 * <p><b>Lifetime.</b> As long as some process refers to it; see the {@linkplain
 * dev.tutti.memory.sync package}. A thread that has locked keeps a reference until it has unlocked.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread; the thread that has locked
 * unlocks. Who waits gets the lock in no particular order, unless it is {@linkplain #fair fair}.
 *
 * <p><b>Memory consistency.</b> What a thread does before it unlocks happens-before what the next
 * one, of whatever process, does after it has locked; for objects in memory that both share. What a
 * holder that died had written before its death is seen too.
 *
 * <p><b>Failure.</b> A holder whose process or thread has ended loses the lock to the next one,
 * which finds out within a second, or when the garbage collector has found that nothing in the
 * process of that thread refers to the lock. {@link #lock} does not throw for that, or {@code
 * lock}, {@code try}, {@code finally} would break; but what the lock guards may be half done, so
 * {@link #recovered} says so until somebody calls {@link #markConsistent}. A process that is only
 * stopped is not dead, and one that has got the process id of a dead one is not taken for it.
 *
 * @since 0.1
 */
public final class ProcessLock implements Lock, Serializable {
  private static final long serialVersionUID = 1;

  private final transient SharedObject object;
  private final transient Ownership ownership;

  ProcessLock(SharedObject object) {
    this.object = object;
    this.ownership =
        Cores.of(
            this, object, Ownership.class, () -> new Ownership(object.members(), object.key()));
  }

  /**
   * Makes a lock.
   *
   * @return the lock, unlocked
   * @throws java.io.UncheckedIOException if there is no room for it
   */
  public static ProcessLock create() {
    return create(false);
  }

  /**
   * Makes a lock that those who wait get in the order in which they came, in all processes. It
   * costs a change of threads, and often of processes, each time that somebody waits: where order
   * does not matter take {@link #create}.
   *
   * <p>{@link #tryLock()} does not wait, and so does not heed the order; {@link #tryLock(Duration)}
   * does.
   *
   * @return the lock, unlocked
   * @throws java.io.UncheckedIOException if there is no room for it
   */
  public static ProcessLock fair() {
    return create(true);
  }

  private static ProcessLock create(boolean fair) {
    return Handle.create(
        Kind.LOCK, ProcessLock.class, made -> Ownership.first(made.members().words(), fair));
  }

  Ownership ownership() {
    return ownership;
  }

  SharedObject object() {
    return object;
  }

  @Override
  public void lock() {
    Uninterrupted.run(() -> take(Nanos.FOREVER, false));
  }

  private boolean take(long nanos, boolean interruptibly) throws InterruptedException {
    try {
      return ownership.take(nanos, interruptibly);
    } finally {
      Reference.reachabilityFence(this); // it is not gone before it is known who has it
    }
  }

  @Override
  public void lockInterruptibly() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    take(Nanos.FOREVER, true);
  }

  @Override
  public boolean tryLock() {
    try {
      return ownership.tryOnce();
    } finally {
      Reference.reachabilityFence(this); // as above
    }
  }

  @Override
  public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    return take(unit.toNanos(time), true);
  }

  /**
   * Locks if that is possible within a time.
   *
   * @param timeout how long to wait; not at all if it is zero or negative
   * @return whether it is locked
   * @throws InterruptedException if the calling thread is interrupted; it has not locked then
   */
  public boolean tryLock(Duration timeout) throws InterruptedException {
    return tryLock(Nanos.of(timeout), TimeUnit.NANOSECONDS);
  }

  /**
   * Unlocks; who has locked several times unlocks as often.
   *
   * @throws IllegalMonitorStateException if the calling thread has not locked
   */
  @Override
  public void unlock() {
    ownership.give();
  }

  /**
   * Makes a condition of this lock. Each call makes another one: to wait at the same one elsewhere,
   * send or capture the condition.
   *
   * @return the condition
   * @throws java.io.UncheckedIOException if there is no room for it
   */
  @Override
  public ProcessCondition newCondition() {
    return ProcessCondition.create(this);
  }

  /** {@return whether those who wait get it in the order in which they came} */
  public boolean isFair() {
    return ownership.isFair();
  }

  /** {@return whether some thread of some process has locked} */
  public boolean isLocked() {
    return ownership.isTaken();
  }

  /** {@return whether the calling thread has locked} */
  public boolean isHeldByCurrentThread() {
    return ownership.isMine();
  }

  /** {@return how often the calling thread has locked and not unlocked} */
  public int holdCount() {
    return ownership.holds();
  }

  /** {@return who has locked; empty if nobody has} */
  public Optional<LockHolder> holder() {
    return ownership.owner();
  }

  /**
   * {@return the last holder that died with the lock, until {@link #markConsistent} is called}
   *
   * @throws IllegalMonitorStateException if the calling thread has not locked
   */
  public Optional<LockHolder> recovered() {
    ownership.ensureMine();
    return ownership.lost();
  }

  /**
   * Says that what the lock guards is in order again, or was so.
   *
   * @throws IllegalMonitorStateException if the calling thread has not locked
   */
  public void markConsistent() {
    ownership.ensureMine();
    ownership.forget();
  }

  /** {@return the handle that crosses in its place} */
  private Object writeReplace() {
    return Handle.of(Kind.LOCK, object);
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

  @Override
  public String toString() {
    return "ProcessLock[%s%s, waiting here=%d]"
        .formatted(ownership.describe(), isFair() ? ", fair" : "", ownership.waiting());
  }
}
