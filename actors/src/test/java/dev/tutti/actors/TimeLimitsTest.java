package dev.tutti.actors;

import static dev.tutti.actors.ActorTest.QUIET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.codec.Codec;
import dev.tutti.codec.Role;
import dev.tutti.process.JvmOptions;
import dev.tutti.spi.Timer;
import dev.tutti.task.Task;
import dev.tutti.task.TaskTimeoutException;
import dev.tutti.task.WorkerLostException;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which calls cost a process, and when; the process is there, and is told nothing. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class TimeLimitsTest {
  private static final long LIMIT_NANOS = Duration.ofMillis(10).toNanos();
  private static final ActorOptions OPTIONS = QUIET.withAtOnce(2).withGrace(Duration.ofMillis(10));

  /** A caller who keeps why his call has failed. */
  private static final class Told implements Caller {
    private final CompletableFuture<Throwable> why = new CompletableFuture<>();

    @Override
    public void answered(ByteBuffer result) {}

    @Override
    public void failed(ByteBuffer failure) {}

    @Override
    public void failed(Throwable with) {
      why.complete(with);
    }

    @Override
    public void cancelled() {}
  }

  /**
   * A call that cannot begin, because the one before it has not come to its end, is taken back and
   * costs no process. When no other is before it the process is stuck, and killed.
   */
  @Test
  void takenBack_behindAnother_killsWhenThatHasEnded() throws Exception {
    Words words = Words.create(Mailbox.mostSent(OPTIONS));
    Mailbox mailbox = new Mailbox("limits", OPTIONS, words);
    Incarnation process = start(words);
    try {
      assertThat(process.first()).isNotNull();
      mailbox.attach(process);
      long first = mailbox.add(Message.Kind.CALL, new byte[0], 0, new Told());
      assertThat(mailbox.next(process)).isNotNull();
      assertThat(words.begin(0, first)).isTrue(); // and its state is being copied
      Told late = new Told();
      long _ = mailbox.add(Message.Kind.CALL, new byte[0], LIMIT_NANOS, late);
      assertThat(mailbox.next(process)).isNotNull();

      assertThat(Await.result(late.why)).isInstanceOf(TaskTimeoutException.class);
      afterGrace();
      assertThat(words.isShut()).isFalse(); // as it would be before a kill

      assertThat(mailbox.ended(first)).isNotNull();
      Await.until("it is killed", () -> ProcessHandle.of(process.pid()).isEmpty());
      WorkerLostException death = process.awaitEnd(Await.PATIENCE);
      assertThat(death).isNotNull();
      assertThat(death.reason()).contains("after its time-out");
    } finally {
      process.closeNow();
      words.close();
    }
  }

  private static Incarnation start(Words words) {
    Task<Tape> make = Tape::new;
    byte[] state = Codec.encode(make, Role.ACTOR_FUNCTION);
    return Incarnation.start(
        pipe -> new Host(pipe, words, state, false, 2, 0),
        JvmOptions.DEFAULTS
            .withJvm(OPTIONS.jvm())
            .withStreams(OPTIONS.streams())
            .withGrace(OPTIONS.grace()));
  }

  /** The timer has one thread: what was to happen at the end of a grace time has been done. */
  private static void afterGrace() throws InterruptedException {
    CountDownLatch over = new CountDownLatch(1);
    var _ = Timer.after(OPTIONS.grace().toNanos(), over::countDown);
    over.await();
  }
}
