package dev.tutti.bench.parts;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.Batching;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The way through a warm pool of two workers: one task, and many items. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class PoolBenchmark {
  private static final int WORKERS = 2;
  private static final int ITEMS = 10_000;
  private static final List<Integer> NUMBERS = IntStream.range(0, ITEMS).boxed().toList();

  /** Which pool. */
  @Param({"SEQUENTIAL", "THREADS", "VIRTUAL", "PROCESSES"})
  Kind kind = Kind.THREADS;

  private Pool pool = Pool.sequential();

  /** Opens the pool and starts its workers. */
  @Setup
  public void setUp() {
    pool = kind.open();
    pool.warm();
  }

  /** Closes the pool. */
  @TearDown
  public void tearDown() {
    pool.close();
  }

  /** One task there and back. */
  @Benchmark
  public Integer roundTrip() throws Exception {
    Integer one = 1;
    return pool.submit(() -> one).get();
  }

  /** An item of a bulk call, each in a message of its own. */
  @Benchmark
  @OperationsPerInvocation(ITEMS)
  public List<Integer> mapOne() {
    return Parallel.on(pool).batch(Batching.fixed(1)).map(NUMBERS, n -> n);
  }

  /** An item of a bulk call with batches as they come. */
  @Benchmark
  @OperationsPerInvocation(ITEMS)
  public List<Integer> mapAdaptive() {
    return pool.map(NUMBERS, n -> n);
  }

  /** The pools. */
  public enum Kind {
    /** The caller's thread. */
    SEQUENTIAL {
      @Override
      Pool open() {
        return Pool.sequential();
      }
    },
    /** Platform threads. */
    THREADS {
      @Override
      Pool open() {
        return Pool.threads(WORKERS);
      }
    },
    /** A virtual thread for each task. */
    VIRTUAL {
      @Override
      Pool open() {
        return Pool.virtualThreads();
      }
    },
    /** Worker JVMs. */
    PROCESSES {
      @Override
      Pool open() {
        return Pool.processes(WORKERS);
      }
    };

    abstract Pool open();
  }
}
