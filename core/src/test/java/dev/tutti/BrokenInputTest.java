package dev.tutti;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.plan.Defaults;
import dev.tutti.task.Action;
import dev.tutti.task.Fn;
import java.lang.ref.WeakReference;
import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A call that its input refuses is not kept by the pool. */
@Tag("unit")
final class BrokenInputTest {
  /** A collection that fails when it is asked something for the n-th time. */
  private static final class Broken extends AbstractCollection<Integer> {
    private final AtomicInteger left;

    Broken(int asked) {
      this.left = new AtomicInteger(asked);
    }

    private void failAtLast() {
      if (left.decrementAndGet() == 0) {
        throw new IllegalStateException("broken");
      }
    }

    @Override
    public int size() {
      failAtLast();
      return 3;
    }

    @Override
    public Iterator<Integer> iterator() {
      failAtLast();
      return List.of(1, 2, 3).iterator();
    }
  }

  /** What a function captures; a class of its own, so that it is collected with the function. */
  private static final class Captured {}

  private static List<BiFunction<Bulk, Broken, Action>> calls(List<WeakReference<Captured>> seen) {
    Captured captured = new Captured();
    Fn<Integer, Integer> fn = n -> captured.hashCode() + n;
    seen.add(new WeakReference<>(captured));
    return List.of(
        (bulk, input) -> () -> bulk.map(input, fn),
        (bulk, input) -> () -> bulk.stream(input, fn).forEach(_ -> {}),
        (bulk, input) -> () -> bulk.reduce(input, 0, fn, Integer::sum));
  }

  /** Whenever it is that the input fails, its exception comes and nobody keeps the function. */
  @Test
  void anyCall_inputFailsWhenAsked_callIsLetGo() throws Exception {
    Defaults chooses = Defaults.NONE.withBackend("auto").withWorkers(2);
    for (Pool opened :
        List.of(
            Pool.sequential(),
            Pool.threads(2),
            ScopedValue.where(Defaults.CURRENT, chooses).call(Pool::open))) {
      try (Pool pool = opened) {
        List<WeakReference<Captured>> seen = new ArrayList<>();
        Bulk bulk = Parallel.on(pool);
        int failed = callAll(bulk, seen) + callAll(bulk.progress(_ -> {}), seen);
        assertThat(failed).isGreaterThanOrEqualTo(9); // all when asked once, some when twice
        Awaitility.await()
            .until(() -> {
              System.gc();
              return seen.stream().allMatch(ref -> ref.refersTo(null));
            });
      }
    }
  }

  /** {@return how many calls have failed} */
  private static int callAll(Bulk bulk, List<WeakReference<Captured>> seen) throws Exception {
    int failed = 0;
    for (int asked = 1; asked <= 4; asked++) {
      for (BiFunction<Bulk, Broken, Action> call : calls(seen)) {
        try {
          call.apply(bulk, new Broken(asked)).act();
        } catch (IllegalStateException e) {
          assertThat(e).hasMessage("broken");
          failed++;
        }
      }
    }
    return failed;
  }
}
