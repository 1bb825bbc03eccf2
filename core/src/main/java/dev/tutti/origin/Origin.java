package dev.tutti.origin;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A class loader of this process, under its number. It may go. */
final class Origin extends WeakReference<ClassLoader> {
  /*
   * JShell changes classes in place when something is typed again. Another process cannot, so the loader gets a new number then: `given` has a
   * hash of each class file that was given away, by which that is seen. `next` is what came in the place of this.
   */
  private static final String JSHELL = "jdk.jshell.";

  private final long id;
  private final boolean changesClasses;
  private final Map<String, Integer> given = new ConcurrentHashMap<>();
  private volatile @Nullable Origin next;

  Origin(ClassLoader loader, long id, ReferenceQueue<ClassLoader> gone) {
    super(loader, gone);
    this.id = id;
    this.changesClasses = loader.getClass().getName().startsWith(JSHELL);
  }

  long id() {
    return id;
  }

  /** {@return this, or what has come in its place} */
  Origin latest() {
    Origin latest = this;
    for (Origin later = next; later != null; later = later.next) {
      latest = later;
    }
    return latest;
  }

  boolean isReplaced() {
    return next != null;
  }

  void replacedBy(Origin later) {
    next = later;
  }

  /** Another process has the bytes of a class. */
  void gave(String name, byte[] bytes) {
    if (changesClasses) {
      given.putIfAbsent(name, Arrays.hashCode(bytes));
    }
  }

  /** {@return whether a class that another process has is not as it was any more} */
  boolean hasChanged() {
    ClassLoader loader = get();
    if (!changesClasses || loader == null) {
      return false;
    }
    for (Map.Entry<String, Integer> each : given.entrySet()) {
      byte[] now = ClassBytes.of(each.getKey(), loader);
      if (now != null && Arrays.hashCode(now) != each.getValue()) {
        return true;
      }
    }
    return false;
  }
}
