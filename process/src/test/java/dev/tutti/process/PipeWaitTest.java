package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Waiting for one end of a pipe or for one of several, without taking a message. */
@Tag("unit")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class PipeWaitTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final MessagePipe pipe = MessagePipe.open();
  private final PipeEnd one = pipe.first();
  private final PipeEnd other = pipe.second();

  @AfterEach
  void close() {
    pipe.close();
  }

  /** Poll waits as long as it is told, no longer than needed, and not at all for no time. */
  @Test
  void poll_nothingThere_isFalseAfterItsTime() throws Exception {
    one.send(1);
    assertThat(other.receive()).isEqualTo(1);
    long start = System.nanoTime();
    assertThat(other.poll(Duration.ofSeconds(-1))).isFalse();
    assertThat(other.poll(Duration.ZERO)).isFalse();
    assertThat(System.nanoTime() - start).isLessThan(LONG.toNanos());
    assertThat(other.poll(Duration.ofMillis(30))).isFalse();
    assertThat(System.nanoTime() - start).isGreaterThan(Duration.ofMillis(30).toNanos() - 1);
    Future<Void> sending = Background.run(() -> one.send(2));
    assertThat(other.poll(LONG)).isTrue();
    assertThat(other.receive()).isEqualTo(2);
    Await.result(sending);
  }

  /**
   * Of several ends and futures, those that are ready come, in their order; the rest are not waited
   * for.
   */
  @Test
  void waitAny_endsAndFutures_givesThoseThatAreReady() throws Exception {
    CompletableFuture<String> future = new CompletableFuture<>();
    try (MessagePipe second = MessagePipe.open()) {
      PipeEnd quiet = second.first();
      List<Object> all = List.of(other, future, quiet);
      assertThat(PipeEnd.waitAny(all, Duration.ofSeconds(-3))).isEmpty();
      assertThat(PipeEnd.waitAny(all, Duration.ofMillis(20))).isEmpty();

      Future<Void> sending = Background.run(() -> one.send("x"));
      assertThat(PipeEnd.waitAny(all, LONG)).containsExactly(other);
      Await.result(sending);
      Future<Void> completing = Background.run(() -> future.complete("y"));
      Await.result(completing);
      assertThat(PipeEnd.waitAny(all, LONG)).containsExactly(other, future);
      assertThat(other.receive()).isEqualTo("x");
      Future<List<PipeEnd>> waiting =
          Background.call(() -> PipeEnd.waitAny(List.of(other, quiet), LONG));
      second.second().close();
      assertThat(Await.result(waiting)).as("its stream ends").containsExactly(quiet);
    }
    assertThat(PipeEnd.waitAny(List.of(), LONG)).isEmpty();
    assertThatThrownBy(() -> PipeEnd.waitAny(List.of("text"), LONG))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("java.lang.String");
  }

  /** Who waits for several can be interrupted, and an end that is closed meanwhile is ready. */
  @Test
  void waitAny_interruptedOrClosed_ends() throws Exception {
    one.send(1);
    assertThat(other.receive()).isEqualTo(1);
    CompletableFuture<String> ended = new CompletableFuture<>();
    Thread thread =
        Thread.ofPlatform()
            .start(() -> {
              try {
                ended.complete("ready " + PipeEnd.waitAny(List.of(other), LONG));
              } catch (InterruptedException e) {
                ended.complete("interrupted");
              } catch (Exception e) {
                ended.completeExceptionally(e);
              }
            });
    Await.until("it waits", () -> Background.isStuckInSelect(thread));
    thread.interrupt();
    assertThat(Await.result(ended)).isEqualTo("interrupted");
    Future<List<PipeEnd>> waiting = Background.call(() -> PipeEnd.waitAny(List.of(other), LONG));
    other.close();
    assertThat(Await.result(waiting)).containsExactly(other);
    Await.ended(thread);
  }
}
