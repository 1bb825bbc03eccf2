package dev.tutti.actors;

import static dev.tutti.actors.ActorTest.QUIET;
import static dev.tutti.actors.ActorTest.cause;
import static dev.tutti.actors.ActorTest.marks;
import static dev.tutti.actors.ActorTest.tape;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tutti.codec.Codec;
import dev.tutti.codec.Role;
import dev.tutti.task.Fn;
import dev.tutti.task.Task;
import dev.tutti.task.TaskTimeoutException;
import dev.tutti.task.WorkerLostException;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What an actor promises whose process dies and that may come back. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class RestartTest {
  private static final RestartPolicy TWICE = RestartPolicy.atMost(2, Duration.ofHours(1));

  @TempDir Path folder;

  private static CompletableFuture<Integer> die(Actor<Tape> actor) {
    return actor.ask(_ -> halt());
  }

  private static int halt() {
    Runtime.getRuntime().halt(9);
    return 0;
  }

  /**
   * What ran is lost; what waited runs in the next process, in order, once, on a state made anew.
   */
  @Test
  void restart_callsWait_runInOrderOnANewState() throws Exception {
    try (Actor<Tape> actor = tape(QUIET.withRestart(TWICE))) {
      Await.result(actor.ask(t -> t.add(-1)));
      CompletableFuture<Integer> dies = die(actor);
      List<CompletableFuture<Integer>> waiting = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        int mark = i;
        waiting.add(actor.ask(t -> t.add(mark)));
      }
      assertThat(cause(WorkerLostException.class, dies).exitStatus()).isEqualTo(9);
      for (int i = 0; i < 60; i++) {
        assertThat(waiting.get(i).get()).isEqualTo(i + 1);
      }
      assertThat(marks(actor)).isEqualTo(IntStream.range(0, 60).boxed().toList());
      assertThat(actor.restarts()).isEqualTo(1);
    }
  }

  /** An owner that cannot read an answer loses the process with it, not the actor. */
  @Test
  void restart_answerCannotBeRead_isOneDeath() throws Exception {
    byte[] make = encoded((Task<Tape>) Tape::new);
    Home home = Home.start(make, RestartTest.class.getClassLoader(), QUIET.withRestart(TWICE));
    try {
      Await.result(home.ready());
      byte[] function = encoded((Fn<Tape, Integer>) tape -> tape.add(1));
      long _ =
          home.call(
              Message.Kind.CALL, function, 0, new Hearing(new OutOfMemoryError("not really")));
      Hearing again = new Hearing(null);
      Await.until("another process", () -> home.restarts() == 1);
      long _ = home.call(Message.Kind.CALL, function, 0, again);
      Await.result(again.end);
    } finally {
      home.closeNow();
    }
  }

  private static byte[] encoded(Object function) {
    return Codec.encode(function, Role.ACTOR_FUNCTION);
  }

  /** Who waits for a call, and fails when it is answered if there is an error. */
  private static final class Hearing implements Caller {
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final Error error;

    Hearing(Error error) {
      this.error = error;
    }

    @Override
    public void answered(ByteBuffer result) {
      if (error != null) {
        throw error;
      }
      end.complete(null);
    }

    @Override
    public void failed(ByteBuffer failure) {
      end.completeExceptionally(new AssertionError("the call has failed"));
    }

    @Override
    public void failed(Throwable why) {
      end.completeExceptionally(why);
    }

    @Override
    public void cancelled() {
      end.cancel(false);
    }
  }

  /** A death while nothing runs costs no call. */
  @Test
  void restart_killedWhenIdle_nothingIsLost() throws Exception {
    try (Actor<Tape> actor = tape(QUIET.withRestart(TWICE))) {
      long pid = actor.pid().orElseThrow();
      assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
      assertThat(actor.ask(t -> t.add(1)).get()).isEqualTo(1);
      Await.until("another process", () -> actor.pid().orElse(pid) != pid);
    }
  }

  /** A time that is longer than a number of nanoseconds can tell is as good as for ever. */
  @Test
  void restart_endlessTimes_areForEver() throws Exception {
    Duration forEver = ChronoUnit.FOREVER.getDuration();
    ActorOptions options =
        QUIET.withRestart(RestartPolicy.atMost(2, forEver)).withTimeout(forEver).withGrace(forEver);
    try (Actor<Tape> actor = tape(options)) {
      for (int i = 0; i < 2; i++) {
        cause(WorkerLostException.class, die(actor));
      }
      assertThat(marks(actor.withTimeout(forEver))).isEmpty();
      cause(WorkerLostException.class, die(actor));
      cause(WorkerLostException.class, actor.ask(Tape::marks));
    }
  }

  /** There are as many restarts as the policy allows, and after them the actor is dead. */
  @Test
  void restart_tooOften_isDead() throws Exception {
    try (Actor<Tape> actor = tape(QUIET.withRestart(TWICE))) {
      for (int i = 0; i < 3; i++) {
        cause(WorkerLostException.class, die(actor));
      }
      cause(WorkerLostException.class, actor.ask(Tape::marks));
      assertThat(actor.restarts()).isEqualTo(2);
      assertThat(actor.ended()).failsWithin(Await.PATIENCE);
    }
  }

  /**
   * Where the policy says so, a death fails what waits too, and the next call finds a new process.
   */
  @Test
  void restart_failingWaiting_failsThem() throws Exception {
    Path begun = folder.resolve("begun");
    Path go = folder.resolve("go");
    try (Actor<Tape> actor = tape(QUIET.withRestart(TWICE.failingWaiting()))) {
      var dies =
          actor.ask(_ -> {
            Tape.waitFor(begun, go);
            return halt();
          });
      var waits = actor.ask(t -> t.add(1));
      Files.createFile(go);
      WorkerLostException lost = cause(WorkerLostException.class, dies);
      assertThat(cause(WorkerLostException.class, waits)).isSameAs(lost);
      assertThat(marks(actor)).isEmpty();
    }
  }

  /** After a time-out that needs a kill the actor comes back, and what waited is run. */
  @Test
  void restart_afterTimeout_goesOn() throws Exception {
    Path begun = folder.resolve("begun");
    try (Actor<Tape> actor = tape(QUIET.withRestart(TWICE))) {
      var slow = actor.withTimeout(Duration.ofMillis(100)).ask(_ -> Tape.never(begun));
      var next = actor.ask(t -> t.add(1));
      cause(TaskTimeoutException.class, slow);
      assertThat(next.get()).isEqualTo(1);
    }
  }

  /** With a checkpoint after each call, all that was answered is there after a death. */
  @Test
  void checkpoint_everyCall_keepsWhatWasAnswered() throws Exception {
    try (Actor<Tape> actor = tape(QUIET.withRestart(TWICE).withCheckpointEvery(1))) {
      Await.result(actor.ask(t -> t.add(1)));
      Await.result(actor.ask(t -> t.add(2)));
      cause(WorkerLostException.class, die(actor));
      assertThat(marks(actor)).containsExactly(1, 2);
    }
  }

  /** With a checkpoint after every third call, a death takes what came after it. */
  @Test
  void checkpoint_everyThirdCall_isWhereItGoesOn() throws Exception {
    try (Actor<Tape> actor = tape(QUIET.withRestart(TWICE).withCheckpointEvery(3))) {
      for (int i = 0; i < 5; i++) {
        int mark = i;
        Await.result(actor.ask(t -> t.add(mark)));
      }
      cause(WorkerLostException.class, die(actor));
      assertThat(marks(actor)).containsExactly(0, 1, 2);
    }
  }

  /** The state is made once where there are checkpoints, however often the process dies. */
  @Test
  void checkpoint_diesBeforeTheFirstCall_stateIsNotMadeAgain() throws Exception {
    Path made = folder.resolve("made");
    ActorOptions options = QUIET.withRestart(TWICE).withCheckpointEvery(100);
    try (Actor<Tape> actor =
        Actor.open(
            () -> {
              Files.createFile(made); // a second time it fails
              return new Tape();
            },
            options)) {
      cause(WorkerLostException.class, die(actor));
      assertThat(marks(actor)).isEmpty();
    }
  }

  /** An actor that runs several calls at once is copied while none of them runs. */
  @Test
  void checkpoint_severalAtOnce_isWhole() throws Exception {
    ActorOptions options = QUIET.withRestart(TWICE).withCheckpointEvery(1).withAtOnce(4);
    try (Actor<Pair> actor = Actor.open(Pair::new, options)) {
      List<CompletableFuture<Integer>> all = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        all.add(actor.ask(Pair::step));
      }
      for (CompletableFuture<Integer> one : all) {
        assertThat(one.get()).isZero();
      }
      assertThrows(Exception.class, () -> actor.ask(_ -> halt()).get());
      assertThat(actor.ask(p -> p.left - p.right).get()).isZero();
      assertThat(actor.ask(p -> p.left).get()).isEqualTo(200);
    }
  }

  /** Two numbers that are the same but in the midst of a call. */
  static final class Pair implements Serializable {
    private static final long serialVersionUID = 1L;
    private int left;
    private int right;

    synchronized int step() {
      left++;
      Thread.onSpinWait();
      right++;
      return left - right;
    }
  }

  /**
   * A state that cannot be copied is told by open; one that cannot any more keeps its last copy.
   */
  @Test
  void checkpoint_cannotBeCopied_isTold() throws Exception {
    ActorOptions options = QUIET.withRestart(TWICE).withCheckpointEvery(1);
    assertThat(assertThrows(IllegalStateException.class, () -> Actor.open(Object::new, options)))
        .hasMessageContaining("java.lang.Object");
    try (Actor<ArrayList<Object>> actor = Actor.open(() -> new ArrayList<Object>(), options)) {
      actor.ask(list -> list.add("kept")).get();
      actor.ask(list -> list.add(new Object())).get();
      assertThrows(Exception.class, () -> actor.ask(_ -> halt()).get());
      assertThat(actor.ask(ArrayList::size).get()).isEqualTo(1);
    }
  }

  /** Closing an actor that has just died runs what waits, if it comes back. */
  @Test
  void close_afterDeath_runsWhatWaits() throws Exception {
    CompletableFuture<Integer> last;
    try (Actor<Tape> actor = tape(QUIET.withRestart(TWICE))) {
      var _ = die(actor);
      last = actor.ask(t -> t.add(1));
    }
    assertThat(last).isCompletedWithValue(1);
  }

  /** An actor whose state cannot be made again is dead when it has been tried often enough. */
  @Test
  void restart_stateCannotBeMade_isDead() throws Exception {
    Path made = folder.resolve("made");
    try (Actor<Tape> actor =
        Actor.open(
            () -> {
              Files.createFile(made); // a second time it fails
              return new Tape();
            },
            QUIET.withRestart(TWICE))) {
      cause(WorkerLostException.class, die(actor));
      assertThat(cause(IllegalStateException.class, actor.ask(Tape::marks)))
          .hasRootCauseInstanceOf(java.nio.file.FileAlreadyExistsException.class);
      assertThat(actor.restarts()).isEqualTo(2);
    }
  }
}
