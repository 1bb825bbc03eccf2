package dev.tutti.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tutti.Pool;
import dev.tutti.memory.SharedDoubles;
import dev.tutti.memory.SharedLong;
import dev.tutti.memory.SharedMemory;
import dev.tutti.plan.DataSize;
import dev.tutti.testkit.LeakCheck;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The samples of shared memory that need worker processes. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class SharedMemorySnippets {

  /** The sample of {@link SharedMemory} does what it shows. */
  @Test
  void memory_capturedInLambda_isTheSame() throws Exception {
    // @start region=memory
    try (SharedMemory memory = SharedMemory.create(DataSize.mib(64));
        Pool pool = Pool.processes(2)) {
      memory.setLong(0, 41);
      pool.submit(() -> memory.setLong(8, memory.getLong(0) + 1)).get(); // in a worker process
      assertEquals(42, memory.getLong(8));
    }
    // @end region=memory
  }

  /** The sample of {@link SharedDoubles} does what it shows. */
  @Test
  void doubles_filledByWorkers_areThere() throws Exception {
    // @start region=doubles
    try (SharedDoubles grid = SharedDoubles.create(1_000_000);
        Pool pool = Pool.processes(2)) {
      List<Integer> parts = IntStream.range(0, 10).boxed().toList();
      pool.forEach(parts, part -> grid.slice(part * 100_000L, 100_000).fill(part));
      assertEquals(4_500_000, grid.stream().sum());
    }
    // @end region=doubles
  }

  /** The sample of the guide of large values does what it shows. */
  @Test
  void large_thereAndBack_isTheSame() throws Exception {
    // @start region=large
    try (Pool pool = Pool.processes(2)) {
      double[] samples = new double[1_000_000]; // 8 MB
      double[] squares = pool.submit(() -> Arrays.stream(samples).map(s -> s * s).toArray()).get();
      List<byte[]> images = pool.map(List.of(4_000_000, 5_000_000), byte[]::new);
      assertEquals(squares.length, samples.length);
      assertEquals(9_000_000, images.getFirst().length + images.getLast().length);
    }
    // @end region=large
  }

  /** The sample of {@link SharedLong} does what it shows. */
  @Test
  void counter_changedByWorkers_losesNothing() throws Exception {
    // @start region=counter
    try (SharedLong words = SharedLong.create(0);
        Pool pool = Pool.processes(2)) {
      pool.forEach(List.of("one two", "three"), line -> words.addAndGet(line.split(" ").length));
      assertEquals(3, words.get());
    }
    // @end region=counter
  }

  /** The sample of names in the guide does what it shows. */
  @Test
  void named_openedByName_isTheSame() throws Exception {
    // @start region=named
    try (SharedMemory rates = SharedMemory.named("rates", 4096)) { // in one program
      rates.doubles(0, 3).write(0, 1.08, 0.86, 161.2);
      try (SharedMemory same = SharedMemory.open("rates")) { // in any other of this user
        assertEquals(0.86, same.doubles(0, 3).get(1));
      }
    }
    // @end region=named
  }
}
