package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.Batching;
import dev.tutti.plan.DataSize;
import dev.tutti.task.Done;
import dev.tutti.task.Fn;
import dev.tutti.task.NotSendableException;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What code of a user's classes does that runs while values are written and read. */
@Tag("system")
@Timeout(50)
class ValueCodeTest {
  /** More than a ring holds. */
  private static final int LONG_TEXT = 400_000;

  private static final ProcessOptions ONE =
      ProcessOptions.DEFAULTS.withWorkers(1).withJvmFlags("-XX:TieredStopAtLevel=1");

  @AfterEach
  void nothingIsLeft() {
    assertThat(Os.workers()).isEmpty();
    assertThat(Os.leftOvers()).isEmpty();
  }

  /** Cannot be read, and says so at length. */
  static final class Unreadable implements Serializable {
    private static final long serialVersionUID = 1;

    private void readObject(ObjectInputStream in) {
      throw new IllegalStateException("no licence " + "x".repeat(LONG_TEXT));
    }
  }

  /** A worker that has just started can tell a failure that needs its socket. */
  @Test
  void submit_firstTaskFailsAtLength_fails() {
    Unreadable value = new Unreadable();
    try (Pool pool = Pool.open(ONE)) {
      ExecutionException failure =
          catchThrowableOfType(
              ExecutionException.class, () -> pool.submit(() -> value.hashCode()).get());
      assertThat(failure.getCause())
          .isInstanceOf(NotSendableException.class)
          .hasMessageContaining("no licence");
    }
  }

  @Test
  void open_initialiserFailsAtLength_saysWhy() {
    Unreadable value = new Unreadable();
    try (Pool pool = Pool.open(ONE.withInitialiser(() -> System.out.println(value.hashCode())))) {
      ExecutionException failure =
          catchThrowableOfType(ExecutionException.class, () -> pool.submit(() -> 1).get());
      assertThat(failure).hasStackTraceContaining("no licence");
    }
  }

  /** Changes the thread that writes it. */
  static final class Changing implements Serializable {
    private static final long serialVersionUID = 1;
    private final String found;

    Changing(String found) {
      this.found = found;
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
      out.defaultWriteObject();
      Thread.currentThread().interrupt();
      Thread.currentThread().setName("mine");
    }
  }

  @Test
  void map_resultsThatChangeTheirThread_changeNothingForOthers() {
    Fn<Integer, Changing> look =
        _ -> {
          Thread thread = Thread.currentThread();
          return new Changing(thread.isInterrupted() + " " + thread.getName());
        };
    for (Batching batching : List.of(Batching.fixed(10), Batching.adaptive())) {
      try (Pool pool = Pool.open(ONE)) {
        List<Changing> all =
            Parallel.on(pool).batch(batching).map(IntStream.range(0, 100).boxed().toList(), look);
        assertThat(all)
            .allSatisfy(each -> assertThat(each.found).startsWith("false ").endsWith("worker-0"));
      }
    }
  }

  /** Is read as long as its worker lives, up to a bound. */
  static final class Patient implements Serializable {
    private static final long serialVersionUID = 1;
    private static final long BOUND_NANOS = TimeUnit.SECONDS.toNanos(1);
    private final long worker = ProcessHandle.current().pid();

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      long end = System.nanoTime() + BOUND_NANOS; // that it goes on living cannot be waited for
      while (!Os.isGone(worker) && System.nanoTime() < end) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      }
    }
  }

  @SuppressWarnings("unused") // it fills the heap of a worker
  private static byte @Nullable [] kept;

  /** The pool finds the memory of a large result through the worker that has made it. */
  @Test
  void outcomes_workerLeavesAfterLargeResult_resultIsRead() {
    ProcessOptions leaving =
        ONE.withHeap(DataSize.mib(300))
            .withRecycling(Recycling.NONE.aboveHeap(DataSize.mib(50)))
            .withGrace(Duration.ofMillis(50));
    Fn<Integer, Object> results =
        i -> {
          if (i == 0) {
            return new Patient();
          }
          kept = new byte[100 << 20];
          System.gc();
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(30)); // a worker looks every 20 ms
          return new byte[4 << 20];
        };
    try (Pool pool = Pool.open(leaving)) {
      List<Done<Integer, Object>> all =
          Parallel.on(pool).batch(Batching.fixed(2)).outcomes(List.of(0, 1), results).toList();
      assertThat(all).allMatch(done -> done.outcome().succeeded());
    }
  }
}
