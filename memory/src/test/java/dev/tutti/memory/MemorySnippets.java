package dev.tutti.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tutti.plan.DataSize;
import dev.tutti.testkit.LeakCheck;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The samples of this package's Javadoc that need no other process. */
@Tag("unit")
@ExtendWith(LeakCheck.class)
class MemorySnippets {

  /** The sample of {@link SharedInts} does what it shows. */
  @Test
  void ints_partsAndCopies_areAsShown() throws Exception {
    // @start region=ints
    try (SharedInts votes = SharedInts.create(1_000_000)) {
      SharedInts ours = votes.slice(500, 3); // the same numbers, not a copy
      ours.getAndAdd(1, 1);
      assertEquals(1, votes.get(501));
      assertArrayEquals(new int[] {0, 1, 0}, ours.toArray());
    }
    // @end region=ints
  }

  /** The sample of {@link SharedLongs} does what it shows. */
  @Test
  void longs_publishing_isAsShown() throws Exception {
    // @start region=longs
    try (SharedMemory memory = SharedMemory.create(DataSize.kib(64))) {
      SharedLongs ready = memory.longs(0, 1);
      SharedLongs rows = memory.longs(64, 1_000);

      rows.set(0, 42); // a plain write, then a release: who has seen 1 sees 42
      ready.setRelease(0, 1);

      if (ready.getAcquire(0) == 1) {
        assertEquals(42, rows.get(0));
      }
    }
    // @end region=longs
  }

  /** The sample of {@link SharedDouble} does what it shows. */
  @Test
  void total_changes_areAsShown() throws Exception {
    // @start region=total
    try (SharedDouble best = SharedDouble.create(Double.POSITIVE_INFINITY)) {
      best.accumulateAndGet(0.25, Math::min);
      best.accumulateAndGet(0.5, Math::min);
      assertEquals(0.25, best.get());
      assertTrue(best.compareAndSet(0.25, 0));
    }
    // @end region=total
  }
}
