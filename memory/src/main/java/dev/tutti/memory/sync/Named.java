package dev.tutti.memory.sync;

import dev.tutti.memory.segment.Names;
import dev.tutti.memory.segment.SharedSegment;
import java.io.IOException;
import java.util.Objects;

/**
 * A name under which other processes of this user find a lock, a semaphore, or whatever else
 * processes wait at: the way to share it between JVMs that know nothing of each other.
 *
 * {@snippet class="dev.tutti.memory.sync.SyncSnippets" region="named"}
 *
 * <p><b>Lifetime.</b> A name stands for its object until it is closed or this process ends, in
 * whatever way. The object lives on while some process refers to it.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 *
 * <p><b>Memory consistency.</b> What a thread does before it publishes an object happens-before
 * what another thread, of whatever process, does after it has found it; for what both share.
 *
 * <p><b>Failure.</b> A name whose owner has died is free; nothing is left of it once somebody looks
 * for it, or makes or closes a name.
 *
 * @param <T> the type of the object
 * @since 0.1
 */
public final class Named<T> implements AutoCloseable {
  private final String name;
  private final T shared;
  private final SharedSegment segment;
  private final Names.Claim claim;

  private Named(String name, T shared, SharedSegment segment, Names.Claim claim) {
    this.name = name;
    this.shared = shared;
    this.segment = segment;
    this.claim = claim;
  }

  /**
   * Gives an object a name. It can have one at a time.
   *
   * @param <T> the type of the object
   * @param name as that of a {@link dev.tutti.memory.SharedMemory#named(String, long)}, which says
   *     what it may consist of; they share the names
   * @param shared a lock, read-write lock, semaphore, event, latch, barrier or queue
   * @return the name, to be closed when nobody is to find it any more
   * @throws java.nio.file.FileAlreadyExistsException if a live process has the name
   * @throws IOException if names cannot be kept here
   * @throws IllegalArgumentException if it is not such an object, or the name is none
   * @throws IllegalStateException if it has got a name here that is not closed yet
   */
  public static <T> Named<T> publish(String name, T shared) throws IOException {
    Objects.requireNonNull(shared, "shared");
    kind(shared.getClass());
    Names.ensureName(name);
    Names names = Names.ofUser();
    names.ensureFree(name);
    SharedSegment segment = Handle.segmentOf(shared);
    return new Named<>(name, shared, segment, names.claim(name, segment));
  }

  /**
   * Finds the object of a name, which another or this process has published.
   *
   * @param <T> the type of the object
   * @param name its name
   * @param type what it is, such as {@code ProcessLock.class}
   * @return the object
   * @throws java.nio.file.NoSuchFileException if no live process has published that name
   * @throws IOException if it cannot be used, or the name is that of something else
   * @throws IllegalArgumentException if objects of that type have no names, or the name is none
   */
  public static <T> T find(String name, Class<T> type) throws IOException {
    Kind kind = kind(type);
    Names.ensureName(name);
    return Handle.open(kind, type, Names.ofUser().attach(name));
  }

  private static Kind kind(Class<?> type) {
    return Kind.named(type)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "only a lock, read-write lock, semaphore, event, latch, barrier or queue between processes can have a name: type=%s%s"
                    .formatted(
                        type.getName(),
                        type == ProcessCondition.class
                            ? "; publish its lock, or send the condition to where it is needed"
                            : "")));
  }

  /** {@return the name} */
  public String name() {
    return name;
  }

  /** {@return the object that it stands for} */
  public T shared() {
    return shared;
  }

  /** Gives the name up. Who has found the object keeps it. A second call does nothing. */
  @Override
  public void close() {
    Names.release(segment, claim);
  }

  @Override
  public String toString() {
    return "Named[name=%s, shared=%s]".formatted(name, shared);
  }
}
