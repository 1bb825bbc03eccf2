package dev.tutti.codec;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The objects that a writer has met, by identity, in the order of their beginnings. */
final class Met {
  /*
   * Most values hold a handful of objects that can be shared, and comparing a handful is cheaper than asking each for its
   * identity hash, which the JVM makes at the first question and then keeps in the object. From FEW on there is a table:
   * places[hash] is the number of an object plus one, the next place is tried when one is taken, and it is never more than half full.
   */
  private static final int FEW = 16;
  private static final int MOST = 1 << 30;

  private Object[] objects = new Object[FEW];
  private long[] sizes = new long[FEW];
  private int[] places = {};
  private int count;
  private int expected;

  /** A hint that about so many objects may follow. */
  void expect(int more) {
    expected = Math.max(expected, more);
  }

  /**
   * Takes note of an object.
   *
   * @return its number if it is new; {@code -1 - number} if it was met before
   */
  int enter(Object o) {
    if (count < FEW) {
      for (int i = count - 1; i >= 0; i--) {
        if (objects[i] == o) {
          return -1 - i;
        }
      }
      return add(o);
    }
    if (2 * count >= places.length) {
      int length = Math.max(4 * FEW, 2 * places.length);
      while (length < 2L * expected && length < MOST) {
        length *= 2;
      }
      spread(length);
    }
    int place = placeOf(o);
    if (places[place] != 0) {
      return -places[place];
    }
    places[place] = count + 1;
    return add(o);
  }

  private int add(Object o) {
    if (count == objects.length) {
      objects = Arrays.copyOf(objects, 2 * count);
      sizes = Arrays.copyOf(sizes, 2 * count);
    }
    objects[count] = o;
    return count++;
  }

  private int placeOf(@Nullable Object o) {
    int mask = places.length - 1;
    int hash = System.identityHashCode(o) * 0x9E3779B9;
    int place = (hash ^ (hash >>> 16)) & mask;
    while (places[place] != 0 && objects[places[place] - 1] != o) {
      place = (place + 1) & mask;
    }
    return place;
  }

  private void spread(int length) {
    places = new int[length];
    for (int i = 0; i < count; i++) {
      places[placeOf(objects[i])] = i + 1;
    }
  }

  /** An object has been written to its end. */
  void leave(int number, long size) {
    sizes[number] = size;
  }

  /** {@return how many values an object holds; 0 if it has not been left} */
  long sizeOf(int number) {
    return sizes[number];
  }
}
