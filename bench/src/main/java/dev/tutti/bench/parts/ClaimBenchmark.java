package dev.tutti.bench.parts;

import dev.tutti.process.wire.Claims;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The words by which an item is claimed, in shared memory, with nobody else at them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ClaimBenchmark {
  private final Claims pool; // a worker maps the same words once more
  private final Claims worker;
  private long item;

  /** Makes the words. */
  public ClaimBenchmark() {
    try {
      pool = Claims.create();
      worker = Claims.open(pool.handle());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives the pool's words back; a worker's go with its process. */
  @TearDown
  public void tearDown() throws IOException {
    pool.close();
  }

  /** What each item pays: it is queued, claimed, and done. */
  @Benchmark
  public boolean claim() {
    item++;
    pool.queue(item);
    boolean claimed = worker.claim(item);
    worker.done(item);
    return claimed;
  }

  /** An item that the pool takes back before it has begun. */
  @Benchmark
  public boolean takeBack() {
    item++;
    pool.queue(item);
    return pool.takeBack(item);
  }
}
