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
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a value of the compact form is; its ordinal is its tag. A tag below zero is an {@code int}
 * from 0 to 127.
 *
 * <p>Each knows the classes that the filter would be asked about if the same value came as a JDK
 * stream. So a filter takes and refuses the same values in both forms.
 */
@SuppressWarnings("EnumOrdinal") // both processes have this very class
enum Kind {
  NULL(Trait.LEAF),
  TRUE(Trait.LEAF, Boolean.class),
  FALSE(Trait.LEAF, Boolean.class),
  INT(Trait.LEAF, Integer.class, Number.class),
  LONG(Trait.LEAF, Long.class, Number.class),
  DOUBLE(Trait.LEAF, Double.class, Number.class),
  TEXT(Trait.LEAF),
  TEXT_16(Trait.LEAF),
  PATH(Trait.LEAF, Forms.PathForm.class, Path.of("").getClass()),
  STREAM(Trait.NONE),
  GRAPH(Trait.NONE),
  BYTE(Trait.LEAF, Byte.class, Number.class),
  SHORT(Trait.LEAF, Short.class, Number.class),
  CHAR(Trait.LEAF, Character.class),
  FLOAT(Trait.LEAF, Float.class, Number.class),
  BIG_INTEGER(Trait.LEAF, BigInteger.class, Number.class),
  BIG_DECIMAL(Trait.LEAF, BigDecimal.class, BigInteger.class, Number.class),
  DURATION(Trait.LEAF, Hidden.TIME, Duration.class),
  INSTANT(Trait.LEAF, Hidden.TIME, Instant.class),
  LOCAL_DATE(Trait.LEAF, Hidden.TIME, LocalDate.class),
  LOCAL_TIME(Trait.LEAF, Hidden.TIME, LocalTime.class),
  LOCAL_DATE_TIME(Trait.LEAF, Hidden.TIME, LocalDateTime.class),
  UUID(Trait.LEAF, UUID.class),
  OPTIONAL(Trait.HOLDER, Forms.OptionalForm.class, Optional.class),
  OPTIONAL_INT(Trait.LEAF, Forms.OptionalNumberForm.class, OptionalInt.class),
  OPTIONAL_LONG(Trait.LEAF, Forms.OptionalNumberForm.class, OptionalLong.class),
  OPTIONAL_DOUBLE(Trait.LEAF, Forms.OptionalNumberForm.class, OptionalDouble.class),
  EMPTY_LIST(Trait.LEAF, Collections.EMPTY_LIST.getClass()),
  EMPTY_SET(Trait.LEAF, Collections.EMPTY_SET.getClass()),
  EMPTY_MAP(Trait.LEAF, Collections.EMPTY_MAP.getClass()),
  BOOLEANS(Trait.HOLDER, boolean[].class),
  BYTES(Trait.HOLDER, byte[].class),
  CHARS(Trait.HOLDER, char[].class),
  SHORTS(Trait.HOLDER, short[].class),
  INTS(Trait.HOLDER, int[].class),
  FLOATS(Trait.HOLDER, float[].class),
  LONGS(Trait.HOLDER, long[].class),
  DOUBLES(Trait.HOLDER, double[].class),
  STRINGS(Trait.HOLDER, String[].class),
  OBJECTS(Trait.HOLDER, Object[].class),
  ARRAY_LIST(Room.LIST, ArrayList.class),
  LIST_OF(Trait.HOLDER, Hidden.COLLECTION, Object[].class),
  LIST_OF_NULLS(Trait.HOLDER, Hidden.COLLECTION, Object[].class),
  HASH_MAP(Room.TABLE, HashMap.class),
  LINKED_HASH_MAP(Room.TABLE, LinkedHashMap.class, HashMap.class),
  TREE_MAP(Trait.CODE, TreeMap.class),
  MAP_OF(Trait.CODE, Hidden.COLLECTION, Object[].class),
  HASH_SET(Trait.CODE, HashSet.class, Map.Entry[].class),
  LINKED_HASH_SET(Trait.CODE, LinkedHashSet.class, HashSet.class, Map.Entry[].class),
  TREE_SET(Trait.CODE, TreeSet.class),
  SET_OF(Trait.CODE, Hidden.COLLECTION, Object[].class),
  ARRAY(Trait.CODE),
  ENUM(Trait.CODE, Enum.class),
  RECORD(Trait.CODE),
  SAME(Trait.HOLDER),
  PART(Trait.HOLDER),
  LAMBDA(Trait.NONE);

  /** What reading may do. */
  private enum Trait {
    /** It holds nothing, and may stand alone. */
    LEAF,
    /** It holds values; to read it runs no code of anybody. */
    HOLDER,
    /** Classes are looked up, constructed, hashed or compared. */
    CODE,
    /** No part of the compact form. */
    NONE
  }

  /**
   * What one makes room in when it is not empty; a filter is asked about that too, with its length.
   */
  private enum Room {
    LIST(Trait.HOLDER, Object[].class),
    TABLE(Trait.CODE, Map.Entry[].class);

    private final Trait trait;
    private final Class<?> type;

    Room(Trait trait, Class<?> type) {
      this.trait = trait;
      this.type = type;
    }
  }

  private static final Kind[] ALL = values();

  private final Trait trait;

  @SuppressWarnings("ImmutableEnumChecker") // a List.of
  private final List<Class<?>> asked;

  private final @Nullable Class<?> room;

  Kind(Trait trait, Class<?>... asked) {
    this.trait = trait;
    this.asked = List.of(asked);
    this.room = null;
  }

  Kind(Room room, Class<?>... asked) {
    this.trait = room.trait;
    this.asked = List.of(asked);
    this.room = room.type;
  }

  /** {@return the kind of a tag from 0 on; {@code STREAM} if there is none} */
  static Kind of(byte tag) {
    return tag < ALL.length ? ALL[tag] : STREAM;
  }

  byte tag() {
    return (byte) ordinal();
  }

  /** {@return the bit of this kind in a set of kinds} */
  long bit() {
    return 1L << ordinal();
  }

  /** {@return whether it holds nothing, so that it may stand alone} */
  boolean isLeaf() {
    return trait == Trait.LEAF;
  }

  /** {@return whether reading one looks up, constructs, hashes or compares something} */
  boolean runsCode() {
    return trait == Trait.CODE;
  }

  /**
   * {@return which classes the filter is asked about, besides one that comes by its name, and that
   * of an unmodifiable collection, which depends on its size}
   */
  List<Class<?>> asked() {
    return asked;
  }

  /** {@return which class the filter is asked about if one is not empty; null if none} */
  @Nullable Class<?> room() {
    return room;
  }

  /** Classes of the JDK that stand in its streams and have no public name. */
  private static final class Hidden {
    static final Class<?> TIME = named("java.time.Ser");
    static final Class<?> COLLECTION = named("java.util.CollSer");

    private static Class<?> named(String name) {
      try {
        return Class.forName(name, false, null);
      } catch (ClassNotFoundException e) {
        throw new AssertionError("the JDK has no such class any more: " + name, e);
      }
    }
  }
}
