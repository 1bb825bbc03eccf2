package dev.tutti.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tutti.Pool;
import dev.tutti.task.TaskFuture;
import dev.tutti.testkit.LeakCheck;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The samples of {@link Actors} and what it makes. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class ActorsSnippets {

  /** The sample of {@link ActorMap} does what it shows. */
  @Test
  void map_isAsShown() {
    // @start region=map
    try (ActorMap<String, Integer> words = Actors.map();
        Pool pool = Pool.processes(2)) {
      pool.forEach(
          List.of("to", "be", "or", "not", "to", "be"), w -> words.merge(w, 1, Integer::sum));
      assertEquals(Map.of("to", 2, "be", 2, "or", 1, "not", 1), words.copy());
    }
    // @end region=map
  }

  /** The sample of {@link ActorList} does what it shows. */
  @Test
  void list_isAsShown() {
    // @start region=list
    try (ActorList<String> lines = Actors.list();
        Pool pool = Pool.processes(2)) {
      pool.forEach(List.of(3, 1, 2), n -> lines.add("line " + n));
      lines.sort(null);
      assertEquals(List.of("line 1", "line 2"), lines.slice(0, 2));
    }
    // @end region=list
  }

  /** The sample of {@link ActorQueue} does what it shows. */
  @Test
  void queue_isAsShown() throws Exception {
    // @start region=queue
    try (ActorQueue<String> orders = Actors.queue();
        Pool pool = Pool.processes(1)) {
      TaskFuture<String> first = pool.submit(() -> "cooks " + orders.take()); // waits there
      orders.put("soup");
      assertEquals("cooks soup", first.get());
    }
    // @end region=queue
  }

  /** The sample of {@link ActorCounter} does what it shows. */
  @Test
  void counter_isAsShown() {
    // @start region=counter
    try (ActorCounter done = Actors.counter();
        Pool pool = Pool.processes(2)) {
      pool.forEach(List.of(1, 2, 3), _ -> done.incrementAndGet());
      assertEquals(3, done.get());
    }
    // @end region=counter
  }

  /** The sample of {@link ActorNamespace} does what it shows. */
  @Test
  void namespace_isAsShown() {
    // @start region=namespace
    try (ActorNamespace settings = Actors.namespace()) {
      settings.set("name", "Bob");
      settings.set("_secret", 42); // not shown
      assertEquals("Namespace(name='Bob')", settings.toString());
      assertEquals(42, settings.get("_secret", Integer.class).orElseThrow());
      assertTrue(settings.remove("name"));
    }
    // @end region=namespace
  }

  static final class Note {
    private String text = "";

    int add(String more) {
      text += more;
      return text.length();
    }
  }

  /** The sample of {@link ActorPool} does what it shows. */
  @Test
  void pool_isAsShown() throws Exception {
    // @start region=pool
    try (ActorPool<Note> writers = Actors.pool(2, Note::new)) {
      CompletableFuture<Integer> any = writers.ask(n -> n.add("x")); // who has least to do
      assertEquals(1, any.get());
      writers.of("anna").tell(n -> n.add("!")); // always the same for this key
      int all = 0;
      for (CompletableFuture<Integer> length : writers.askAll(n -> n.add(""))) {
        all += length.get();
      }
      assertEquals(2, all);
    }
    // @end region=pool
  }
}
