package dev.tutti.origin;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;

/** A class loader of this process, under its number. It may go. */
final class Origin extends WeakReference<ClassLoader> {
  private final long id;

  Origin(ClassLoader loader, long id, ReferenceQueue<ClassLoader> gone) {
    super(loader, gone);
    this.id = id;
  }

  long id() {
    return id;
  }
}
