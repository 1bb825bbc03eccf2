package dev.tutti.actors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tutti.codec.Codec;
import dev.tutti.codec.Filters;
import dev.tutti.codec.Role;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the map and the list of ready-made actors promise inside their process. */
@Tag("unit")
class StampedTest {
  /** Each method of the map gives what a HashMap's gives, and leaves what it leaves. */
  @Test
  void map_randomCalls_isAHashMap() {
    StampedMap<Integer, Integer> map = new StampedMap<>();
    Map<Integer, Integer> model = new HashMap<>();
    Random random = new Random(1);
    for (int i = 0; i < 5_000; i++) {
      int key = random.nextInt(20);
      int value = random.nextInt(5);
      List<Function<Map<Integer, Integer>, Object>> calls =
          List.of(
              m -> Objects.requireNonNullElse(m.put(key, value), -1),
              m -> m.getOrDefault(key, -1),
              m -> Objects.requireNonNullElse(m.remove(key), -1),
              m -> m.remove(key, value),
              m -> m.replace(key, value, value + 1),
              m -> Objects.requireNonNullElse(m.merge(key, value, Integer::sum), -1),
              m -> m.values().removeIf(v -> v > 40),
              m -> m.keySet().remove(key),
              m -> m.entrySet().contains(Map.entry(key, value)),
              m -> m.containsKey(key) && m.containsValue(value),
              m -> {
                m.replaceAll((_, v) -> v + 1);
                m.entrySet().forEach(e -> e.setValue(e.getValue() + 1));
                return m.size();
              });
      Function<Map<Integer, Integer>, Object> call = calls.get(random.nextInt(calls.size()));
      assertThat(call.apply(map)).isEqualTo(call.apply(model));
      assertThat(map).isEqualTo(model).hasSameHashCodeAs(model);
      assertThat(map.copy()).isEqualTo(model);
    }
    map.clear();
    assertThat(map).isEmpty();
    assertThrows(NullPointerException.class, () -> map.put(1, null));
    assertThrows(NullPointerException.class, () -> map.put(null, 1));
  }

  /** A value's stamp stays while it is read, and changes with whatever can change the value. */
  @Test
  void map_stamp_changesWithTheValue() {
    StampedMap<String, int[]> map = new StampedMap<>();
    assertThat(map.see("a").stamp()).isEqualTo(Stamped.NONE);
    map.put("a", new int[1]);
    map.put("other", new int[1]);
    long stamp = map.see("a").stamp();
    assertThat(map.read("a")).hasSize(1);
    map.put("other", new int[2]);
    assertThat(map.copy()).hasSize(2);
    assertThat(map.seeAll().get("a").stamp()).isEqualTo(stamp);
    List<Consumer<Map<String, int[]>>> changes =
        List.of(
            m -> m.put("a", m.get("a")),
            m -> m.get("a")[0]++,
            m -> m.values().iterator().next()[0]++,
            m -> m.forEach((_, value) -> value[0]++),
            m -> m.entrySet().forEach(e -> e.setValue(new int[3])),
            m -> {
              m.clear();
              m.put("a", new int[1]);
            });
    for (Consumer<Map<String, int[]>> change : changes) {
      map.remove("other");
      long before = map.see("a").stamp();
      change.accept(map);
      assertThat(map.see("a").stamp()).isNotEqualTo(before);
      assertThat(map.trade("a", before, new int[7])).isNotNull();
    }
    assertThat(map.trade("a", map.see("a").stamp(), new int[7])).isNull();
    assertThat(map.read("a")).hasSize(7);
    assertThat(map.trade("a", map.see("a").stamp(), null)).isNull();
    assertThat(map).isEmpty();
  }

  /** Each method of the list gives what an ArrayList's gives, and leaves what it leaves. */
  @Test
  void list_randomCalls_isAnArrayList() {
    StampedList<Integer> list = new StampedList<>();
    List<Integer> model = new ArrayList<>();
    Random random = new Random(1);
    for (int i = 0; i < 5_000; i++) {
      int value = random.nextInt(9);
      int at = random.nextInt(model.size() + 1);
      List<Function<List<Integer>, Object>> calls =
          List.of(
              l -> l.add(value),
              l -> l.addAll(at, Arrays.asList(value, null)),
              l -> l.addAll(List.of(1, 2)),
              l -> l.remove((Object) value),
              l -> l.removeIf(v -> v == null || v == value),
              l -> l.contains(value) && l.indexOf(value) <= l.lastIndexOf(value),
              l -> l.stream().filter(Objects::nonNull).mapToInt(v -> v).sum(),
              l -> {
                l.add(at, value);
                l.set(at, value + 1);
                l.subList(0, at / 2).clear();
                return l.isEmpty() ? -1 : Objects.requireNonNullElse(l.removeLast(), -2);
              },
              l -> {
                l.sort(Comparator.nullsFirst(Comparator.reverseOrder()));
                l.replaceAll(v -> v == null ? 0 : v % 7);
                Iterator<Integer> iterator = l.iterator();
                if (iterator.hasNext()) {
                  iterator.next();
                  iterator.remove();
                }
                return Arrays.asList(l.toArray(Integer[]::new));
              });
      Function<List<Integer>, Object> call = calls.get(random.nextInt(calls.size()));
      assertThat(call.apply(list)).isEqualTo(call.apply(model));
      assertThat(list.copy()).isEqualTo(model);
      assertThat(list.equals(model)).isTrue();
      assertThat(list).hasSameHashCodeAs(model).hasSameSizeAs(model);
    }
  }

  /** The list's stamp stays while it is read, and changes with whatever can change an element. */
  @Test
  void list_stamp_changesWithTheElements() {
    StampedList<int[]> list = new StampedList<>();
    list.add(new int[1]);
    long stamp = list.see().stamp();
    assertThat(list.read(0)).isSameAs(list.slice(0, 1).get(0)).isSameAs(list.copy().get(0));
    assertThat(list.see().stamp()).isEqualTo(stamp);
    List<Consumer<List<int[]>>> changes =
        List.of(
            l -> l.get(0)[0]++,
            l -> l.iterator().next()[0]++,
            l -> l.forEach(value -> value[0]++),
            l -> l.stream().forEach(value -> value[0]++),
            l -> ((int[]) l.toArray()[0])[0]++,
            l -> l.toArray(int[][]::new)[0][0]++,
            l -> l.set(0, new int[1]),
            l -> l.add(new int[1]),
            l -> l.add(0, new int[1]),
            l -> l.addAll(List.of()),
            l -> l.remove(0),
            l -> l.remove(l.get(0)),
            l -> l.removeIf(value -> value[0]++ < 0),
            l -> l.replaceAll(value -> value),
            l -> l.sort(Comparator.comparingInt(value -> value[0]++)),
            l -> l.addAll(List.of(new int[1], new int[1], new int[1])),
            l -> l.subList(0, 2).clear());
    for (Consumer<List<int[]>> change : changes) {
      long before = list.see().stamp();
      change.accept(list);
      assertThat(list.trade(before, List.of())).isNotNull();
    }
    assertThat(list.trade(list.see().stamp(), List.of(new int[7]))).isNull();
    assertThat(list.read(0)).hasSize(7);
    list.clear();
    assertThat(list.size()).isZero();
  }

  /** A checkpoint keeps the elements and their stamps. */
  @Test
  void checkpoint_ofBoth_keepsTheStamps() throws Exception {
    StampedMap<String, Integer> map = new StampedMap<>();
    map.put("a", 1);
    StampedMap<?, ?> mapAgain = (StampedMap<?, ?>) throughBytes(map);
    assertThat(mapAgain.seeAll()).isEqualTo(map.seeAll());
    StampedList<String> list = new StampedList<>();
    list.add("a");
    StampedList<?> listAgain = (StampedList<?>) throughBytes(list);
    assertThat(listAgain.see()).isEqualTo(list.see());
  }

  private static Object throughBytes(Object state) throws Exception {
    byte[] bytes = Codec.encode(state, Role.STATE);
    return Codec.decode(
        ByteBuffer.wrap(bytes), StampedTest.class.getClassLoader(), Filters.tasks());
  }
}
