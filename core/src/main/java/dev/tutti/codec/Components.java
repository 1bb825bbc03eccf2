package dev.tutti.codec;

import java.io.Serializable;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Optional;

/**
 * A record: its components in their order, read from its fields as JDK serialisation does, and
 * given to its canonical constructor.
 */
final class Components extends Shape.Named {
  /*
   * Two method handles a class do all the work: (CompactWriter, Object)void writes all components, (CompactReader)Object reads
   * them and calls the constructor. Each is put together from one handle a component, without boxes, and the JVM
   * compiles the whole as one piece when it is used often.
   *
   * Handles are made here, by reflection, because only this module may look into the class. Where it may not, in a module that
   * does not open the package, the record is left to the JDK; so are records with a say in how they are written
   * (writeReplace, readResolve), and those that would be refused.
   */
  private static final int MOST = 64;
  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

  private final int count;
  private final MethodHandle writer;
  private final MethodHandle reader;

  private Components(
      Class<?> type, byte[] name, int inside, int count, MethodHandle writer, MethodHandle reader) {
    super(Kind.RECORD, type, name, inside);
    this.count = count;
    this.writer = writer;
    this.reader = reader;
  }

  static Optional<Shape> shapeOf(Class<?> type, byte[] name) {
    if (!Serializable.class.isAssignableFrom(type)
        || SharedState.isOne(type)
        || hasSay(type, "writeReplace")
        || hasSay(type, "readResolve")) {
      return Optional.empty();
    }
    try {
      RecordComponent[] components = type.getRecordComponents();
      Class<?>[] types = new Class<?>[components.length];
      MethodHandle[] takers = new MethodHandle[components.length];
      for (int i = 0; i < types.length; i++) {
        types[i] = components[i].getType();
        takers[i] = taker(types[i]);
      }
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      if (components.length > MOST || !constructor.trySetAccessible()) {
        return Optional.empty();
      }
      MethodHandle writer =
          MethodHandles.empty(MethodType.methodType(void.class, CompactWriter.class, type));
      for (RecordComponent component : List.of(components).reversed()) {
        Field field = type.getDeclaredField(component.getName());
        if (!field.trySetAccessible()) {
          return Optional.empty();
        }
        writer = MethodHandles.foldArguments(writer, putter(field));
      }
      MethodHandle reader =
          MethodHandles.permuteArguments(
              MethodHandles.filterArguments(LOOKUP.unreflectConstructor(constructor), 0, takers),
              MethodType.methodType(type, CompactReader.class),
              new int[types.length]);
      return Optional.of(
          new Components(
              type,
              name,
              insideOf(components),
              components.length,
              writer.asType(MethodType.methodType(void.class, CompactWriter.class, Object.class)),
              reader.asType(MethodType.methodType(Object.class, CompactReader.class))));
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      return Optional
          .empty(); // a class that it names is missing: the JDK says so, in its own words
    }
  }

  private static boolean hasSay(Class<?> type, String method) {
    for (Method m : type.getDeclaredMethods()) {
      if (m.getName().equals(method) && m.getParameterCount() == 0) {
        return true;
      }
    }
    return false;
  }

  /** {@return names and types of all components, as a number} */
  private static int insideOf(RecordComponent[] components) {
    int inside = components.length;
    for (RecordComponent component : components) {
      inside = 31 * inside + component.getName().hashCode();
      inside = 31 * inside + component.getType().getName().hashCode();
    }
    return inside;
  }

  /** {@return (CompactWriter, record)void} */
  private static MethodHandle putter(Field field) throws ReflectiveOperationException {
    Class<?> type = field.getType();
    String method = type.isPrimitive() ? "put" + capital(type.getName()) : "value";
    Class<?> taken = type.isPrimitive() ? type : Object.class;
    MethodHandle put =
        LOOKUP.findVirtual(CompactWriter.class, method, MethodType.methodType(void.class, taken));
    MethodHandle getter = LOOKUP.unreflectGetter(field);
    return MethodHandles.filterArguments(
        put, 1, getter.asType(getter.type().changeReturnType(taken)));
  }

  /** {@return (CompactReader)type} */
  private static MethodHandle taker(Class<?> type) throws ReflectiveOperationException {
    String method = type.isPrimitive() ? "take" + capital(type.getName()) : "value";
    Class<?> taken = type.isPrimitive() ? type : Object.class;
    return LOOKUP
        .findVirtual(CompactReader.class, method, MethodType.methodType(taken))
        .asType(MethodType.methodType(type, CompactReader.class));
  }

  private static String capital(String word) {
    return Character.toUpperCase(word.charAt(0)) + word.substring(1);
  }

  int count() {
    return count;
  }

  MethodHandle writer() {
    return writer;
  }

  MethodHandle reader() {
    return reader;
  }
}
