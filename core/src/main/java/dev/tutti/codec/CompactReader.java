package dev.tutti.codec;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what {@link CompactWriter} has written, from somebody who may lie, under a filter. */
final class CompactReader extends Input {
  /*
   * What a liar can do. Lengths of numbers and text are compared with the bytes that are left. Elements are counted together
   * (`room`): each takes a byte, so a value that is none of a lie claims no more elements in all than it has bytes, however they
   * are nested; a hash table takes a few words an element. Depth is bounded by the filter and by CompactWriter.DEPTH. An object is met again
   * only when it is complete, so there are no rings, and what would be too often shared to be hashed is refused before it is
   * put anywhere (`held`, as in the writer).
   *
   * A value that does not have the flag RUNS_CODE is read by threads that nobody watches, so a kind that may run code is refused in it.
   *
   * Classes. The filter is asked about each kind once a value, and about each class that comes by name before anything of it
   * is run. The filter of the whole program, if there is one, sees every object, as in a stream. Only records, enums and arrays
   * come by name; a mark tells whether writer and reader mean the same components and constants.
   */
  private static final long ALL_KINDS = -1;
  private static final Shape.Named[] NO_CLASSES = {};
  private static final Object[] NOTHING = {};
  private static final long[] NO_SIZES = {};

  private final ClassLoader loader;
  private final ValueFilter filter;
  private final PartSource parts;
  private final long mostDepth;
  private final long mostReferences;
  private final boolean everyTime; // the filter of the program is asked about each object
  private long asked; // kinds, by their bits
  private long roomsAsked;
  private long room;
  private boolean shares;
  private boolean runsCode;
  private long references;
  private long held;
  private int depth;
  private Shape.Named[] classes = NO_CLASSES;
  private int classCount;
  private @Nullable Object[] met = NOTHING;
  private long[] sizes = NO_SIZES;
  private int metCount;
  private @Nullable Class<?> lastAllowed;

  private CompactReader(
      ByteBuffer bytes, PartSource parts, ClassLoader loader, ValueFilter filter) {
    super(bytes);
    this.parts = parts;
    this.loader = loader;
    this.filter = filter;
    this.mostDepth = filter.maxDepth();
    this.mostReferences = filter.maxReferences();
    this.everyTime = ProgramFilter.current(filter) != null;
    this.asked = everyTime || filter != Filters.tasks() ? 0 : ALL_KINDS;
    this.roomsAsked = asked;
    this.room = bytes.remaining();
  }

  /**
   * {@return the value}
   *
   * @param bytes of which all are read
   * @param parts its large arrays
   */
  static @Nullable Object read(
      ByteBuffer bytes, PartSource parts, ClassLoader loader, ValueFilter filter)
      throws DecodeException {
    try {
      CompactReader reader = new CompactReader(bytes, parts, loader, filter);
      Object value = reader.root();
      bytes.position(bytes.limit());
      return value;
    } catch (DecodeException e) {
      throw e;
    } catch (InvalidPathException e) {
      throw new DecodeException("value is no path: " + e.getMessage(), e);
    } catch (Throwable e) { // whatever a constructor, hashCode or compareTo throws
      throw new DecodeException("it cannot be read: " + ValueReader.textOf(e), e);
    }
  }

  private @Nullable Object root() throws DecodeException {
    byte tag = takeByte();
    Object value;
    if (tag == Kind.GRAPH.tag()) {
      byte flags = takeByte();
      shares = (flags & CompactWriter.SHARES) != 0;
      runsCode = (flags & CompactWriter.RUNS_CODE) != 0;
      value = value(takeByte());
    } else if (tag < 0 || Kind.of(tag).isLeaf()) {
      value = value(tag);
    } else {
      throw unknown(tag);
    }
    if (bytesLeft() > 0) {
      throw new DecodeException(
          "value goes on after its end: tag=%d bytes=%d".formatted(tag, bytesLeft()), null);
    }
    return value;
  }

  static DecodeException unknown(byte tag) {
    return new DecodeException("unknown kind of value: tag=" + tag, null);
  }

  /** Reads a value that is held by another one. */
  @Nullable Object value() throws DecodeException {
    return value(takeByte());
  }

  private @Nullable Object value(byte tag) throws DecodeException {
    Kind kind = tag < 0 ? Kind.INT : Kind.of(tag);
    if (++references > mostReferences || depth >= mostDepth || (asked & kind.bit()) == 0) {
      ask(kind);
    }
    if (kind == Kind.TEXT) {
      return takeText();
    }
    if (tag < 0) {
      return tag & 0x7f;
    }
    return kind.isLeaf() ? Leaves.take(this, kind) : held(kind);
  }

  // ---------------------------------------------------------------- what holds something

  private Object held(Kind kind) throws DecodeException {
    if (kind.runsCode() && !runsCode) {
      throw new DecodeException("value is not of those that run code: kind=" + kind, null);
    }
    if (kind == Kind.SAME) {
      return again(takeCount());
    }
    if (kind == Kind.ENUM) {
      return constant();
    }
    if (depth >= CompactWriter.DEPTH) {
      throw new DecodeException("value is too deep: most=" + CompactWriter.DEPTH, null);
    }
    int number = enter();
    long before = held++;
    depth++;
    Object value =
        switch (kind) {
          case OPTIONAL -> {
            held++;
            yield Optional.ofNullable(value());
          }
          case STRINGS -> elements(new String[count(kind)]);
          case OBJECTS -> elements(new Object[count(kind)]);
          case ARRAY -> array();
          case ARRAY_LIST -> new ArrayList<>(Arrays.asList(elements(new Object[count(kind)])));
          case LIST_OF -> allowed(List.of(elements(new Object[count(kind)])));
          case LIST_OF_NULLS -> allowed(Arrays.stream(elements(new Object[count(kind)])).toList());
          case SET_OF -> allowed(Set.of(elements(new Object[count(kind)])));
          case HASH_SET, LINKED_HASH_SET, TREE_SET -> Containers.set(this, kind, count(kind));
          case HASH_MAP, LINKED_HASH_MAP, TREE_MAP -> Containers.map(this, kind, count(kind, 2));
          case MAP_OF -> allowed(Containers.mapOf(this, count(kind, 2)));
          case RECORD -> record((Components) named(kind));
          case PART -> part(takeByte());
          case STREAM, GRAPH, LAMBDA -> throw unknown(kind.tag());
          default -> {
            int count = takeCount();
            askAboutLength(kind, count);
            yield Numbers.take(this, kind, count);
          }
        };
    depth--;
    if (shares) {
      met[number] = value;
      sizes[number] = held - before;
    }
    return value;
  }

  /** The second of its class, and each that follows, mostly takes two bytes. */
  private Object constant() throws DecodeException {
    int pair = nextSmallPair();
    int number = pair & 0xff;
    if (pair >= 0
        && number < classCount
        && !everyTime
        && classes[number] instanceof Shape.Constants constants) {
      takeSmallPair();
      return constants.constant(pair >> 8);
    }
    return ((Shape.Constants) named(Kind.ENUM)).constant(takeCount());
  }

  private int enter() {
    if (shares && metCount == met.length) {
      met = Arrays.copyOf(met, Math.max(8, 2 * metCount));
      sizes = Arrays.copyOf(sizes, met.length);
    }
    return metCount++;
  }

  private Object again(int number) throws DecodeException {
    Object value = shares && number < metCount ? met[number] : null;
    if (value == null) {
      throw new DecodeException("value holds again what it has not: number=" + number, null);
    }
    held += sizes[number];
    if (held > Expansion.MOST) {
      throw new DecodeException(Expansion.REFUSAL + ": class=" + value.getClass().getName(), null);
    }
    return value;
  }

  private int count(Kind kind) throws DecodeException {
    return count(kind, 1);
  }

  /** Takes the count of something, each of which is some values. */
  private int count(Kind kind, int valuesEach) throws DecodeException {
    int count = takeCount();
    long values = (long) count * valuesEach;
    room -= values;
    held += values;
    if (room < 0) {
      throw new DecodeException(
          "arrays claim more elements than can have come: length=%d bytes=%d"
              .formatted(count, bytesRead() + bytesLeft()),
          null);
    }
    askAboutLength(kind, count);
    return count;
  }

  @SuppressWarnings("NullAway") // who takes no nulls refuses the array
  private Object[] elements(Object[] array) throws DecodeException {
    for (int i = 0; i < array.length; i++) {
      array[i] = value();
    }
    return array;
  }

  private Object array() throws DecodeException {
    Class<?> type = named(Kind.ARRAY).type();
    int count = count(Kind.ARRAY);
    if (everyTime) {
      ask(type, count);
    }
    return elements((Object[]) Array.newInstance(type.getComponentType(), count));
  }

  /** The memory is there, so a length cannot lie. */
  private Object part(byte tag) throws DecodeException {
    Kind kind = tag < 0 ? Kind.INT : Kind.of(tag);
    MemorySegment part = parts.take(takeCount());
    for (Class<?> type : kind.asked()) {
      ask(type, type.isArray() ? Large.lengthOf(kind, part) : -1);
    }
    return Large.array(kind, part);
  }

  private Object record(Components shape) throws DecodeException {
    held += shape.count();
    try {
      return shape.reader().invokeExact(this);
    } catch (DecodeException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new DecodeException("it cannot be read: " + ValueReader.textOf(e), e);
    }
  }

  // ---------------------------------------------------------------- classes and the filter

  private Shape.Named named(Kind kind) throws DecodeException {
    int number = takeCount();
    if (number > classCount) {
      throw new DecodeException("value names a class that it has not: number=" + number, null);
    }
    if (number == classCount) {
      define();
    } else if (everyTime) {
      ask(classes[number].type(), -1);
    }
    Shape.Named shape = classes[number];
    if (shape.kind() != kind) {
      throw new DecodeException(
          "class is of another kind: class=%s kind=%s".formatted(shape.type().getName(), kind),
          null);
    }
    return shape;
  }

  private void define() throws DecodeException {
    int mark = takeInt();
    Class<?> type;
    try {
      type = takeClass(mark, loader);
    } catch (ClassNotFoundException e) {
      throw new DecodeException("it cannot be read: " + e, e);
    }
    ask(type, -1);
    Shape shape = // a shape of another class would be made in vain, and an enum's runs its code
        type.isRecord() || type.isEnum() || type.isArray() ? Shape.of(type) : null;
    if (!(shape instanceof Shape.Named named) || named.mark() != mark) {
      throw new DecodeException(
          "class differs between the two processes: class=%s; let both have the same version"
              .formatted(type.getName()),
          null);
    }
    if (classCount == classes.length) {
      classes = Arrays.copyOf(classes, Math.max(4, 2 * classCount));
    }
    classes[classCount++] = named;
  }

  private void ask(Kind kind) throws DecodeException {
    if (kind.asked().isEmpty() && kind.isLeaf()) {
      ask((Class<?>) null, -1, depth); // text stands at no depth of its own, as in a stream
    } else {
      ask((Class<?>) null, -1, depth + 1);
    }
    for (Class<?> type : kind.asked()) {
      ask(type, -1, depth + 1);
    }
    if (!everyTime) {
      asked |= kind.bit();
    }
  }

  /** The class of an unmodifiable collection is known when it is made. */
  private Object allowed(Object collection) throws DecodeException {
    Class<?> type = collection.getClass();
    if (type != lastAllowed && asked != ALL_KINDS) {
      ask(type, -1);
      lastAllowed = everyTime ? null : type;
    }
    return collection;
  }

  private void askAboutLength(Kind kind, int length) throws DecodeException {
    Class<?> room = kind.room();
    if (room != null && length > 0 && (roomsAsked & kind.bit()) == 0) {
      ask(room, length);
      roomsAsked |= everyTime ? 0 : kind.bit();
    }
    if (everyTime) {
      for (Class<?> type : kind.asked()) {
        if (type.isArray()) {
          ask(type, length);
        }
      }
    }
  }

  private void ask(Class<?> type, int length) throws DecodeException {
    ask(type, length, depth);
  }

  private void ask(@Nullable Class<?> type, int length, int atDepth) throws DecodeException {
    String refusal = filter.refusal(new Question(type, length, atDepth, references, bytesRead()));
    if (refusal != null) {
      throw new DecodeException(refusal, null);
    }
  }
}
