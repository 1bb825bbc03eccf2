package dev.tutti.codec;

import java.io.ObjectInputFilter;
import java.io.ObjectInputFilter.Status;
import java.nio.file.Path;

/** Which classes, and how much, may come from another process. */
public final class Filters {
  private static final long MAX_DEPTH = 2_000;
  private static final long MAX_REFERENCES = 50_000_000;
  private static final ObjectInputFilter LIMITS =
      info ->
          info.depth() > MAX_DEPTH || info.references() > MAX_REFERENCES
              ? Status.REJECTED
              : Status.UNDECIDED;

  private Filters() {}

  /**
   * {@return the filter for what a worker reads from the pool that started it} The pool is the
   * worker's master, so any class may come; only depth and number of references are bounded.
   */
  public static ObjectInputFilter tasks() {
    return withUsersOwn(info -> orAllowed(LIMITS.checkInput(info)));
  }

  /**
   * {@return the filter for what a pool reads from its workers} Classes of the user's own class
   * path and value classes of the JDK may come. The parts of the JDK by which a stream makes a
   * reader run code, reflection, method handles, remote objects, management, naming, scripts, do
   * not.
   */
  public static ObjectInputFilter results() {
    return withUsersOwn(info -> {
      Class<?> type = info.serialClass();
      if (type != null && !isValueClass(type)) {
        return Status.REJECTED;
      }
      return orAllowed(LIMITS.checkInput(info));
    });
  }

  private static Status orAllowed(Status status) {
    return status == Status.UNDECIDED ? Status.ALLOWED : status;
  }

  private static ObjectInputFilter withUsersOwn(ObjectInputFilter ours) {
    return ObjectInputFilter.merge(ours, ObjectInputFilter.Config.getSerialFilter());
  }

  private static boolean isValueClass(Class<?> type) {
    Class<?> element = type;
    while (element.isArray()) {
      element = element.getComponentType();
    }
    String name = element.getName();
    if (name.equals("java.lang.invoke.SerializedLambda") || Path.class.isAssignableFrom(element)) {
      return true; // a lambda is resolved by the class that made it; a path by its file system
    }
    return !(name.startsWith("java.lang.invoke.")
        || name.startsWith("java.lang.reflect.")
        || name.startsWith("java.rmi.")
        || name.startsWith("javax.management.")
        || name.startsWith("javax.naming.")
        || name.startsWith("javax.script.")
        || name.startsWith("com.sun.")
        || (name.startsWith("sun.") && !name.startsWith("sun.util.calendar."))
        || name.startsWith("jdk."));
  }
}
