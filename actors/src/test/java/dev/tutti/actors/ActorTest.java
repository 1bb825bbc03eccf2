package dev.tutti.actors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tutti.plan.SubmitQueue;
import dev.tutti.process.JvmStreams;
import dev.tutti.process.WorkerJvm;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.WorkerLostException;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What an actor promises to its owner. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class ActorTest {
  static final ActorOptions QUIET =
      ActorOptions.DEFAULTS
          .withStreams(JvmStreams.DISCARD)
          .withJvm(WorkerJvm.DEFAULTS.withFlags("-XX:TieredStopAtLevel=1"))
          .withGrace(Duration.ofMillis(50));

  @TempDir Path folder;

  static Actor<Tape> tape(ActorOptions options) {
    return Actor.open(Tape::new, options);
  }

  static List<Integer> marks(Actor<Tape> actor) throws Exception {
    return Await.result(actor.ask(Tape::marks));
  }

  static <T extends Throwable> T cause(Class<T> type, CompletableFuture<?> of) {
    Throwable cause = assertThrows(ExecutionException.class, () -> Await.result(of)).getCause();
    assertThat(cause).isInstanceOf(type);
    return type.cast(cause);
  }

  // ---------------------------------------------------------------- calls

  /** The object lives in another process, keeps its state, and answers. */
  @Test
  void ask_severalCalls_seeOneState() throws Exception {
    try (Actor<Tape> actor = tape(QUIET)) {
      assertThat(actor.ask(t -> t.add(7)).get()).isEqualTo(1);
      assertThat(actor.ask(t -> t.add(8)).get()).isEqualTo(2);
      assertThat(marks(actor)).containsExactly(7, 8);
      assertThat(actor.ask(Tape::pid).get())
          .isEqualTo(actor.pid().orElseThrow())
          .isNotEqualTo(ProcessHandle.current().pid());
    }
  }

  /** Asked and told, calls run in the order in which they were made. */
  @Test
  void calls_manyOfOneThread_runInOrder() throws Exception {
    try (Actor<Tape> actor = tape(QUIET)) {
      for (int i = 0; i < 500; i++) {
        int mark = i;
        if (i % 3 == 0) {
          var _ = actor.ask(t -> t.add(mark));
        } else {
          actor.tell(t -> t.add(mark));
        }
      }
      assertThat(marks(actor)).isEqualTo(IntStream.range(0, 500).boxed().toList());
    }
  }

  /** What a call throws fails that call alone, with the exception itself, and the state stays. */
  @Test
  void ask_throws_failsAlone() throws Exception {
    try (Actor<Tape> actor = tape(QUIET)) {
      var failed =
          actor.ask(t -> {
            t.add(1);
            t.fail("no");
            return 0;
          });
      actor.tell(t -> t.fail("nobody hears"));
      assertThat(cause(IOException.class, failed)).hasMessage("no");
      var error = actor.ask(_ -> errs());
      assertThat(cause(StackOverflowError.class, error)).isNotNull();
      assertThat(marks(actor)).containsExactly(1);
    }
  }

  private static int errs() {
    throw new StackOverflowError("not really");
  }

  /** What cannot travel is refused at the call, or as the call's failure if it is the result. */
  @Test
  void ask_notSendable_isRefused() throws Exception {
    try (Actor<Tape> actor = tape(QUIET)) {
      Object lock = new Object();
      assertThat(
              assertThrows(
                  NotSendableException.class, () -> actor.ask(t -> t.add(lock.hashCode()))))
          .hasMessageContaining("cannot send the function to the actor")
          .hasMessageContaining("; make it Serializable, or make or open it inside the function");
      ReentrantLock mine = new ReentrantLock();
      assertThat(assertThrows(NotSendableException.class, () -> actor.tell(_ -> mine.lock())))
          .hasMessageEndingWith(
              "; use dev.tutti.memory.sync.ProcessLock, or use it in the caller only [T003]");
      cause(NotSendableException.class, actor.ask(_ -> new Object()));
      assertNamed("call", () -> actor.ask(null));
      assertNamed("call", () -> actor.tell(null));
      assertNamed("type", () -> actor.proxy(null));
      assertNamed("timeout", () -> actor.withTimeout(null));
      assertNamed("key", () -> actor.listen(new InetSocketAddress(0), null));
      assertThat(marks(actor)).isEmpty();
    }
  }

  /** A null result, a large one, and a large argument cross. */
  @Test
  void ask_nullAndLarge_cross() throws Exception {
    byte[] large = new byte[3 << 20];
    large[1 << 20] = 5;
    try (Actor<Tape> actor = tape(QUIET)) {
      assertThat(actor.ask(_ -> null)).succeedsWithin(Await.PATIENCE).isNull();
      assertThat(actor.ask(_ -> large).get()).isEqualTo(large);
    }
  }

  /** What hangs on an answer does not hold up the actor. */
  @Test
  void ask_dependentBlocks_othersAreAnswered() throws Exception {
    CompletableFuture<Integer> blocked = new CompletableFuture<>();
    try (Actor<Tape> actor = tape(QUIET)) {
      Path go = folder.resolve("go");
      Path begun = folder.resolve("begun");
      CompletableFuture<Integer> asked = actor.ask(_ -> Tape.waitFor(begun, go));
      CompletableFuture<Integer> all =
          CompletableFuture.allOf(asked).thenApply(_ -> blocked.join());
      CompletableFuture<Integer> one = asked.thenApply(_ -> blocked.join());
      Files.createFile(go);
      assertThat(marks(actor)).isEmpty();
      blocked.complete(3);
      assertThat(Await.result(one)).isEqualTo(3);
      assertThat(Await.result(all)).isEqualTo(3);
    }
  }

  /** Up to the number that was asked for, calls run at the same time, and no more. */
  @Test
  void atOnce_three_runThreeAtOnce() throws Exception {
    Path go = folder.resolve("go");
    try (Actor<Tape> actor = tape(QUIET.withAtOnce(3))) {
      List<CompletableFuture<Integer>> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Path begun = folder.resolve("begun" + i);
        all.add(actor.ask(_ -> Tape.waitFor(begun, go)));
      }
      for (int i = 0; i < 3; i++) {
        Await.file(folder.resolve("begun" + i));
      }
      assertThat(folder.resolve("begun3")).doesNotExist();
      Files.createFile(go);
      for (CompletableFuture<Integer> one : all) {
        assertThat(Await.result(one)).isEqualTo(1);
      }
    }
  }

  // ---------------------------------------------------------------- the end

  /** Closing waits for the calls that there are, then the state is closed in its process. */
  @Test
  void close_callsWait_allAreRun() throws Exception {
    Path closed = folder.resolve("closed");
    List<CompletableFuture<Integer>> all = new ArrayList<>();
    try (Actor<Resource> actor = Actor.open(() -> new Resource(closed), QUIET)) {
      for (int i = 0; i < 100; i++) {
        all.add(actor.ask(Resource::use));
      }
    }
    assertThat(all).allSatisfy(one -> assertThat(one).isCompletedWithValue(1));
    assertThat(closed).exists();
  }

  record Resource(Path closed) implements AutoCloseable {
    int use() {
      return 1;
    }

    @Override
    public void close() throws IOException {
      Files.createFile(closed);
    }
  }

  /** A closed actor takes nothing, and closing it again does nothing. */
  @Test
  void close_again_isClosed() {
    Actor<Tape> actor = tape(QUIET);
    actor.close();
    actor.close();
    actor.closeNow();
    assertThrows(RejectedExecutionException.class, () -> actor.ask(Tape::marks));
    assertThrows(RejectedExecutionException.class, () -> actor.tell(t -> t.add(1)));
    assertThat(actor.ended()).succeedsWithin(Await.PATIENCE);
    assertThat(actor.pid()).isEmpty();
  }

  /** Stopping ends every future as cancelled and the process with what it runs. */
  @Test
  void closeNow_callNeverEnds_allAreCancelled() throws Exception {
    Actor<Tape> actor = tape(QUIET);
    Path begun = folder.resolve("begun");
    var running = actor.ask(_ -> Tape.never(begun));
    Await.file(begun);
    List<CompletableFuture<Integer>> waiting = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      waiting.add(actor.ask(t -> t.add(1)));
    }
    actor.closeNow();
    assertThrows(CancellationException.class, running::join);
    assertThat(waiting).allSatisfy(one -> assertThat(one).isCancelled());
    assertThat(actor.ended()).succeedsWithin(Await.PATIENCE);
  }

  /** Who closes and is interrupted stops the actor and keeps the flag. */
  @Test
  void close_interrupted_stops() throws Exception {
    Actor<Tape> actor = tape(QUIET);
    Path begun = folder.resolve("begun");
    var running = actor.ask(_ -> Tape.never(begun));
    Await.file(begun);
    Thread.currentThread().interrupt();
    actor.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(running).isCancelled();
  }

  /** An object that cannot be made is told by open, with what was thrown. */
  @Test
  void open_stateFails_throws() {
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () ->
                Actor.open(
                    () -> {
                      throw new IOException("no such scanner");
                    },
                    QUIET));
    assertThat(e).hasMessageContaining("cannot open actor").hasRootCauseMessage("no such scanner");
    assertThat(
            assertThrows(
                IllegalStateException.class,
                () ->
                    Actor.open(
                        () -> {
                          Runtime.getRuntime().halt(5);
                          return 1;
                        },
                        QUIET)))
        .hasCauseInstanceOf(WorkerLostException.class)
        .hasMessageContaining("exit=5");
    assertThat(
            assertThrows(
                IllegalStateException.class,
                () ->
                    Actor.open(
                        () -> {
                          throw new Mute();
                        },
                        QUIET)))
        .hasMessageContaining(Mute.class.getName())
        .hasRootCauseInstanceOf(Mute.class);
  }

  /** An exception that cannot say what it is about. */
  static final class Mute extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new IllegalStateException("no words");
    }
  }

  /** Who opens an actor and is interrupted gets no actor, and keeps the flag. */
  @Test
  void open_interrupted_isCancelled() {
    Thread.currentThread().interrupt();
    assertThrows(CancellationException.class, () -> tape(QUIET));
    assertThat(Thread.interrupted()).isTrue();
  }

  // ---------------------------------------------------------------- death

  /** A death is told at once to all who wait and to all who call later, with its cause. */
  @Test
  void death_noRestart_allGetTheCause() throws Exception {
    try (Actor<Tape> actor = tape(QUIET)) {
      var dies =
          actor.ask(_ -> {
            System.exit(3);
            return 0;
          });
      List<CompletableFuture<Integer>> waiting = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        waiting.add(actor.ask(t -> t.add(1)));
      }
      WorkerLostException lost = cause(WorkerLostException.class, dies);
      assertThat(lost.exitStatus()).isEqualTo(3);
      assertThat(lost.reason()).contains("System.exit(3) was called");
      for (CompletableFuture<Integer> one : waiting) {
        assertThat(cause(WorkerLostException.class, one)).isSameAs(lost);
      }
      assertThat(cause(WorkerLostException.class, actor.ask(Tape::marks))).isSameAs(lost);
      assertThat(actor.ended()).failsWithin(Await.PATIENCE);
      assertThat(assertThrows(RejectedExecutionException.class, () -> actor.tell(t -> t.add(1))))
          .hasCause(lost);
    }
  }

  /** Options and types that make no sense are refused, and the message says why. */
  @Test
  void options_badOnes_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> QUIET.withAtOnce(0));
    assertThrows(IllegalArgumentException.class, () -> QUIET.withTimeout(Duration.ZERO));
    assertThrows(IllegalArgumentException.class, () -> QUIET.withGrace(Duration.ofMillis(-1)));
    assertThrows(
        IllegalArgumentException.class, () -> QUIET.withMailbox(SubmitQueue.callerRuns(1)));
    assertThrows(IllegalArgumentException.class, () -> QUIET.withCheckpointEvery(-1));
    assertThrows(
        IllegalArgumentException.class, () -> RestartPolicy.atMost(-1, Duration.ofSeconds(1)));
    assertThrows(IllegalArgumentException.class, () -> RestartPolicy.atMost(1, Duration.ZERO));
    assertThrows(IllegalArgumentException.class, () -> QUIET.withName(""));
    assertThrows(IllegalArgumentException.class, () -> QUIET.withName("two\nlines"));
    assertNamed("name", () -> QUIET.withName(null));
    assertNamed("jvm", () -> QUIET.withJvm(null));
    assertNamed("streams", () -> QUIET.withStreams(null));
    assertNamed("mailbox", () -> QUIET.withMailbox(null));
    assertNamed("timeout", () -> QUIET.withTimeout(null));
    assertNamed("grace", () -> QUIET.withGrace(null));
    assertNamed("restart", () -> QUIET.withRestart(null));
    assertNamed("within", () -> RestartPolicy.atMost(1, null));
    assertNamed("make", () -> Actor.open(null));
    assertNamed("options", () -> Actor.open(Tape::new, null));
    assertNamed("options", () -> Actors.map(null));
    assertNamed("make", () -> Actors.pool(1, null));
    assertNamed("address", () -> Actor.connect(null, new byte[16]));
  }

  private static void assertNamed(String name, Executable call) {
    assertThat(assertThrows(NullPointerException.class, call)).hasMessage(name);
  }
}
