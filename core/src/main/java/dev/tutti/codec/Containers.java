package dev.tutti.codec;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads sets and maps, whose counts the reader has checked. */
final class Containers {
  private Containers() {}

  /** The sizes of hash tables are those that the JDK gives them, so their order is the same. */
  static Set<@Nullable Object> set(CompactReader in, Kind kind, int count) throws DecodeException {
    Set<@Nullable Object> all =
        switch (kind) {
          case HASH_SET -> new HashSet<>((int) (count * (1 / 0.75f)));
          case LINKED_HASH_SET -> new LinkedHashSet<>((int) (count * (1 / 0.75f)));
          default -> new TreeSet<>();
        };
    for (int i = 0; i < count; i++) {
      all.add(in.value());
    }
    return all;
  }

  static Map<@Nullable Object, @Nullable Object> map(CompactReader in, Kind kind, int count)
      throws DecodeException {
    int capacity = Math.max(16, (int) Math.ceil(count / 0.75));
    Map<@Nullable Object, @Nullable Object> map =
        switch (kind) {
          case HASH_MAP -> new HashMap<>(capacity);
          case LINKED_HASH_MAP -> new LinkedHashMap<>(capacity);
          default -> new TreeMap<>();
        };
    for (int i = 0; i < count; i++) {
      Object key = in.value();
      map.put(key, in.value());
    }
    return map;
  }

  static Map<?, ?> mapOf(CompactReader in, int count) throws DecodeException {
    Map.Entry<?, ?>[] entries = new Map.Entry<?, ?>[count];
    for (int i = 0; i < entries.length; i++) {
      Object key = in.value();
      entries[i] = Map.entry(notNull(key), notNull(in.value()));
    }
    return Map.ofEntries(entries);
  }

  private static Object notNull(@Nullable Object value) throws DecodeException {
    if (value == null) {
      throw new DecodeException("null is held by what takes none", null);
    }
    return value;
  }
}
