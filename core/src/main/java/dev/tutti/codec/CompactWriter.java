package dev.tutti.codec;

import dev.tutti.origin.Everywhere;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Writes a value in the compact form, or gives up, and then all of it is written as a JDK stream.
 *
 * <pre>
 *   +-------+                        +-------+-------+-----------------+
 *   |  tag  | leaf      or, if not   | GRAPH | flags |  tag  | value   |
 *   +-------+           a leaf       +-------+-------+-----------------+
 *
 *   array, list, set     count, values                      map     count, keys and values in turn
 *   enum                 class, number of the constant       record  class, components
 *   class                its number; if that is new also: mark (4), length of name, name
 *   met before           number of the object, by their beginnings
 *   large array          tag of its kind, number of the part (Parts)
 * </pre>
 *
 * <p>Numbers are little-endian; counts take one to five bytes.
 */
final class CompactWriter extends Output {
  /*
   * What is kept. An object that a value holds twice is one object at the other end, as in a JDK stream: records, arrays,
   * collections and maps are entered in `met` when they begin, and a second meeting writes the number. A ring, which is an object met before
   * it was left, is left to the JDK. So is what is too deep for the stack, and what is too often shared: `held` counts values
   * as somebody would meet them who does not know what is shared, and what passes Expansion.MOST no reader takes.
   *
   * Not kept is which of two equal boxed numbers, texts, times or paths is which: they are values.
   *
   * Only exact classes of the JDK are known, of which everything that matters is seen from outside. So nothing here runs code of
   * the user's; what a field holds is read past its accessor. A collection that changes while it is written fails, as it does in the JDK.
   *
   * GIVES_UP has no stack, so it costs little. What was written is dropped.
   */
  @SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack that could be another's
  static final RuntimeException GIVES_UP = new GivesUp();

  static final int DEPTH = 128;
  static final byte SHARES = 1;
  static final byte RUNS_CODE = 2;

  private static final int MOST_CLASSES = 32;
  private static final int FLAGS_AT = 1;
  private static final int FIRST_ROOM = 128;

  private final boolean namesClasses;
  private final @Nullable Parts parts;
  private final Met met = new Met();
  private Shape.Named[] classes = new Shape.Named[4];
  private int classCount;
  private int depth;
  private long held;
  private byte flags;
  private Class<?> lastType;
  private Shape lastShape;
  private @Nullable Class<?> lastEnum; // it was written before, so its number is known
  private int lastEnumNumber;

  private CompactWriter(Class<?> type, Shape shape, Role role, @Nullable Parts parts) {
    super(FIRST_ROOM);
    this.parts = parts;
    this.lastType = type;
    this.lastShape = shape;
    this.namesClasses = role.namesClasses();
  }

  /** {@return all of the bytes; null if it has to be a JDK stream} */
  static byte @Nullable [] write(Object value, Role role) {
    return write(value, role, null);
  }

  /**
   * {@return the bytes; null if it has to be a JDK stream}
   *
   * @param parts where large arrays go; null if they are written with the rest
   */
  static byte @Nullable [] write(Object value, Role role, @Nullable Parts parts) {
    Shape shape = Shape.of(value.getClass());
    if (shape.kind() == Kind.STREAM) {
      return null;
    }
    if (Numbers.has(shape.kind()) && (parts == null || !parts.takes(value))) {
      return Numbers.alone(shape.kind(), value);
    }
    CompactWriter writer = new CompactWriter(value.getClass(), shape, role, parts);
    try {
      if (shape.kind().isLeaf()) {
        writer.value(value);
      } else {
        writer.putByte(Kind.GRAPH.tag());
        writer.putByte((byte) 0);
        writer.value(value);
        writer.setByte(FLAGS_AT, writer.flags);
      }
      return writer.toBytes();
    } catch (RuntimeException e) {
      return null; // it gave up, or the value changed meanwhile, which the JDK shall tell
    }
  }

  @SuppressWarnings("EnumOrdinal") // the mark of the class stands for the order of its constants
  void value(@Nullable Object value) {
    if (value == null) {
      put(Kind.NULL);
    } else if (value instanceof String s) {
      putText(s);
    } else if (value instanceof Integer n) {
      Leaves.putInt(this, n);
    } else if (value.getClass() == lastEnum && depth < DEPTH) {
      putSmall(Kind.ENUM.tag(), lastEnumNumber, ((Enum<?>) value).ordinal());
    } else {
      Shape shape = shapeOf(value.getClass());
      if (shape.kind().isLeaf()) {
        Leaves.put(this, shape.kind(), value);
      } else {
        held(shape, value);
      }
    }
  }

  /** Elements mostly have one class. */
  private Shape shapeOf(Class<?> type) {
    if (type != lastType) {
      lastType = type;
      lastShape = Shape.of(type);
    }
    return lastShape;
  }

  private void put(Kind kind) {
    putByte(kind.tag());
  }

  // ---------------------------------------------------------------- what holds something

  private void held(Shape shape, Object value) {
    Kind kind = shape.kind();
    if (kind == Kind.STREAM || depth >= DEPTH) {
      throw GIVES_UP;
    }
    if (kind.runsCode()) {
      flags |= RUNS_CODE;
    }
    if (kind == Kind.ENUM) {
      constant((Shape.Named) shape, value);
      return;
    }
    int number = met.enter(value);
    if (number < 0) {
      again(-1 - number);
      return;
    }
    depth++;
    long before = held++;
    switch (kind) {
      case RECORD -> record((Components) shape, value);
      case ARRAY -> {
        put(kind);
        name((Shape.Named) shape);
        elements((Object[]) value);
      }
      default -> contents(kind, value);
    }
    depth--;
    met.leave(number, held - before);
  }

  private void again(int number) {
    long size = met.sizeOf(number);
    held += size;
    if (size == 0 || held > Expansion.MOST) {
      throw GIVES_UP;
    }
    flags |= SHARES;
    put(Kind.SAME);
    putCount(number);
  }

  @SuppressWarnings("EnumOrdinal") // the mark of the class stands for the order of its constants
  private void constant(Shape.Named shape, Object value) {
    int ordinal = ((Enum<?>) value).ordinal();
    int number = numberOf(shape);
    if (number < classCount) {
      putSmall(Kind.ENUM.tag(), number, ordinal);
    } else {
      put(Kind.ENUM);
      name(shape);
      putCount(ordinal);
    }
    lastEnum = value.getClass();
    lastEnumNumber = number;
  }

  private int numberOf(Shape.Named shape) {
    int number = 0;
    while (number < classCount && classes[number] != shape) {
      number++;
    }
    return number;
  }

  private void name(Shape.Named shape) {
    int number = numberOf(shape);
    putCount(number);
    if (number < classCount) {
      return;
    }
    if (!namesClasses || Everywhere.lacks(shape.type())) { // a name alone finds another class there
      throw GIVES_UP;
    }
    if (classCount == MOST_CLASSES) {
      throw GIVES_UP;
    }
    if (classCount == classes.length) {
      classes = Arrays.copyOf(classes, 2 * classCount);
    }
    classes[classCount++] = shape;
    putInt(shape.mark());
    putCount(shape.name().length);
    putBytes(shape.name());
  }

  private void record(Components shape, Object value) {
    put(Kind.RECORD);
    name(shape);
    held += shape.count();
    try {
      shape.writer().invokeExact(this, value);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("nothing on the way throws this", e);
    }
  }

  private void contents(Kind kind, Object value) {
    switch (kind) {
      case STRINGS, OBJECTS -> {
        put(kind);
        elements((Object[]) value);
      }
      case OPTIONAL -> {
        put(kind);
        held++;
        value(((Optional<?>) value).orElse(null));
      }
      case ARRAY_LIST, LIST_OF, HASH_SET, LINKED_HASH_SET, SET_OF ->
          all(kind, (Collection<?>) value);
      case LIST_OF_NULLS -> all(takesNulls((List<?>) value) ? kind : Kind.LIST_OF, (List<?>) value);
      case TREE_SET -> {
        TreeSet<?> set = (TreeSet<?>) value;
        ensureNatural(set.comparator() == null, set.isEmpty() ? null : set.first());
        all(kind, set);
      }
      case HASH_MAP, MAP_OF -> map(kind, (Map<?, ?>) value);
      case LINKED_HASH_MAP -> {
        if (KeptOrder.isOfAccess((LinkedHashMap<?, ?>) value)) {
          throw GIVES_UP;
        }
        map(kind, (Map<?, ?>) value);
      }
      case TREE_MAP -> {
        TreeMap<?, ?> map = (TreeMap<?, ?>) value;
        ensureNatural(map.comparator() == null, map.isEmpty() ? null : map.firstKey());
        map(kind, map);
      }
      default -> {
        if (parts != null && parts.takes(value)) {
          put(Kind.PART);
          put(kind);
          putCount(parts.add(value));
        } else {
          put(kind);
          Numbers.put(this, kind, value);
        }
      }
    }
  }

  private void count(int count, int valuesEach) {
    held += (long) count * valuesEach;
    putCount(count);
  }

  private void elements(@Nullable Object[] array) {
    count(array.length, 1);
    met.expect(array.length);
    expect(array.length);
    for (Object element : array) {
      value(element);
    }
  }

  /** A copy of the elements costs less than to ask for each of them. */
  private void all(Kind kind, Collection<?> collection) {
    put(kind);
    elements(collection.toArray());
  }

  private void map(Kind kind, Map<?, ?> map) {
    put(kind);
    int left = map.size();
    count(left, 2);
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      value(entry.getKey());
      value(entry.getValue());
      left--;
    }
    ensureWhole(left);
  }

  /** The count was written first; a map that another thread fills may have had more, or fewer. */
  private static void ensureWhole(int left) {
    if (left != 0) {
      throw GIVES_UP;
    }
  }

  /** Keys are compared when they are read, which for a class of the user's would be its code. */
  private static void ensureNatural(boolean natural, @Nullable Object first) {
    if (!natural || (first != null && !Shape.of(first.getClass()).kind().isLeaf())) {
      throw GIVES_UP;
    }
  }

  /**
   * Lists that take nulls, as {@code Stream.toList} makes them, have the class of those that do
   * not; but only of the others {@code List.copyOf} makes no copy.
   */
  private static boolean takesNulls(List<?> list) {
    for (Object element : list) {
      if (element == null) {
        return true;
      }
    }
    return List.copyOf(list) != list;
  }

  private static final class GivesUp extends RuntimeException {
    private static final long serialVersionUID = 1L;

    GivesUp() {
      super("this value is no compact one", null, false, false);
    }
  }
}
