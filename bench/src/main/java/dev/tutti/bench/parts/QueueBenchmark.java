package dev.tutti.bench.parts;

import dev.tutti.memory.sync.ProcessQueue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Control;

/** A queue in shared memory beside one of the JDK's in the heap. */
@State(Scope.Group)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class QueueBenchmark {
  private static final int CAPACITY = 1_024;
  private static final long PATIENCE_MILLIS = 10;

  /** Which queue. */
  @Param({"PROCESS", "JDK"})
  Kind kind = Kind.JDK;

  private BlockingQueue<Integer> queue = new ArrayBlockingQueue<>(1);

  /** Makes the queue. */
  @Setup
  public void setUp() {
    queue =
        switch (kind) {
          case PROCESS -> ProcessQueue.create(CAPACITY);
          case JDK -> new ArrayBlockingQueue<>(CAPACITY);
        };
  }

  /** Closes the queue. */
  @TearDown
  public void tearDown() {
    if (queue instanceof ProcessQueue<Integer> shared) {
      shared.close();
    }
  }

  /** In and out again by one thread. */
  @Benchmark
  @Group("alone")
  public Integer putAndTake() throws InterruptedException {
    queue.put(42);
    return queue.take();
  }

  /** In, beside a thread that takes; where that has ended there is no room to come. */
  @Benchmark
  @Group("two")
  public boolean put(Control control) throws InterruptedException {
    boolean put = false;
    while (!put && !control.stopMeasurement) {
      put = queue.offer(42, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }
    return put;
  }

  /** Out, beside a thread that puts. */
  @Benchmark
  @Group("two")
  public Object take(Control control) throws InterruptedException {
    Integer taken = null;
    while (taken == null && !control.stopMeasurement) {
      taken = queue.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }
    return taken == null ? control : taken;
  }

  /** The queues. */
  public enum Kind {
    /** Tutti's, between processes. */
    PROCESS,
    /** The JDK's, between threads. */
    JDK
  }
}
