package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.testkit.Await;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class JvmEventTest {

  /** Who waits goes on when it is set, also if it is cleared at once. */
  @Test
  void set_thenClear_wakesWhoWaits() throws Exception {
    Event event = Event.inJvm();
    FutureTask<Boolean> waits = new FutureTask<>(() -> event.await(Await.PATIENCE));
    Thread waiter = Thread.ofPlatform().start(waits);
    Await.blocked(waiter);
    event.set();
    event.clear();
    assertThat(waits.get()).isTrue();
    assertThat(event.isSet()).isFalse();
    assertThat(event.await(Duration.ofMillis(1))).isFalse();
    assertThat(event).hasToString("Event[unset]");
    event.set();
    event.await();
    assertThat(event.await(Duration.ZERO)).isTrue();
  }
}
