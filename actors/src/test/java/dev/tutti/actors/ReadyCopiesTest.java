package dev.tutti.actors;

import static dev.tutti.actors.ActorTest.QUIET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.testkit.LeakCheck;
import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import java.util.ListIterator;
import java.util.concurrent.LinkedBlockingDeque;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is seen of a ready-made actor while others change it: one moment. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class ReadyCopiesTest {
  /** A stream, an iteration and forEach of a list see a copy. */
  @Test
  void list_changedMeanwhile_allSeeACopy() {
    try (ActorList<Integer> list = Actors.list(QUIET)) {
      List<Integer> seen = new ArrayList<>();
      list.addAll(List.of(1, 2, 3));
      list.stream().forEach(n -> see(n, seen, list));
      list.addAll(List.of(4, 5));
      list.forEach(n -> see(n, seen, list));
      list.addAll(List.of(6, 7, 8));
      ListIterator<Integer> from = list.listIterator(1);
      while (from.hasNext()) {
        see(from.next(), seen, list);
      }
      assertThat(seen).containsExactly(1, 2, 3, 4, 5, 7, 8);
    }
  }

  private static void see(int element, List<Integer> seen, List<Integer> list) {
    seen.add(element);
    list.clear();
  }

  /** A queue from which somebody takes an item between what is read of it and its size. */
  static final class Taken extends LinkedBlockingDeque<Integer> {
    @Serial private static final long serialVersionUID = 1L;

    @Override
    public int size() {
      Integer _ = poll();
      return super.size();
    }
  }

  /** A stream of a queue has its items and their number from one call. */
  @Test
  void queue_changedMeanwhile_streamSeesACopy() {
    Actor<LinkedBlockingDeque<Integer>> actor = Actor.open(Taken::new, QUIET);
    try (ActorQueue<Integer> queue = new ActorQueue<>(actor)) {
      queue.addAll(List.of(1, 2, 3));
      assertThat(queue.stream().toArray()).containsExactly(1, 2, 3);
    }
  }
}
