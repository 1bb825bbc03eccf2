package dev.tutti.process;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.tutti.Pool;
import dev.tutti.plan.DataSize;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.SubstituteException;
import dev.tutti.task.Task;
import dev.tutti.task.TaskFuture;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a pool takes from its workers. */
@Tag("system")
@Timeout(60)
class ResultFilterTest {
  private static final ProcessOptions ONE =
      ProcessOptions.DEFAULTS
          .withWorkers(1)
          .withGrace(Duration.ofMillis(50))
          .withJvmFlags("-XX:TieredStopAtLevel=1");

  /** How many readings loop in this JVM, and whether they are to end. */
  private static final AtomicInteger LOOPS = new AtomicInteger();

  private static volatile boolean ends;

  @AfterEach
  void nothingIsLeft() {
    ends = true;
    await().until(() -> LOOPS.get() == 0);
    ends = false;
    assertThat(Os.workers()).isEmpty();
    assertThat(Os.leftOvers()).isEmpty();
  }

  record Score(int points) implements Serializable {}

  /** Is read for ever, where a test runs, whatever interrupts it. */
  private static final class Loops implements Serializable {
    @Serial private static final long serialVersionUID = 1L;

    @Serial
    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      LOOPS.incrementAndGet();
      while (!ends) {
        Thread.onSpinWait();
      }
      LOOPS.decrementAndGet();
    }
  }

  /** Cannot be read. */
  private static final class Throws implements Serializable {
    @Serial private static final long serialVersionUID = 1L;

    @Serial
    private void readObject(ObjectInputStream in) {
      throw new AssertionError("not to be read");
    }
  }

  private static <R> NotSendableException refusal(Pool pool, Task<R> task) {
    TaskFuture<R> future = pool.submit(task);
    ExecutionException e =
        catchThrowableOfType(ExecutionException.class, () -> future.get(30, SECONDS));
    assertThat(e.getCause()).isInstanceOf(NotSendableException.class);
    return (NotSendableException) e.getCause();
  }

  private static List<Object> bomb() {
    List<Object> inner = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      inner = new ArrayList<>(Arrays.asList(inner, inner));
    }
    return inner;
  }

  /** Each result that is refused fails its own task, says why, and the pool goes on. */
  @Test
  void submit_refusedResults_failAloneWithTheWayOut() throws Exception {
    try (Pool pool = Pool.open(ONE)) {
      assertThat(refusal(pool, () -> new ObjectName("a:b=c")))
          .hasMessageContaining("javax.management.ObjectName is outside the filter")
          .hasMessageContaining(
              "ProcessOptions.withResults(ResultFilter.DEFAULTS.allow(javax.management.ObjectName.class))")
          .hasMessageContaining("[T023]");
      assertThat(refusal(pool, Throws::new)).hasMessageContaining("not to be read");
      assertThat(refusal(pool, ResultFilterTest::bomb))
          .hasMessageContaining("hold each other so often");
      assertThat(pool.submit(() -> new Score(7)).get()).isEqualTo(new Score(7));
    }
  }

  /** What is allowed comes, in the widest filter and in the narrowest. */
  @Test
  void submit_allowedClasses_come() throws Exception {
    ResultFilter wide = ResultFilter.DEFAULTS.allow(ObjectName.class);
    try (Pool pool = Pool.open(ONE.withResults(wide))) {
      assertThat(pool.submit(() -> new ObjectName("a:b=c")).get()).isNotNull();
      assertThat(pool.submit(() -> new BigInteger("7")).get()).isEqualTo(7);
    }
    ResultFilter maps = ResultFilter.onlyThese(ConcurrentHashMap.class);
    try (Pool pool = Pool.open(ONE.withResults(maps))) {
      assertThat(pool.submit(() -> new ConcurrentHashMap<>(Map.of("a", 1))).get())
          .containsExactly(Map.entry("a", 1));
      assertThat(refusal(pool, () -> new BigInteger("7"))).hasMessageContaining("outside");
    }
    ResultFilter narrow = ResultFilter.onlyThese(Score.class).withMaxBytes(DataSize.kib(2));
    try (Pool pool = Pool.open(ONE.withResults(narrow))) {
      assertThat(pool.submit(() -> new Score(7)).get()).isEqualTo(new Score(7));
      assertThat(pool.submit(() -> "text").get()).isEqualTo("text");
      assertThat(refusal(pool, () -> new BigInteger("7")))
          .hasMessageContaining("java.math.BigInteger is outside the filter")
          .hasMessageContaining("withResults(filter.allow(java.math.BigInteger.class))");
      assertThat(refusal(pool, () -> "x".repeat(3_000)))
          .hasMessageContaining("value is too large: bytes=3003 most=2048");
      TaskFuture<Integer> fails =
          pool.submit(() -> {
            throw new IllegalStateException("own words");
          });
      assertThatThrownBy(fails::get)
          .hasCauseInstanceOf(SubstituteException.class)
          .hasStackTraceContaining("own words")
          .hasStackTraceContaining("java.lang.IllegalStateException is outside the filter");
    }
  }

  /** A result whose reading does not end fails alone; its worker and its pool go on, and close. */
  @Test
  void submit_readingDoesNotEnd_failsAloneAndPoolGoesOn() throws Exception {
    ResultFilter quick = ResultFilter.DEFAULTS.withMaxTime(Duration.ofMillis(100));
    long worker;
    try (Pool pool = Pool.open(ONE.withResults(quick))) {
      worker = pool.submit(() -> ProcessHandle.current().pid()).get();
      for (int i = 1; i <= 4; i++) {
        assertThat(refusal(pool, Loops::new))
            .hasMessageContaining("it takes too long: thread is at=")
            .hasMessageContaining("Loops.readObject");
        assertThat(LOOPS).hasValue(i);
        assertThat(pool.submit(() -> ProcessHandle.current().pid()).get()).isEqualTo(worker);
      }
      assertThat(refusal(pool, () -> new Score(7)))
          .hasMessageContaining("earlier ones are still being read: threads=4");
      ends = true;
      await().until(() -> LOOPS.get() == 0);
      await().untilAsserted(() -> assertThat(pool.submit(() -> new Score(7)).get()).isNotNull());
    }
  }

  /** A reading that does not end does not hold back closeNow. */
  @Test
  void closeNow_readingDoesNotEnd_ends() throws Exception {
    Pool pool = Pool.open(ONE);
    TaskFuture<Loops> never = pool.submit(Loops::new);
    await().atMost(20, SECONDS).until(() -> LOOPS.get() == 1);
    long before = System.nanoTime();
    pool.closeNow();
    assertThat(System.nanoTime() - before).isLessThan(SECONDS.toNanos(10));
    assertThat(never.isDone()).isTrue();
    assertThat(pool.isTerminated()).isTrue();
  }

  /** A filter is a value, and refuses what none can be. */
  @Test
  void with_eachPart_changesOnlyThat() {
    ResultFilter all =
        ResultFilter.onlyThese(Score.class, Thread.State[].class)
            .withMaxDepth(1)
            .withMaxReferences(2)
            .withMaxBytes(DataSize.bytes(3))
            .withMaxTime(Duration.ofNanos(4));
    assertThat(all)
        .isEqualTo(
            new ResultFilter(
                false,
                new HashSet<>(
                    List.of(
                        Score.class.getName(),
                        "java.lang.Record",
                        "java.lang.Thread$State",
                        "java.lang.Enum")),
                1,
                2,
                DataSize.bytes(3),
                Duration.ofNanos(4)));
    assertThatThrownBy(() -> all.withMaxDepth(0)).hasMessage("maxDepth must be >= 1: maxDepth=0");
    assertThatThrownBy(() -> all.withMaxReferences(0)).hasMessageContaining("maxReferences=0");
    assertThatThrownBy(() -> all.withMaxBytes(DataSize.bytes(0)))
        .hasMessageContaining("maxBytes=0");
    assertThatThrownBy(() -> all.withMaxTime(Duration.ZERO)).hasMessageContaining("maxTime=PT0S");
  }
}
