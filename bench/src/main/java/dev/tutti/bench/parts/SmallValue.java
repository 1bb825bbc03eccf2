package dev.tutti.bench.parts;

import java.io.Serializable;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Values as tasks have them. */
public enum SmallValue {
  /** A number. */
  INT(4_200),
  /** A larger number. */
  LONG(1L << 40),
  /** A number with a fraction. */
  DOUBLE(21.5),
  /** 24 characters. */
  TEXT("photos/2026/cat-0042.jpg"),
  /** 1,000 characters. */
  TEXT_1000("lorem ips ".repeat(100)),
  /** 20 characters beyond Latin-1. */
  TEXT_16("\u0444\u043e\u0442\u043e ".repeat(4)),
  /** A relative path. */
  PATH(Path.of("photos", "2026", "cat-0042.jpg")),
  /** A time span. */
  DURATION(Duration.ofMillis(1_500)),
  /** A point in time. */
  INSTANT(Instant.ofEpochSecond(1_700_000_000L, 5)),
  /** A day. */
  DATE(LocalDate.of(2026, 11, 21)),
  /** 16 bytes. */
  UUID_VALUE(new UUID(1L << 60, 7)),
  /** A decimal number. */
  DECIMAL(new BigDecimal("12345.678")),
  /** A constant. */
  CONSTANT(TimeUnit.SECONDS),
  /** Three components. */
  RECORD(Reading.of(7)),
  /** A record that holds a list, a constant and a record. */
  NESTED_RECORD(new Report(5, "noon", TimeUnit.DAYS, List.of(1, 2, 3), Reading.of(3))),
  /** 8 numbers, unmodifiable. */
  LIST_OF_8(List.of(1, 2, 3, 4, 5, 6, 7, 8)),
  /** 1,000 numbers. */
  INTS(listOf(i -> i * 7)),
  /** 1,000 texts. */
  TEXTS(listOf(i -> "name-" + i)),
  /** 1,000 records. */
  RECORDS(listOf(Reading::of)),
  /** 1,000 constants. */
  CONSTANTS(listOf(i -> List.of(TimeUnit.values()).get(i % 7))),
  /** 20 texts to numbers. */
  HASH_MAP(mapTo(new HashMap<>())),
  /** The same, in order of insertion. */
  LINKED_MAP(mapTo(new LinkedHashMap<>())),
  /** The same, sorted. */
  TREE_MAP(mapTo(new TreeMap<>())),
  /** 5 texts to numbers, unmodifiable. */
  MAP_OF(Map.of("a", 1, "b", 2, "c", 3, "d", 4, "e", 5)),
  /** 20 texts. */
  HASH_SET(new HashSet<>(mapTo(new HashMap<>()).keySet())),
  /** 3 texts, unmodifiable. */
  SET_OF(Set.of("a", "b", "c")),
  /** 100 numbers. */
  INT_ARRAY(IntStream.range(0, 100).toArray()),
  /** 1,000 numbers. */
  DOUBLE_ARRAY(IntStream.range(0, 1_000).asDoubleStream().toArray()),
  /** 8 texts. */
  TEXT_ARRAY(IntStream.range(0, 8).mapToObj(i -> "name-" + i).toArray(String[]::new)),
  /** 8 records. */
  RECORD_ARRAY(IntStream.range(0, 8).mapToObj(Reading::of).toArray(Reading[]::new));

  @SuppressWarnings("ImmutableEnumChecker") // nobody changes it
  private final transient Object value;

  SmallValue(Object value) {
    this.value = value;
  }

  Object make() {
    return value;
  }

  private static List<Object> listOf(IntFunction<Object> element) {
    List<Object> list = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      list.add(element.apply(i));
    }
    return list;
  }

  private static Map<String, Integer> mapTo(Map<String, Integer> map) {
    for (int i = 0; i < 20; i++) {
      map.put("key-" + i, i);
    }
    return map;
  }

  /** A small record, as users have them. */
  record Reading(String sensor, double value, long at) implements Serializable {
    static Reading of(int i) {
      return new Reading("sensor-" + i, i / 2.0, 1_700_000_000L + i);
    }
  }

  /** One that holds more. */
  record Report(int number, String name, TimeUnit unit, List<Integer> parts, Reading last)
      implements Serializable {}
}
