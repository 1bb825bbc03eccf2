package dev.tutti.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.testkit.LeakCheck;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("unit")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class SharedCellsTest {

  /** The operations of a {@code long} do what those of an AtomicLong do. */
  @Test
  void longCell_everyOperation_isAsOfAtomicLong() throws IOException {
    try (SharedLong n = SharedLong.create(4343)) {
      assertThat(n.get()).isEqualTo(4343);
      n.set(1);
      assertThat(n.incrementAndGet()).isEqualTo(2);
      assertThat(n.addAndGet(1L << 33)).isEqualTo((1L << 33) + 2);
      assertThat(n.getAndSet(5)).isEqualTo((1L << 33) + 2);
      assertThat(n.decrementAndGet()).isEqualTo(4);
      assertThat(n.getAndAdd(-4)).isEqualTo(4);
      assertThat(n.compareAndSet(1, 9)).isFalse();
      assertThat(n.compareAndSet(0, 9)).isTrue();
      assertThat(n.updateAndGet(v -> v * v)).isEqualTo(81);
      assertThat(n.accumulateAndGet(80, Math::max)).isEqualTo(81);
      assertThat(n.accumulateAndGet(1, (a, b) -> a - b)).isEqualTo(80);
      assertThat(n.get()).isEqualTo(80);
    }
  }

  /** The operations of a {@code double} work on any value, numbers or not. */
  @Test
  void doubleCell_everyOperation_worksOnAnyValue() throws IOException {
    try (SharedDouble d = SharedDouble.create(3.625)) {
      assertThat(d.get()).isEqualTo(3.625);
      d.set(-4.25);
      assertThat(d.addAndGet(0.25)).isEqualTo(-4);
      assertThat(d.getAndSet(2)).isEqualTo(-4);
      assertThat(d.compareAndSet(-0.0, 1)).isFalse();
      assertThat(d.compareAndSet(2, 3)).isTrue();
      assertThat(d.updateAndGet(v -> v * v)).isEqualTo(9);
      assertThat(d.accumulateAndGet(10, Math::max)).isEqualTo(10);
      d.set(Double.NaN);
      assertThat(d.addAndGet(1)).isNaN();
      assertThat(d.updateAndGet(_ -> 1)).isEqualTo(1);
      d.set(Double.longBitsToDouble(0x7ff0000000000001L)); // a NaN with other bits
      assertThat(d.updateAndGet(_ -> 2)).isEqualTo(2);
      d.set(-0.0);
      assertThat(d.compareAndSet(0.0, 1)).isFalse();
      assertThat(d.compareAndSet(-0.0, Double.POSITIVE_INFINITY)).isTrue();
      assertThat(d.get()).isInfinite();
    }
  }

  /** Threads that add at the same time lose nothing. */
  @Test
  void add_manyThreads_losesNothing() throws Exception {
    long each = 20_000;
    try (SharedMemory memory = SharedMemory.create(32)) {
      SharedLong longs = memory.longAt(0);
      SharedDouble doubles = memory.doubleAt(8);
      SharedInts ints = memory.ints(16, 2);
      Runnable adds =
          () -> {
            for (int i = 0; i < each; i++) {
              longs.incrementAndGet();
              doubles.addAndGet(0.5);
              ints.getAndAdd(1, 2);
            }
          };
      Thread one = Thread.ofPlatform().start(adds);
      Thread two = Thread.ofPlatform().start(adds);
      one.join();
      two.join();
      assertThat(longs.get()).isEqualTo(2 * each);
      assertThat(doubles.get()).isEqualTo((double) each);
      assertThat(ints.toArray()).containsExactly(0, (int) (4 * each));
    }
  }
}
