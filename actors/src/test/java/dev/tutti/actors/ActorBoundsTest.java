package dev.tutti.actors;

import static dev.tutti.actors.ActorTest.QUIET;
import static dev.tutti.actors.ActorTest.cause;
import static dev.tutti.actors.ActorTest.marks;
import static dev.tutti.actors.ActorTest.tape;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tutti.plan.SubmitQueue;
import dev.tutti.task.TaskTimeoutException;
import dev.tutti.task.WorkerLostException;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What an actor promises about calls that wait, and about calls that are to stop. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class ActorBoundsTest {
  @TempDir Path folder;

  // ---------------------------------------------------------------- the mailbox

  /** A full mailbox rejects, and takes calls again when there is room. */
  @Test
  void mailbox_rejecting_rejectsWhenFull() throws Exception {
    Path go = folder.resolve("go");
    try (Actor<Tape> actor = tape(QUIET.withMailbox(SubmitQueue.rejecting(2)))) {
      Path begun = folder.resolve("begun");
      var running = actor.ask(_ -> Tape.waitFor(begun, go));
      Await.file(begun);
      var first = actor.ask(t -> t.add(1));
      var second = actor.ask(t -> t.add(2));
      assertThat(assertThrows(RejectedExecutionException.class, () -> actor.ask(t -> t.add(3))))
          .hasMessageContaining("waiting=2");
      assertThrows(RejectedExecutionException.class, () -> actor.tell(t -> t.add(3)));
      Files.createFile(go);
      Await.result(running);
      Await.result(first);
      Await.result(second);
      assertThat(marks(actor)).containsExactly(1, 2);
    }
  }

  /** At a full mailbox a caller waits, until there is room or it is interrupted. */
  @Test
  void mailbox_blocking_callerWaits() throws Exception {
    Path go = folder.resolve("go");
    try (Actor<Tape> actor = tape(QUIET.withMailbox(SubmitQueue.blocking(1)))) {
      Path begun = folder.resolve("begun");
      var running = actor.ask(_ -> Tape.waitFor(begun, go));
      Await.file(begun);
      var first = actor.ask(t -> t.add(1));
      Thread waits = Thread.ofPlatform().start(() -> actor.tell(t -> t.add(2)));
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Thread interrupted =
          Thread.ofPlatform().start(() -> thrown.set(catching(() -> actor.tell(t -> t.add(3)))));
      Await.blocked(waits);
      Await.blocked(interrupted);
      interrupted.interrupt();
      Await.ended(interrupted);
      assertThat(thrown.get()).isInstanceOf(RejectedExecutionException.class);
      assertThat(waits.isAlive()).isTrue();
      Files.createFile(go);
      Await.ended(waits);
      Await.result(running);
      Await.result(first);
      assertThat(marks(actor)).containsExactly(1, 2);
    }
  }

  /**
   * An idle actor takes as many calls as can run and wait, however long the first takes to begin.
   */
  @Test
  void mailbox_idle_takesWhatRunsAndWaits() throws Exception {
    try (Actor<Tape> actor = tape(QUIET.withMailbox(SubmitQueue.rejecting(1)))) {
      for (int i = 0; i < 20; i++) {
        var runs = actor.ask(t -> t.add(1));
        var waits = actor.ask(t -> t.add(2));
        Await.result(runs);
        Await.result(waits);
      }
    }
  }

  /** A call that is taken back leaves its room at once to a caller who waits for it. */
  @Test
  void mailbox_waitingCallIsCancelled_roomIsThere() throws Exception {
    Path go = folder.resolve("go");
    try (Actor<Tape> actor = tape(QUIET.withMailbox(SubmitQueue.blocking(1)))) {
      Path begun = folder.resolve("begun");
      var running = actor.ask(_ -> Tape.waitFor(begun, go));
      Await.file(begun);
      for (int i = 0; i < 5; i++) {
        var waiting = actor.ask(t -> t.add(1));
        Thread waits = Thread.ofPlatform().start(() -> actor.ask(t -> t.add(2)).cancel(false));
        Await.blocked(waits);
        waiting.cancel(false);
        Await.ended(waits);
      }
      Files.createFile(go);
      Await.result(running);
      assertThat(marks(actor)).isEmpty();
    }
  }

  private static Throwable catching(Runnable action) {
    try {
      action.run();
      return new AssertionError("nothing was thrown");
    } catch (RuntimeException e) {
      return e;
    }
  }

  // ---------------------------------------------------------------- stopping a call

  /**
   * A call that heeds its interrupt is stopped by its time-out, and the process and its state stay.
   */
  @Test
  void timeout_callHeedsInterrupt_stateStays() throws Exception {
    try (Actor<Tape> actor = tape(QUIET.withGrace(Duration.ofMinutes(1)))) {
      Await.result(actor.ask(t -> t.add(1)));
      long pid = actor.pid().orElseThrow();
      Path begun = folder.resolve("begun");
      var slow = actor.withTimeout(Duration.ofMillis(100)).ask(_ -> Tape.untilInterrupted(begun));
      assertThat(cause(TaskTimeoutException.class, slow).limit()).isEqualTo(Duration.ofMillis(100));
      assertThat(marks(actor)).containsExactly(1);
      assertThat(actor.pid()).hasValue(pid);
    }
  }

  /**
   * A call that does not is ended by a kill; its caller gets the time-out, later ones the death.
   */
  @Test
  void timeout_callGoesOn_processIsKilled() throws Exception {
    try (Actor<Tape> actor = tape(QUIET.withTimeout(Duration.ofMillis(300)))) {
      Path begun = folder.resolve("begun");
      var slow = actor.ask(_ -> Tape.never(begun));
      var next = actor.ask(t -> t.add(1));
      cause(TaskTimeoutException.class, slow);
      assertThat(cause(WorkerLostException.class, next).reason()).contains("time-out");
    }
  }

  /** A time-out counts from the begin of a call, not from the call. */
  @Test
  void timeout_callWaits_isNotCounted() throws Exception {
    Path go = folder.resolve("go");
    try (Actor<Tape> actor = tape(QUIET)) {
      Path begun = folder.resolve("begun");
      var running = actor.ask(_ -> Tape.waitFor(begun, go));
      Await.file(begun);
      Duration limit = Duration.ofMillis(300);
      long start = System.nanoTime();
      var waits = actor.withTimeout(limit).ask(t -> t.add(1));
      Await.until("longer than the time-out", () -> System.nanoTime() - start > limit.toNanos());
      Files.createFile(go);
      Await.result(running);
      assertThat(Await.result(waits)).isEqualTo(1);
    }
  }

  /** A call that is cancelled before it has begun never begins. */
  @Test
  void cancel_callWaits_neverBegins() throws Exception {
    Path go = folder.resolve("go");
    try (Actor<Tape> actor = tape(QUIET)) {
      Path begun = folder.resolve("begun");
      var running = actor.ask(_ -> Tape.waitFor(begun, go));
      Await.file(begun);
      List<CompletableFuture<Integer>> waiting = new ArrayList<>();
      for (int i = 0; i < 40; i++) { // some of them have been sent, others not
        int mark = i;
        waiting.add(actor.ask(t -> t.add(mark)));
      }
      for (int i = 0; i < 40; i += 2) {
        assertThat(waiting.get(i).cancel(false)).isTrue();
      }
      assertThat(running.cancel(false)).isTrue(); // it goes on
      Files.createFile(go);
      assertThat(marks(actor)).isEqualTo(IntStream.range(0, 20).mapToObj(i -> 2 * i + 1).toList());
    }
  }

  /** A running call whose future is completed from outside, however, is interrupted. */
  @Test
  void completeAsync_callRuns_isInterrupted() throws Exception {
    try (Actor<Tape> actor = tape(QUIET)) {
      Path begun = folder.resolve("begun");
      var running = actor.ask(_ -> Tape.untilInterrupted(begun));
      Await.file(begun);
      assertThat(running.completeAsync(() -> 5, Runnable::run)).isCompletedWithValue(5);
      assertThat(marks(actor)).isEmpty();
    }
  }

  /** A running call that is cancelled is interrupted, alone, and its process stays. */
  @Test
  void cancel_callRuns_isInterrupted() throws Exception {
    try (Actor<Tape> actor = tape(QUIET)) {
      Path begun = folder.resolve("begun");
      var running = actor.ask(_ -> Tape.untilInterrupted(begun));
      var next = actor.ask(_ -> Thread.interrupted());
      Await.file(begun);
      long pid = actor.pid().orElseThrow();
      running.cancel(true);
      assertThat(Await.result(next)).isFalse();
      assertThat(actor.pid()).hasValue(pid);
    }
  }
}
