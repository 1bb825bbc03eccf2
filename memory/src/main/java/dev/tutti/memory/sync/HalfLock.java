package dev.tutti.memory.sync;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.lang.ref.Reference;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** One of the two locks of a {@link ProcessReadWriteLock}. */
final class HalfLock implements Lock, Serializable {
  private static final long serialVersionUID = 1;

  private final ProcessReadWriteLock whole;
  private final transient Readership readership;
  private final boolean writes;

  HalfLock(ProcessReadWriteLock whole, Readership readership, boolean writes) {
    this.whole = whole;
    this.readership = readership;
    this.writes = writes;
  }

  private boolean take(long nanos, boolean interruptibly) throws InterruptedException {
    if (interruptibly && Thread.interrupted()) {
      throw new InterruptedException();
    }
    try {
      return writes
          ? readership.write(nanos, interruptibly)
          : readership.read(nanos, interruptibly);
    } finally {
      Reference.reachabilityFence(whole); // it is not gone before it is known who has it
    }
  }

  @Override
  public void lock() {
    Uninterrupted.run(() -> take(Nanos.FOREVER, false));
  }

  @Override
  public void lockInterruptibly() throws InterruptedException {
    take(Nanos.FOREVER, true);
  }

  @Override
  public boolean tryLock() {
    try {
      return writes ? readership.tryWrite() : readership.tryRead();
    } finally {
      Reference.reachabilityFence(whole); // as above
    }
  }

  @Override
  public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
    return take(unit.toNanos(time), true);
  }

  @Override
  public void unlock() {
    if (writes) {
      readership.endWrite();
    } else {
      readership.endRead();
    }
  }

  @Override
  public Condition newCondition() {
    throw new UnsupportedOperationException(
        "the locks of a ProcessReadWriteLock have no conditions; use ProcessLock.newCondition()");
  }

  /** {@return what crosses in its place} */
  private Object writeReplace() {
    return new Handle(whole, writes);
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

  /**
   * What crosses in its place.
   *
   * @param whole both locks
   * @param writes which of them
   */
  private record Handle(ProcessReadWriteLock whole, boolean writes) implements Serializable {
    private Object readResolve() {
      return writes ? whole.writeLock() : whole.readLock();
    }
  }

  @Override
  public String toString() {
    return (writes ? "write lock of " : "read lock of ") + whole;
  }
}
