package dev.tutti.memory.sync;

import dev.tutti.memory.bell.SharedObject;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;

/**
 * A place where a fixed number of threads of several processes meet, again and again.
 *
 * {@snippet class="dev.tutti.memory.sync.SyncSnippets" region="barrier"}
 *
 * <p><b>Lifetime.</b> As long as some process refers to it; see the {@linkplain
 * dev.tutti.memory.sync package}.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 *
 * <p><b>Memory consistency.</b> What a thread does before it comes to the barrier happens-before
 * what the others, of whatever process, do after they have met; for objects in memory that both
 * share.
 *
 * <p><b>Failure.</b> When one that waits has had its time, is interrupted, or its process dies, the
 * barrier is broken: all who wait and all who come get a {@code BrokenBarrierException}, until
 * {@link #reset}. A death is found within half a second. One that dies before it comes is not known
 * to be missing: give a time-out, or have whoever knows of its death call {@link #abort}.
 *
 * @since 0.1
 */
public final class ProcessBarrier implements Serializable {
  private static final long serialVersionUID = 1;

  private final transient SharedObject object;
  private final transient Rounds rounds;

  ProcessBarrier(SharedObject object) {
    this.object = object;
    this.rounds = new Rounds(object.members(), object.key());
  }

  /**
   * Makes a barrier.
   *
   * @param parties how many threads meet, from 1 to 32767
   * @return the barrier
   * @throws java.io.UncheckedIOException if there is no room for it
   */
  public static ProcessBarrier create(int parties) {
    if (parties < 1 || parties > Rounds.maxParties()) {
      throw new IllegalArgumentException(
          "parties must be from 1 to %d: parties=%d".formatted(Rounds.maxParties(), parties));
    }
    return Handle.create(
        Kind.BARRIER, ProcessBarrier.class, made -> Rounds.first(made.members().words(), parties));
  }

  /**
   * Waits until all are here.
   *
   * @return how many were missing when this one came: 0 for the last one, and for it alone
   * @throws InterruptedException if the calling thread is interrupted; the barrier is broken then
   * @throws BrokenBarrierException if the barrier is broken, or is reset, or breaks while this one
   *     waits
   */
  public int await() throws InterruptedException, BrokenBarrierException {
    try {
      return await(Nanos.FOREVER);
    } catch (TimeoutException e) {
      throw new AssertionError("a wait without an end came to its end", e);
    }
  }

  /**
   * Waits until all are here, for some time.
   *
   * @param timeout how long; not at all if it is zero or negative
   * @return how many were missing when this one came: 0 for the last one, and for it alone
   * @throws InterruptedException if the calling thread is interrupted; the barrier is broken then
   * @throws BrokenBarrierException if the barrier is broken, or is reset, or breaks while this one
   *     waits
   * @throws TimeoutException if the time is over; the barrier is broken then
   */
  public int await(Duration timeout)
      throws InterruptedException, BrokenBarrierException, TimeoutException {
    return await(Nanos.of(timeout));
  }

  private int await(long nanos)
      throws InterruptedException, BrokenBarrierException, TimeoutException {
    if (Thread.interrupted()) {
      rounds.abort();
      throw new InterruptedException();
    }
    try {
      return rounds.await(nanos);
    } finally {
      Reference.reachabilityFence(this); // a second object would not know who waits in this one
    }
  }

  /** Breaks the barrier: who waits and who comes gets a {@code BrokenBarrierException}. */
  public void abort() {
    rounds.abort();
  }

  /** Makes it whole again; who waits gets a {@code BrokenBarrierException}. */
  public void reset() {
    rounds.reset();
  }

  /** {@return whether it is broken} */
  public boolean isBroken() {
    return rounds.isBroken();
  }

  /** {@return how many must come} */
  public int parties() {
    return rounds.parties();
  }

  /** {@return how many are here and wait} */
  public int arrived() {
    return rounds.arrived();
  }

  /** {@return the handle that crosses in its place} */
  private Object writeReplace() {
    return Handle.of(Kind.BARRIER, object);
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
    return "ProcessBarrier[%s, parties=%d, arrived=%d, waiting here=%d]"
        .formatted(
            rounds.isBroken() ? "broken" : "whole",
            rounds.parties(),
            rounds.arrived(),
            rounds.waiting());
  }
}
