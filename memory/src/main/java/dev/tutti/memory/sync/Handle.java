package dev.tutti.memory.sync;

import dev.tutti.memory.bell.SharedObject;
import dev.tutti.memory.segment.SharedSegment;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * What crosses in the place of an object; where it is read, it becomes that object again.
 *
 * @param kind what it is
 * @param segment where it is
 */
record Handle(Kind kind, SharedSegment.Handle segment) implements Serializable {
  /*
   * `here` has the one Java object of this process for each segment. An object refers to its segment, and is referred
   * to weakly; when it is gone its segment is, and then the entry. It is guarded by `LOCK`, held while an object is made,
   * so two threads that read the same handle get the same object. The memory of a new one is made before, as there may be much to
   * write; and nothing that is done with it held waits for another process, or a process that is stopped would stop this one.
   */
  private static final ReentrantLock LOCK = new ReentrantLock();
  private static final Map<SharedSegment, WeakReference<Object>> HERE = new WeakHashMap<>();

  static Handle of(Kind kind, SharedObject object) {
    return new Handle(kind, object.segment().handle());
  }

  /** Makes an object in shared memory, and that of this process for it. */
  static <T> T create(Kind kind, Class<T> type, Consumer<SharedObject> first) {
    return create(kind, type, 0, first);
  }

  /** Makes an object that has more than the usual words. */
  static <T> T create(Kind kind, Class<T> type, long moreBytes, Consumer<SharedObject> first) {
    SharedObject object;
    try {
      object = SharedObject.create(kind.number(), moreBytes);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make shared memory: kind=" + kind, e);
    }
    first.accept(object); // nobody else knows of it
    LOCK.lock();
    try {
      return type.cast(keep(kind, object));
    } finally {
      LOCK.unlock();
    }
  }

  private static Object keep(Kind kind, SharedObject object) {
    Object made = kind.open(object);
    HERE.put(object.segment(), new WeakReference<>(made));
    return made;
  }

  /** {@return where an object of this process is} */
  static SharedSegment segmentOf(Object shared) {
    LOCK.lock();
    try {
      for (Map.Entry<SharedSegment, WeakReference<Object>> here : HERE.entrySet()) {
        if (here.getValue().refersTo(shared)) {
          return here.getKey();
        }
      }
    } finally {
      LOCK.unlock();
    }
    throw new IllegalArgumentException("not in shared memory: " + shared);
  }

  /** Finds the object of this process for what is in shared memory. */
  static <T> T open(Kind kind, Class<T> type, SharedSegment there) throws IOException {
    LOCK.lock();
    try {
      Object found = find(kind, there);
      if (!type.isInstance(found)) {
        throw new IOException(
            "shared memory holds another kind of object: type=%s expected=%s"
                .formatted(found.getClass().getSimpleName(), type.getSimpleName()));
      }
      return type.cast(found);
    } finally {
      LOCK.unlock();
    }
  }

  private static Object find(Kind kind, SharedSegment there) throws IOException {
    WeakReference<Object> weak = HERE.get(there);
    Object known = weak == null ? null : weak.get();
    return known != null ? known : keep(kind, SharedObject.open(there, kind.number()));
  }

  private Object readResolve() throws InvalidObjectException {
    LOCK.lock();
    try {
      return find(kind, SharedSegment.attach(segment));
    } catch (IOException | IllegalStateException e) {
      InvalidObjectException refused =
          new InvalidObjectException("cannot share: kind=%s: %s".formatted(kind, e.getMessage()));
      refused.initCause(e);
      throw refused;
    } finally {
      LOCK.unlock();
    }
  }
}
