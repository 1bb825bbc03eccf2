package dev.tutti.bench.parts;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A thread wakes another one and is woken by it, in each of the ways that processes have; here both
 * are in one JVM.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class WakeUpBenchmark {
  /** Which way. */
  @Param({"PARK", "SOCKET", "SEMAPHORE", "CHANNEL"})
  Way way = Way.PARK;

  private WakeUp wakeUp = () -> {};

  /** Starts the other thread. */
  @Setup
  public void setUp() throws Exception {
    wakeUp = way.open();
  }

  /** Ends it. */
  @TearDown
  public void tearDown() throws Exception {
    wakeUp.close();
  }

  /** There and back. */
  @Benchmark
  public void thereAndBack() throws Exception {
    wakeUp.thereAndBack();
  }

  /** The ways. */
  public enum Way {
    /** As threads of one JVM do it. */
    PARK {
      @Override
      WakeUp open() {
        return new WakeUp.Park();
      }
    },
    /** A byte over a Unix-domain socket, both sides blocking. */
    SOCKET {
      @Override
      WakeUp open() throws IOException {
        return new WakeUp.Socket();
      }
    },
    /** A permit of a semaphore that processes share. */
    SEMAPHORE {
      @Override
      WakeUp open() {
        return new WakeUp.Semaphore();
      }
    },
    /** A frame through a worker's channel: a ring, a look-out, and a socket behind it. */
    CHANNEL {
      @Override
      WakeUp open() throws IOException {
        return new WakeUp.Frames();
      }
    };

    abstract WakeUp open() throws IOException;
  }
}
