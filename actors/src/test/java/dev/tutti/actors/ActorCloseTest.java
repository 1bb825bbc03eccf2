package dev.tutti.actors;

import static dev.tutti.actors.ActorTest.QUIET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What an actor promises whose object does not close well. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class ActorCloseTest {
  private static final ActorOptions OPTIONS =
      QUIET.withRestart(RestartPolicy.atMost(3, Duration.ofMinutes(1)));

  /** A state that does something when it is closed. */
  record Closing(Runnable closing) implements AutoCloseable {
    @Override
    public void close() {
      closing.run();
    }
  }

  /** An actor whose object hangs in its close is killed, and has been closed. */
  @Test
  void close_stateHangs_endsWell() throws Exception {
    Actor<Closing> actor = Actor.open(() -> new Closing(ActorCloseTest::hang), OPTIONS);
    actor.close();
    assertThat(Await.result(actor.ended())).isNull();
    assertThat(actor.restarts()).isZero();
  }

  private static void hang() {
    while (true) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** So is one whose object throws an error. */
  @Test
  void close_stateThrowsError_endsWell() throws Exception {
    Actor<Closing> actor = Actor.open(() -> new Closing(ActorCloseTest::fail), OPTIONS);
    var last = actor.ask(_ -> 4);
    actor.close();
    assertThat(Await.result(last)).isEqualTo(4);
    assertThat(Await.result(actor.ended())).isNull();
  }

  private static void fail() {
    throw new AssertionError("cannot be closed");
  }
}
