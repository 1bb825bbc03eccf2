package dev.tutti.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/** How the values of one class are written in the compact form. */
sealed class Shape {
  /*
   * A shape is found by a ClassValue: it lives as long as its class and holds nothing but it. Only the class itself counts, no
   * class that extends it: what a subclass adds, nobody here knows.
   */
  private static final Shape NONE = new Shape(Kind.STREAM);

  /** Classes of which each value is of the same kind. */
  private static final Map<Class<?>, Kind> KINDS =
      Map.ofEntries(
          Map.entry(Boolean.class, Kind.TRUE),
          Map.entry(Integer.class, Kind.INT),
          Map.entry(Long.class, Kind.LONG),
          Map.entry(Double.class, Kind.DOUBLE),
          Map.entry(String.class, Kind.TEXT),
          Map.entry(Byte.class, Kind.BYTE),
          Map.entry(Short.class, Kind.SHORT),
          Map.entry(Character.class, Kind.CHAR),
          Map.entry(Float.class, Kind.FLOAT),
          Map.entry(BigInteger.class, Kind.BIG_INTEGER),
          Map.entry(BigDecimal.class, Kind.BIG_DECIMAL),
          Map.entry(Duration.class, Kind.DURATION),
          Map.entry(Instant.class, Kind.INSTANT),
          Map.entry(LocalDate.class, Kind.LOCAL_DATE),
          Map.entry(LocalTime.class, Kind.LOCAL_TIME),
          Map.entry(LocalDateTime.class, Kind.LOCAL_DATE_TIME),
          Map.entry(UUID.class, Kind.UUID),
          Map.entry(Optional.class, Kind.OPTIONAL),
          Map.entry(OptionalInt.class, Kind.OPTIONAL_INT),
          Map.entry(OptionalLong.class, Kind.OPTIONAL_LONG),
          Map.entry(OptionalDouble.class, Kind.OPTIONAL_DOUBLE),
          Map.entry(Collections.EMPTY_LIST.getClass(), Kind.EMPTY_LIST),
          Map.entry(Collections.EMPTY_SET.getClass(), Kind.EMPTY_SET),
          Map.entry(Collections.EMPTY_MAP.getClass(), Kind.EMPTY_MAP),
          Map.entry(boolean[].class, Kind.BOOLEANS),
          Map.entry(byte[].class, Kind.BYTES),
          Map.entry(char[].class, Kind.CHARS),
          Map.entry(short[].class, Kind.SHORTS),
          Map.entry(int[].class, Kind.INTS),
          Map.entry(float[].class, Kind.FLOATS),
          Map.entry(long[].class, Kind.LONGS),
          Map.entry(double[].class, Kind.DOUBLES),
          Map.entry(String[].class, Kind.STRINGS),
          Map.entry(Object[].class, Kind.OBJECTS),
          Map.entry(ArrayList.class, Kind.ARRAY_LIST),
          Map.entry(List.of(1).getClass(), Kind.LIST_OF),
          Map.entry(
              List.of(1, 2, 3).getClass(), Kind.LIST_OF_NULLS), // or LIST_OF: its writer looks
          Map.entry(HashMap.class, Kind.HASH_MAP),
          Map.entry(LinkedHashMap.class, Kind.LINKED_HASH_MAP),
          Map.entry(TreeMap.class, Kind.TREE_MAP),
          Map.entry(Map.of(1, 1).getClass(), Kind.MAP_OF),
          Map.entry(Map.of(1, 1, 2, 2).getClass(), Kind.MAP_OF),
          Map.entry(HashSet.class, Kind.HASH_SET),
          Map.entry(LinkedHashSet.class, Kind.LINKED_HASH_SET),
          Map.entry(TreeSet.class, Kind.TREE_SET),
          Map.entry(Set.of(1).getClass(), Kind.SET_OF),
          Map.entry(Set.of(1, 2, 3).getClass(), Kind.SET_OF));

  private static final ClassValue<Shape> SHAPES =
      new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
          return shapeOf(type);
        }
      };

  private final Kind kind;

  private Shape(Kind kind) {
    this.kind = kind;
  }

  static Shape of(Class<?> type) {
    return SHAPES.get(type);
  }

  private static Shape shapeOf(Class<?> type) {
    Kind known = KINDS.get(type);
    if (known != null) {
      return new Shape(known);
    }
    if (Path.class.isAssignableFrom(type)) {
      return new Shape(Kind.PATH);
    }
    byte[] name = ClassNames.of(type);
    if (name == null) {
      return NONE;
    }
    if (type.isArray()) {
      return new Named(Kind.ARRAY, type, name, 0);
    }
    if (type.isEnum()) {
      return Constants.of(type, name);
    }
    Class<?> parent = type.getSuperclass();
    if (parent != null && parent.isEnum()) { // a constant with a body of its own
      return of(parent);
    }
    return type.isRecord() ? Components.shapeOf(type, name).orElse(NONE) : NONE;
  }

  /** {@return the kind; {@code STREAM} if the class has none} */
  final Kind kind() {
    return kind;
  }

  /** The class comes by its name, with a mark that shows whether both sides have the same one. */
  static sealed class Named extends Shape permits Constants, Components {
    private final Class<?> type;
    private final byte[] name;
    private final int mark;

    Named(Kind kind, Class<?> type, byte[] name, int inside) {
      super(kind);
      this.type = type;
      this.name = name;
      this.mark = 31 * type.getName().hashCode() + inside;
    }

    final Class<?> type() {
      return type;
    }

    final byte[] name() {
      return name;
    }

    final int mark() {
      return mark;
    }
  }

  /** An enum: a constant is its number, and the mark is made of all their names. */
  static final class Constants extends Named {
    private final Object[] constants;

    private Constants(Class<?> type, byte[] name, Object[] constants, int inside) {
      super(Kind.ENUM, type, name, inside);
      this.constants = constants;
    }

    static Shape of(Class<?> type, byte[] name) {
      Object[] constants = type.getEnumConstants();
      int inside = constants.length;
      for (Object constant : constants) {
        inside = 31 * inside + ((Enum<?>) constant).name().hashCode();
      }
      return new Constants(type, name, constants, inside);
    }

    Object constant(int number) throws DecodeException {
      if (number >= constants.length) {
        throw new DecodeException(
            "%s has no such constant: number=%d constants=%d"
                .formatted(type().getName(), number, constants.length),
            null);
      }
      return constants[number];
    }
  }
}
