package dev.tutti.codec;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
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
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Values of all kinds, nested and shared by chance. */
final class RandomValues {
  /** A record with each kind of component. */
  @SuppressWarnings("serial") // what it holds depends on chance
  record Mixed(
      boolean flag,
      byte small,
      short number,
      char letter,
      int whole,
      float half,
      long large,
      double real,
      @Nullable String text,
      @Nullable Object held,
      List<?> list)
      implements Serializable {}

  record Point(int x, int y) implements Serializable {}

  record Nothing() implements Serializable {}

  /** Constants with and without a body. */
  enum Colour {
    RED,
    GREEN {
      @Override
      public String toString() {
        return "leaves";
      }
    },
    BLUE
  }

  private final Random random;
  private final List<Object> made = new ArrayList<>();

  RandomValues(long seed) {
    this.random = new Random(seed);
  }

  @Nullable Object next() {
    made.clear();
    return value(4);
  }

  private @Nullable Object value(int depth) {
    if (depth == 0 || random.nextInt(3) == 0) {
      return random.nextInt(12) == 0 ? null : leaf();
    }
    if (!made.isEmpty() && random.nextInt(5) == 0) {
      return made.get(random.nextInt(made.size()));
    }
    Object holder = holder(depth - 1);
    made.add(holder);
    return holder;
  }

  Object leaf() {
    return switch (random.nextInt(26)) {
      case 0 -> random.nextBoolean();
      case 1 -> random.nextInt();
      case 2 -> random.nextInt(-3, 300);
      case 3 -> random.nextLong();
      case 4 -> Double.longBitsToDouble(random.nextLong());
      case 5 -> (byte) random.nextInt();
      case 6 -> (short) random.nextInt();
      case 7 -> (char) random.nextInt();
      case 8 -> Float.intBitsToFloat(random.nextInt());
      case 9, 10, 11, 12 -> text();
      case 13 -> new BigInteger(random.nextInt(1, 90), random).negate();
      case 14 -> new BigDecimal(new BigInteger(70, random), random.nextInt(-9, 9));
      case 15 -> Duration.ofSeconds(random.nextInt(), random.nextInt(1_000_000_000));
      case 16 -> Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
      case 17 -> LocalDate.ofEpochDay(random.nextInt(-1_000_000, 1_000_000));
      case 18 -> LocalTime.ofNanoOfDay(random.nextLong(86_400_000_000_000L));
      case 19 -> LocalDateTime.of(2026, 11, 21, 12, random.nextInt(60), 5, random.nextInt(9));
      case 20 -> new UUID(random.nextLong(), random.nextLong());
      case 21 -> Path.of("some", "where", "file-" + random.nextInt(100));
      case 22 -> Colour.values()[random.nextInt(3)];
      case 23 -> random.nextBoolean() ? DayOfWeek.FRIDAY : TimeUnit.DAYS;
      case 24 -> random.nextBoolean() ? OptionalInt.of(random.nextInt()) : OptionalLong.empty();
      default -> random.nextBoolean() ? OptionalDouble.of(0.5) : OptionalLong.of(3);
    };
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    int most = random.nextInt(4) == 0 ? 0x10000 : random.nextBoolean() ? 0x100 : 0x80;
    for (int n = random.nextInt(60); n > 0; n--) {
      text.append((char) random.nextInt(most));
    }
    return text.toString();
  }

  /** What may be hashed and compared, and gives the same hash elsewhere. */
  private Object key() {
    return random.nextInt(4) == 0 ? new Point(random.nextInt(9), 1) : leaf();
  }

  private Object holder(int depth) {
    return switch (random.nextInt(32)) {
      case 0, 1 -> some(new ArrayList<>(), depth);
      case 2 -> list(depth, 1);
      case 3 -> list(depth, 2);
      case 4 -> list(depth, 5);
      case 5 -> some(new ArrayList<>(), depth).stream().toList();
      case 6 -> map(new HashMap<>(), depth);
      case 7 -> map(new HashMap<>(64), depth);
      case 8 -> map(new LinkedHashMap<>(), depth);
      case 9 -> map(new LinkedHashMap<>(4, 0.75f, true), depth);
      case 10 -> new TreeMap<>(Map.of("b", leaf(), "a", leaf(), text(), "c"));
      case 11 -> new TreeMap<>(Map.of(2, leaf(), 1, leaf()));
      case 12 -> new TreeMap<>(Collections.reverseOrder());
      case 13 -> Map.copyOf(map(new HashMap<>(), 0));
      case 14 -> Map.of(key(), leaf());
      case 15 -> keys(new HashSet<>());
      case 16 -> keys(new LinkedHashSet<>());
      case 17 -> new TreeSet<>(List.of(3, 1, 2));
      case 18 -> Set.copyOf(keys(new HashSet<>()));
      case 19 -> new int[] {random.nextInt(), random.nextInt()};
      case 20 -> numbers();
      case 21 -> new String[] {text(), text()};
      case 22 -> new Object[] {value(depth), value(depth), value(depth)};
      case 23 -> new Point[] {new Point(1, 2), new Point(3, 4)};
      case 24 -> new int[][] {{1}, {2, 3}, {}};
      case 25 -> new Comparable<?>[] {1, text(), Colour.BLUE};
      case 26 -> Optional.ofNullable(value(depth));
      case 27 -> new Point(random.nextInt(), random.nextInt());
      case 28 -> new Nothing();
      case 29 -> random.nextInt(4) == 0 ? BitSet.valueOf(new long[] {7}) : Arrays.asList(1, 2);
      case 30 ->
          random.nextBoolean() ? Collections.emptyList() : Collections.unmodifiableList(list(0, 3));
      default ->
          new Mixed(
              random.nextBoolean(),
              (byte) random.nextInt(),
              (short) random.nextInt(),
              (char) random.nextInt(),
              random.nextInt(),
              random.nextFloat(),
              random.nextLong(),
              random.nextDouble(),
              random.nextBoolean() ? text() : null,
              value(depth),
              list(depth, 2));
    };
  }

  private Object numbers() {
    return switch (random.nextInt(7)) {
      case 0 -> new boolean[] {random.nextBoolean(), true};
      case 1 -> new byte[] {1, (byte) random.nextInt()};
      case 2 -> new char[] {'a', (char) random.nextInt()};
      case 3 -> new short[] {(short) random.nextInt()};
      case 4 -> new float[] {random.nextFloat(), Float.NaN};
      case 5 -> random.longs(random.nextInt(9)).toArray();
      default -> random.doubles(random.nextInt(9)).toArray();
    };
  }

  private List<?> list(int depth, int size) {
    Object[] elements = new Object[size];
    for (int i = 0; i < size; i++) {
      Object element = value(depth);
      elements[i] = element == null ? "null" : element;
    }
    return List.of(elements);
  }

  private Collection<@Nullable Object> some(Collection<@Nullable Object> empty, int depth) {
    for (int n = random.nextInt(6); n > 0; n--) {
      empty.add(value(depth));
    }
    return empty;
  }

  private Collection<Object> keys(Collection<Object> empty) {
    for (int n = random.nextInt(20); n > 0; n--) {
      empty.add(key());
    }
    return empty;
  }

  private Map<Object, Object> map(Map<Object, Object> empty, int depth) {
    for (int n = random.nextInt(20); n > 0; n--) {
      Object held = value(depth);
      empty.put(key(), held == null ? "null" : held);
    }
    return empty;
  }
}
