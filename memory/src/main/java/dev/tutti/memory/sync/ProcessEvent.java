package dev.tutti.memory.sync;

import dev.tutti.memory.bell.SharedObject;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.lang.ref.Reference;
import java.time.Duration;

/**
 * A flag that threads of several processes wait for.
 *
 * {@snippet class="dev.tutti.memory.sync.SyncSnippets" region="event"}
 *
 * <p><b>Lifetime.</b> As long as some process refers to it; see the {@linkplain
 * dev.tutti.memory.sync package}.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 *
 * <p><b>Memory consistency.</b> What a thread does before it sets happens-before what another one,
 * of whatever process, does after it has seen that; for objects in memory that both share.
 *
 * <p><b>Failure.</b> It belongs to nobody, so no death changes it. One who waits for a process that
 * dies without setting it waits until its time is over.
 *
 * @since 0.1
 */
public final class ProcessEvent implements Event, Serializable {
  private static final long serialVersionUID = 1;

  private final transient SharedObject object;
  private final transient Flag flag;

  ProcessEvent(SharedObject object) {
    this.object = object;
    this.flag = new Flag(object.members(), object.key());
  }

  /**
   * Makes an event.
   *
   * @return the event, not set
   * @throws java.io.UncheckedIOException if there is no room for it
   */
  public static ProcessEvent create() {
    return Handle.create(Kind.EVENT, ProcessEvent.class, made -> {});
  }

  @Override
  public void set() {
    flag.set();
  }

  @Override
  public void clear() {
    flag.clear();
  }

  @Override
  public boolean isSet() {
    return flag.isSet();
  }

  @Override
  public void await() throws InterruptedException {
    await(Nanos.FOREVER);
  }

  @Override
  public boolean await(Duration timeout) throws InterruptedException {
    return await(Nanos.of(timeout));
  }

  private boolean await(long nanos) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    try {
      return flag.await(nanos);
    } finally {
      Reference.reachabilityFence(this); // a second object would not know who waits in this one
    }
  }

  /** {@return the handle that crosses in its place} */
  private Object writeReplace() {
    return Handle.of(Kind.EVENT, object);
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
    return "ProcessEvent[%s, waiting here=%d]"
        .formatted(flag.isSet() ? "set" : "unset", flag.waiting());
  }
}
