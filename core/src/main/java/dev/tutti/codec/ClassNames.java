package dev.tutti.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.ref.WeakReference;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Finds classes by the bytes of their names, as a loader sees them. */
final class ClassNames {
  /*
   * To look a class up by its name costs a string, a lock and a search in its loader, as much as all the rest of a small
   * record. So what was found is kept in PLACES places, chosen by the mark that came with the name; another name takes the place over.
   *
   * Nothing is locked: a place holds an immutable entry, written and read as it is (its fields are final, so whoever sees an
   * entry sees all of it). Two threads that write at once lose an entry, which is looked up again. An entry holds
   * neither its class nor its loader: both may go, and an entry without them fits nobody.
   */
  private static final int PLACES = 1024;
  private static final @Nullable Entry[] FOUND = new @Nullable Entry[PLACES];

  private static final class Entry {
    final byte[] name;
    final WeakReference<ClassLoader> loader;
    final WeakReference<Class<?>> type;

    Entry(byte[] name, ClassLoader loader, Class<?> type) {
      this.name = name;
      this.loader = new WeakReference<>(loader);
      this.type = new WeakReference<>(type);
    }
  }

  private ClassNames() {}

  /** {@return the name of a class as bytes; null if it cannot be found by them} */
  static byte @Nullable [] of(Class<?> type) {
    byte[] name = type.getName().getBytes(UTF_8);
    return !type.isHidden() && type.getName().equals(new String(name, UTF_8)) ? name : null;
  }

  /**
   * {@return the class with a name; it is not initialised}
   *
   * @param mark any number that usually goes with this name
   */
  static Class<?> find(byte[] bytes, int begin, int length, int mark, ClassLoader loader)
      throws ClassNotFoundException {
    int place = (mark ^ (mark >>> 16)) & (PLACES - 1);
    Entry entry = FOUND[place];
    if (entry != null
        && entry.loader.refersTo(loader)
        && Arrays.equals(entry.name, 0, entry.name.length, bytes, begin, begin + length)) {
      Class<?> type = entry.type.get();
      if (type != null) {
        return type;
      }
    }
    byte[] name = Arrays.copyOfRange(bytes, begin, begin + length);
    Class<?> type = Class.forName(new String(name, UTF_8), false, loader);
    FOUND[place] = new Entry(name, loader, type);
    return type;
  }
}
