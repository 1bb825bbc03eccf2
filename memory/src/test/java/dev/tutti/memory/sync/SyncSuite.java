package dev.tutti.memory.sync;

import dev.tutti.memory.bell.Roads;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import dev.tutti.testkit.Watchdog;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests of what threads do that wait for each other, whoever the others are. */
@ExtendWith({LeakCheck.class, Watchdog.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SyncSuite {
  static final Duration LONG = Await.PATIENCE;
  static final Duration HALF = Duration.ofMillis(500);

  Parties parties;

  abstract Parties parties() throws IOException;

  @BeforeAll
  void open() throws IOException, InterruptedException {
    Roads.open();
    parties = parties();
  }

  @AfterAll
  void close() {
    parties.close();
  }

  <T> T elsewhere(Remote<T> call) throws Exception {
    return Await.result(parties.start(call));
  }

  static <T> List<T> results(List<Future<T>> all) throws Exception {
    List<T> results = new ArrayList<>();
    for (Future<T> one : all) {
      results.add(Await.result(one));
    }
    return results;
  }

  static void untilPermits(ProcessSemaphore counter, int count) throws Exception {
    Await.until(() -> counter + " reaches " + count, () -> counter.permits() == count);
  }

  /** Gives a permit when the calling thread waits for something. */
  static void tellWhenBlocked(ProcessSemaphore here) {
    Thread waiter = Thread.currentThread();
    Thread.ofVirtual()
        .start(() -> {
          try {
            Await.blocked(waiter);
            here.release();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  /** A call without a result. */
  interface Step extends Serializable {
    void run() throws Exception;
  }

  static Remote<Boolean> done(Step step) {
    return () -> {
      step.run();
      return true;
    };
  }
}
