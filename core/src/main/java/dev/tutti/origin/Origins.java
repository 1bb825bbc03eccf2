package dev.tutti.origin;

import static java.util.Objects.requireNonNull;

import java.lang.ref.ReferenceQueue;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The class loaders that other processes have not, by numbers that mean the same in every process.
 *
 * <p>A class of the JDK, the class path or the module path is found by its name everywhere. One of
 * any other loader comes with the number of that loader: a process that does not know the number
 * makes a {@link MirrorLoader} for it, which asks the process that started this one.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
public final class Origins {
  /*
   * OWN has the loaders of this process that have a number, MIRRORS those that stand for a loader of another one. LOCK
   * guards who gets a number: a loader has one, so it is looked for and entered under the lock; BY_ID is read without it.
   *
   * Nothing here keeps a loader of the user's alive: an Origin is weak, and a ClassValue is kept by its class. A mirror is kept,
   * with the static state of its classes, until the parent says that what it stands for is gone. So that it can, a virtual thread
   * waits for the end of loaders while some have numbers; it and forget() have each of SERVERS tell its process, without
   * a lock of this class. A loader's old number, of before a change, stays as long as the loader: calls that run may use it.
   */
  private static final ReferenceQueue<ClassLoader> GONE = new ReferenceQueue<>();
  private static final Map<Long, Origin> BY_ID = new ConcurrentHashMap<>();
  private static final Map<Long, MirrorLoader> MIRRORS = new ConcurrentHashMap<>();
  private static final ReentrantLock LOCK = new ReentrantLock();
  private static final List<Origin> OWN = new ArrayList<>(); // guarded by LOCK
  private static boolean watched; // guarded by LOCK
  private static final Set<ClassServer> SERVERS =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private static final ClassValue<Origin> ORIGINS =
      new ClassValue<>() {
        @Override
        protected Origin computeValue(Class<?> type) {
          return enter(requireNonNull(type.getClassLoader(), "class loader"));
        }
      };

  /** To look for the bytes of a class means to read a file, mostly. */
  private static final ClassValue<Boolean> HAS_BYTES =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          return ClassBytes.of(type) != null;
        }
      };

  private Origins() {}

  // ---------------------------------------------------------------- for who writes

  /**
   * {@return the number of a class's loader}
   *
   * @param type a class that {@linkplain Everywhere#lacks other processes lack}
   */
  public static long idOf(Class<?> type) {
    return type.getClassLoader() instanceof MirrorLoader mirror
        ? mirror.id()
        : ORIGINS.get(type).latest().id();
  }

  /**
   * {@return why no other process can have a class, and what to do; null if one can}
   *
   * @param type the class
   * @param byBytes whether its class file is going to be needed, if it is elsewhere
   */
  public static @Nullable String reasonToStay(Class<?> type, boolean byBytes) {
    Class<?> element = type;
    while (element.isArray()) {
      element = element.getComponentType();
    }
    if (element.isHidden()) {
      return "%s is a hidden class, which no other process can have; use a class with a name, or Pool.threads()"
          .formatted(element.getName());
    }
    if (!byBytes
        || Proxy.isProxyClass(element)
        || !Everywhere.lacks(element)
        || hasBytes(element)) {
      return null;
    }
    return withoutBytes(element);
  }

  static String withoutBytes(Class<?> type) {
    return "the class loader of %s does not answer for its class file: getResourceAsStream(\"%s\") of %s gives nothing that fits; have it answer, put the class on the class path, or use Pool.threads()"
        .formatted(
            type.getName(),
            ClassBytes.fileOf(type.getName()),
            requireNonNull(type.getClassLoader(), "class loader").getClass().getName());
  }

  private static boolean hasBytes(Class<?> type) {
    return type.getClassLoader() instanceof MirrorLoader || HAS_BYTES.get(type);
  }

  private static Origin enter(ClassLoader loader) {
    LOCK.lock();
    try {
      for (Origin each : OWN) {
        if (each.refersTo(loader) && !each.isReplaced()) {
          return each;
        }
      }
      return add(loader);
    } finally {
      LOCK.unlock();
    }
  }

  /** With the lock. */
  private static Origin add(ClassLoader loader) {
    Origin added = new Origin(loader, new SecureRandom().nextLong(), GONE);
    OWN.add(added);
    BY_ID.put(added.id(), added);
    if (!watched) {
      Thread.ofVirtual().name("tutti-loaders").start(Origins::awaitEnds);
      watched = true;
    }
    return added;
  }

  /**
   * A call of a function begins: if classes of its loader have changed since others got them, the
   * loader gets a new number.
   *
   * @param function the function's class
   */
  public static void renew(Class<?> function) {
    ClassLoader loader = function.getClassLoader();
    if (loader == null || loader instanceof MirrorLoader || !Everywhere.lacks(function)) {
      return;
    }
    Origin now = ORIGINS.get(function).latest();
    if (now.hasChanged()) {
      LOCK.lock();
      try {
        if (!now.isReplaced()) {
          now.replacedBy(add(loader));
        }
      } finally {
        LOCK.unlock();
      }
    }
  }

  /** Another process gets a class of this one. */
  static void gave(long id, String name, byte[] bytes) {
    Origin origin = BY_ID.get(id);
    if (origin != null) {
      origin.gave(name, bytes);
    }
  }

  // ---------------------------------------------------------------- for who reads

  /**
   * {@return the loader with a number}
   *
   * @param id the number
   * @param otherwise where to look if nobody in reach knows the number: names may do then
   */
  public static ClassLoader loader(long id, ClassLoader otherwise) {
    ClassLoader known = known(id);
    if (known != null) {
      return known;
    }
    return BY_ID.containsKey(id) || ClassSource.parent() == null
        ? otherwise
        : MIRRORS.computeIfAbsent(id, MirrorLoader::new);
  }

  /** {@return the loader with a number, if this process has it} */
  static @Nullable ClassLoader known(long id) {
    Origin origin = BY_ID.get(id);
    return origin != null ? origin.get() : MIRRORS.get(id);
  }

  // ---------------------------------------------------------------- the end of loaders

  /**
   * What stands for a loader is not kept any longer; objects that are left keep their classes.
   *
   * @param id the loader's number
   */
  public static void forget(long id) {
    if (MIRRORS.remove(id) != null) {
      tellServers(); // processes that this one has started
    }
  }

  /** Who answers is to tell, from now on, what is gone. */
  static void follow(ClassServer server) {
    SERVERS.add(server);
  }

  /** One that cannot be told, for want of memory, is told when the next loader ends. */
  private static void tellServers() {
    for (ClassServer each : SERVERS.toArray(ClassServer[]::new)) {
      try {
        each.tellGone();
      } catch (RuntimeException | Error e) {
        System.getLogger("dev.tutti")
            .log(
                System.Logger.Level.WARNING,
                "a process is not told that class loaders are gone",
                e);
      }
    }
  }

  private static void awaitEnds() {
    boolean more = true;
    while (more) {
      Origin gone;
      try {
        gone = (Origin) GONE.remove();
      } catch (InterruptedException e) {
        continue; // not ours to obey
      }
      more = remove(gone);
      tellServers();
    }
  }

  /** {@return whether there are others} */
  private static boolean remove(Origin gone) {
    LOCK.lock();
    try {
      OWN.remove(gone);
      BY_ID.remove(gone.id());
      watched = !OWN.isEmpty();
      return watched;
    } finally {
      LOCK.unlock();
    }
  }
}
