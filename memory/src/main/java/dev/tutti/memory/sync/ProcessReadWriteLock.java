package dev.tutti.memory.sync;

import dev.tutti.memory.bell.SharedObject;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;

/**
 * Two reentrant locks: one that many threads of all processes have at a time, to read, and one that
 * a single thread has, to write.
 *
 * {@snippet class="dev.tutti.memory.sync.SyncSnippets" region="readWriteLock"}
 *
 * <p>Who comes waits behind those who wait already, so neither readers nor writers starve; readers
 * that come one after the other go together; {@code tryLock()}, which does not wait, does not heed
 * that order. A thread that has one of the locks gets it again at once. A writer may lock to read
 * and then unlock the write lock: it goes on as a reader. A reader cannot become a writer, since
 * two that tried would wait for each other; it gets an {@code IllegalMonitorStateException}.
 *
 * <p>The locks have no conditions; those of {@link ProcessLock} have.
 *
 * <p><b>Lifetime.</b> As long as some process refers to it; see the {@linkplain
 * dev.tutti.memory.sync package}. Each of its locks may be sent alone. A thread that has locked
 * keeps a reference until it has unlocked.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread; the thread that has locked
 * unlocks.
 *
 * <p><b>Memory consistency.</b> What a writer does before it unlocks happens-before what the next
 * readers and writers do after they have locked; what readers do before they unlock happens-before
 * what the next writer does; for objects in memory that both share.
 *
 * <p><b>Failure.</b> A reader whose process or thread has ended does not count any more, and a
 * writer whose process or thread has ended loses the lock to the next one; both are found within a
 * second, or when the garbage collector has found that nothing in the process of that thread refers
 * to the lock. What a dead writer was writing may be half done: {@link #recovered} says so to
 * readers and writers, until a writer calls {@link #markConsistent}. Nothing throws for that. One
 * that dies while it waits takes nothing with it. A process that is only stopped is not dead.
 *
 * @since 0.1
 */
public final class ProcessReadWriteLock implements ReadWriteLock, Serializable {
  private static final long serialVersionUID = 1;

  private final transient SharedObject object;
  private final transient Readership readership;
  private final transient Lock readLock;
  private final transient Lock writeLock;

  ProcessReadWriteLock(SharedObject object) {
    this.object = object;
    this.readership =
        Cores.of(
            this, object, Readership.class, () -> new Readership(object.members(), object.key()));
    this.readLock = new HalfLock(this, readership, false);
    this.writeLock = new HalfLock(this, readership, true);
  }

  /**
   * Makes a lock.
   *
   * @return the lock, unlocked
   * @throws java.io.UncheckedIOException if there is no room for it
   */
  public static ProcessReadWriteLock create() {
    return Handle.create(Kind.READ_WRITE_LOCK, ProcessReadWriteLock.class, made -> {});
  }

  /** {@return the lock to read; many threads have it at a time} */
  @Override
  public Lock readLock() {
    return readLock;
  }

  /** {@return the lock to write; one thread has it, while nobody reads} */
  @Override
  public Lock writeLock() {
    return writeLock;
  }

  /** {@return how many threads read, in all processes} */
  public int readers() {
    return readership.reading();
  }

  /** {@return who writes, or died while it did and has no successor yet; empty if nobody} */
  public Optional<LockHolder> writer() {
    return readership.writer();
  }

  /** {@return how often the calling thread has locked to read and not unlocked} */
  public int readHoldCount() {
    return readership.readHolds();
  }

  /** {@return how often the calling thread has locked to write and not unlocked} */
  public int writeHoldCount() {
    return readership.writeHolds();
  }

  /**
   * {@return the last one that died while it wrote, until {@link #markConsistent} is called}
   *
   * @throws IllegalMonitorStateException if the calling thread has not locked, to read or to write
   */
  public Optional<LockHolder> recovered() {
    readership.ensureHas();
    return readership.lost();
  }

  /**
   * Says that what the lock guards is in order again, or was so.
   *
   * @throws IllegalMonitorStateException if the calling thread has not locked to write
   */
  public void markConsistent() {
    readership.ensureWrites();
    readership.forget();
  }

  /** {@return the handle that crosses in its place} */
  private Object writeReplace() {
    return Handle.of(Kind.READ_WRITE_LOCK, object);
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
    return "ProcessReadWriteLock[%s, waiting here=%d]"
        .formatted(readership.describe(), readership.waiting());
  }
}
