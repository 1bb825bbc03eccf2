package dev.tutti.actors;

import static dev.tutti.actors.ActorTest.QUIET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tutti.Pool;
import dev.tutti.process.JvmProcess;
import dev.tutti.process.PipeListener;
import dev.tutti.task.NotSendableException;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the ready-made actors promise. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class ActorsTest {
  /** A map is a map, for all processes: keys, values, entries, and the atomic methods. */
  @Test
  void map_methods_areThoseOfAConcurrentMap() throws Exception {
    try (ActorMap<String, Integer> map = Actors.map(QUIET);
        Pool pool = Pool.processes(2)) {
      assertThat(map).isEmpty();
      assertThat(map.put("a", 1)).isNull();
      map.putAll(Map.of("b", 2, "c", 3));
      assertThat(map).containsOnlyKeys("a", "b", "c").containsValues(1, 2, 3).hasSize(3);
      assertThat(map.putIfAbsent("a", 9)).isEqualTo(1);
      assertThat(map.replace("a", 1, 10)).isTrue();
      assertThat(map.replace("zz", 1)).isNull();
      assertThat(map.remove("b")).isEqualTo(2);
      assertThat(map.remove("c", 4)).isFalse();
      pool.forEach(IntStream.range(0, 40).boxed().toList(), _ -> map.merge("sum", 1, Integer::sum));
      assertThat(map.get("sum")).isEqualTo(40);
      assertThat(map.getOrDefault("none", 5)).isEqualTo(5);
      assertThat(map.containsKey("a")).isTrue();
      assertThat(map.containsValue(10)).isTrue();
      assertThat(map).isEqualTo(Map.of("a", 10, "c", 3, "sum", 40));
      assertThrows(UnsupportedOperationException.class, () -> map.keySet().clear());
      assertThrows(NullPointerException.class, () -> map.put("a", null));
      map.clear();
      assertThat(map.keySet()).isEmpty();
      assertThat(map.values()).isEmpty();
    }
  }

  /** A list is a list: slices, concatenation, removal, sorting; an iteration sees a copy. */
  @Test
  @SuppressWarnings("ListRemoveAmbiguous") // both are meant
  void list_methods_areThoseOfAList() {
    try (ActorList<Integer> list = Actors.list(QUIET)) {
      assertThat(list.addAll(IntStream.range(0, 10).boxed().toList())).isTrue();
      assertThat(list.slice(2, 5)).containsExactly(2, 3, 4);
      assertThat(list.subList(8, 10)).containsExactly(8, 9);
      list.addAll(4, List.of(-1, -2, -3));
      List<Integer> part = list.subList(4, 7);
      part.subList(0, 2).clear();
      assertThat(part).containsExactly(-3);
      part.clear();
      assertThat(part).isEmpty();
      assertThat(list).hasSize(10).doesNotContain(-1, -2, -3);
      assertThat(list.set(0, 100)).isZero();
      list.add(1, 50);
      assertThat(list.remove(2)).isEqualTo(1);
      assertThat(list.remove((Object) 9)).isTrue();
      assertThat(list.contains(50)).isTrue();
      assertThat(list.indexOf(8)).isEqualTo(8);
      assertThat(list.lastIndexOf(77)).isEqualTo(-1);
      list.sort(Comparator.reverseOrder());
      assertThat(list).containsExactly(100, 50, 8, 7, 6, 5, 4, 3, 2);
      list.replaceAll(n -> n + 1);
      assertThat(list.removeIf(n -> n > 5)).isTrue();
      assertThat(list).isEqualTo(List.of(5, 4, 3)).hasSameHashCodeAs(List.of(5, 4, 3));
      Iterator<Integer> copy = list.iterator();
      while (copy.hasNext()) {
        list.add(copy.next());
      }
      assertThat(list.toArray()).containsExactly(5, 4, 3, 5, 4, 3);
      assertThat(list.toArray(Integer[]::new)).hasSize(6);
      assertThat(list.removeAll(List.of(3, 4))).isTrue();
      assertThat(list.retainAll(List.of(5))).isFalse();
      assertThat(list.stream().mapToInt(n -> n).sum()).isEqualTo(10);
      assertThrows(IndexOutOfBoundsException.class, () -> list.get(2));
      assertThat(list.addAll(0, Arrays.asList(null, 1))).isTrue();
      assertThat(list.iterator()).toIterable().containsExactly(null, 1, 5, 5);
      list.clear();
      assertThat(list).isEmpty();
    }
  }

  /** What changes values that have no {@code equals} is done once, and never over somebody else. */
  @Test
  void updates_valuesWithoutEquals_areDoneOnce() throws Exception {
    try (ActorMap<String, int[]> map = Actors.map(QUIET);
        ActorList<int[]> list = Actors.list(QUIET)) {
      AtomicInteger runs = new AtomicInteger();
      map.putAll(Map.of("a", new int[] {1}, "b", new int[] {10}));
      map.merge("a", new int[] {2}, (old, more) -> once(runs, old[0] + more[0]));
      assertThat(map.get("a")).containsExactly(3);
      runs.set(0);
      map.compute("a", (_, old) -> once(runs, old[0] + 1));
      assertThat(map.computeIfPresent("c", (_, _) -> once(runs, 0))).isNull();
      assertThat(map.computeIfPresent("b", (_, _) -> null)).isNull();
      runs.set(0);
      map.replaceAll((_, old) -> once(runs, old[0] + 1));
      assertThat(map.keySet()).containsExactly("a");
      assertThat(map.get("a")).containsExactly(5);
      // Somebody else changes the value meanwhile, in place; another key does not count.
      runs.set(0);
      map.compute(
          "a",
          (_, old) -> {
            map.put("b", new int[1]);
            if (runs.incrementAndGet() == 1) {
              map.actor().ask(m -> m.get("a")[0] += 10).join();
            }
            return new int[] {old[0] + 1};
          });
      assertThat(runs).hasValue(2);
      assertThat(map.get("a")).containsExactly(16);
      assertThat(map.compute("a", (_, _) -> null)).isNull();
      assertThat(map.containsKey("a")).isFalse();

      runs.set(0);
      list.addAll(List.of(new int[] {2}, new int[] {1}));
      list.sort(Comparator.comparingInt(one -> one[0]));
      assertThat(list.get(0)).containsExactly(1);
      list.replaceAll(one -> {
        if (runs.incrementAndGet() == 1) {
          list.actor().ask(l -> l.get(0)[0] += 10).join();
        }
        return new int[] {one[0] + 1};
      });
      assertThat(runs).hasValue(4);
      assertThat(list.copy()).extracting(one -> one[0]).containsExactly(12, 3);
      assertThat(list.removeIf(one -> one[0] == 3)).isTrue();
      assertThat(list).hasSize(1);
    }
  }

  private static int[] once(AtomicInteger runs, int value) {
    assertThat(runs.incrementAndGet()).isEqualTo(1);
    return new int[] {value};
  }

  /**
   * What is taken out is a copy; what is itself an actor stays one object when it is put into
   * another.
   */
  @Test
  void nested_actorInActor_isShared() throws Exception {
    try (ActorMap<String, List<Integer>> outer = Actors.map(QUIET);
        ActorList<Integer> inner = Actors.list(QUIET);
        ActorList<ActorQueue<Integer>> queues = Actors.list(QUIET);
        ActorQueue<Integer> queue = Actors.queue(5, QUIET)) {
      outer.put("plain", new ArrayList<>(List.of(1)));
      outer.get("plain").add(2);
      assertThat(outer.get("plain")).containsExactly(1);
      outer.put("inner", inner);
      outer.get("inner").add(7);
      assertThat(inner).containsExactly(7);
      queues.add(queue);
      queues.get(0).put(123);
      assertThat(queue.take()).isEqualTo(123);
    }
  }

  /** Takers wait for putters of other processes, and the other way round. */
  @Test
  void queue_takersAndPutters_waitForEachOther() throws Exception {
    try (ActorQueue<Integer> queue = Actors.queue(2, QUIET);
        JvmProcess<Integer> taker =
            JvmProcess.start(() -> {
              int sum = 0;
              for (int i = 0; i < 50; i++) {
                sum += queue.take();
              }
              return sum;
            })) {
      for (int i = 0; i < 50; i++) {
        queue.put(1);
      }
      assertThat(taker.result().get()).isEqualTo(50);
    }
  }

  /** The other methods of a queue, with their bounds and time-outs. */
  @Test
  void queue_methods_areThoseOfABlockingQueue() throws Exception {
    try (ActorQueue<String> queue = Actors.queue(2, QUIET)) {
      assertThat(queue.poll()).isNull();
      assertThat(queue.peek()).isNull();
      assertThat(queue.poll(1, TimeUnit.MILLISECONDS)).isNull();
      assertThrows(NoSuchElementException.class, queue::remove);
      assertThat(queue.offer("a")).isTrue();
      assertThat(queue.add("b")).isTrue();
      assertThat(queue.offer("c")).isFalse();
      assertThat(queue.offer("c", 1, TimeUnit.MILLISECONDS)).isFalse();
      assertThrows(IllegalStateException.class, () -> queue.add("c"));
      assertThat(queue.remainingCapacity()).isZero();
      assertThat(queue.peek()).isEqualTo("a");
      assertThat(queue).containsExactly("a", "b").hasSize(2).contains("b");
      assertThat(queue.remove("a")).isTrue();
      List<String> drained = new ArrayList<>();
      assertThat(queue.drainTo(drained)).isEqualTo(1);
      assertThat(drained).containsExactly("b");
      queue.put("c");
      queue.clear();
      assertThat(queue).isEmpty();
      // What the target does not take stays, in its order.
      queue.put("d");
      queue.put("e");
      assertThat(assertThrows(NullPointerException.class, () -> queue.drainTo(null)))
          .hasMessage("to");
      assertThrows(UnsupportedOperationException.class, () -> queue.drainTo(List.of()));
      assertThat(queue).containsExactly("d", "e");
      List<String> takesOne =
          new ArrayList<>() {
            @Override
            public boolean add(String item) {
              return isEmpty() ? super.add(item) : Objects.requireNonNull(null, "one is enough");
            }
          };
      assertThrows(NullPointerException.class, () -> queue.drainTo(takesOne));
      assertThat(takesOne).containsExactly("d");
      assertThat(queue).containsExactly("e");
      assertThat(queue.drainTo(drained, 0)).isZero();
      assertThrows(
          IllegalArgumentException.class, () -> queue.drainTo(new ActorQueue<>(queue.actor())));
      assertThrows(NullPointerException.class, () -> queue.offer(null));
      assertThrows(IllegalArgumentException.class, () -> queue.drainTo(queue));
    }
  }

  /** Who is interrupted while he waits for an item gets the exception, and takes none. */
  @Test
  void queue_takerIsInterrupted_takesNothing() throws Exception {
    try (ActorQueue<Integer> queue = Actors.queue(2, QUIET)) {
      CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
      Thread taker =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  interrupted.complete(queue.take() == null);
                } catch (InterruptedException e) {
                  interrupted.complete(true);
                }
              });
      Await.blocked(taker);
      taker.interrupt();
      assertThat(Await.result(interrupted)).isTrue();
      Await.ended(taker);
      assertThat(queue.actor().ask(LinkedBlockingDeque::size).get()).isZero();
      queue.put(4);
      assertThat(queue.take()).isEqualTo(4);
    }
  }

  /** Who waits in a queue that is closed is told so. */
  @Test
  void queue_closedWhileATakerWaits_isCancelled() throws Exception {
    ActorQueue<Integer> queue = Actors.queue(2, QUIET);
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread taker =
        Thread.ofPlatform()
            .start(() -> {
              try {
                thrown.complete(new AssertionError("took " + queue.take()));
              } catch (InterruptedException | RuntimeException e) {
                thrown.complete(e);
              }
            });
    Await.blocked(taker);
    queue.close();
    assertThat(Await.result(thrown)).isInstanceOf(CancellationException.class);
    Await.ended(taker);
  }

  /** A counter counts for all processes. */
  @Test
  void counter_severalProcesses_countsAll() {
    try (ActorCounter counter = Actors.counter(QUIET);
        Pool pool = Pool.processes(2)) {
      pool.forEach(IntStream.range(0, 50).boxed().toList(), _ -> counter.incrementAndGet());
      assertThat(counter.get()).isEqualTo(50);
      counter.set(5);
      assertThat(counter.addAndGet(2)).isEqualTo(7);
      assertThat(counter.compareAndSet(7, 8)).isTrue();
      assertThat(counter.compareAndSet(7, 9)).isFalse();
    }
  }

  /** A namespace has names and values, shows them as text, and hides those with an underscore. */
  @Test
  void namespace_methods_areAsTold() {
    try (ActorNamespace space = Actors.namespace(QUIET)) {
      space.set("name", "Bob");
      space.set("job", "Builder");
      space.set("_hidden", "hidden");
      assertThat(space.names()).isEqualTo(Set.of("name", "job"));
      assertThat(space.remove("job")).isTrue();
      assertThat(space.remove("job")).isFalse();
      assertThat(space).hasToString("Namespace(name='Bob')");
      assertThat(space.get("_hidden", String.class)).contains("hidden");
      assertThat(space.get("none", String.class)).isEmpty();
      assertThrows(ClassCastException.class, () -> space.get("name", Integer.class));
    }
  }

  /** From another JVM, with address and key: what is put is got; what cannot cross is an error. */
  @Test
  void queue_overLoopback_isReached() throws Exception {
    byte[] key = PipeListener.newKey();
    try (ActorQueue<Object> queue = Actors.queue(9, QUIET);
        ActorListener listener =
            queue.actor().listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), key);
        Actor<LinkedBlockingDeque<Object>> elsewhere = Actor.connect(listener.address(), key)) {
      ActorQueue<Object> remote = new ActorQueue<>(elsewhere);
      List<Object> tuple = List.of("hello world", 1, true, 2.25);
      remote.put(tuple);
      assertThat(queue.take()).isEqualTo(tuple);
      assertThrows(NotSendableException.class, () -> remote.put(new Object()));
    }
  }
}
