package dev.tutti.actors;

import static dev.tutti.actors.ActorTest.QUIET;
import static dev.tutti.actors.ActorTest.cause;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tutti.task.NotSendableException;
import dev.tutti.task.WorkerLostException;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What pools of actors promise. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class ActorPoolTest {
  @TempDir Path folder;

  /** Closing that is interrupted stops all actors, whichever it waits for. */
  @Test
  void close_interrupted_stopsAll() throws Exception {
    ActorPool<Tape> pool = Actors.pool(3, Tape::new, QUIET);
    try {
      Path begun = folder.resolve("begun");
      CompletableFuture<?>[] running =
          pool.actors().stream()
              .map(actor -> {
                Path mine = begun.resolveSibling(actor.name());
                return actor.ask(_ -> Tape.untilInterrupted(mine));
              })
              .toArray(CompletableFuture<?>[]::new);
      for (Actor<Tape> actor : pool.actors()) {
        Await.file(folder.resolve(actor.name()));
      }
      AtomicBoolean stays = new AtomicBoolean();
      Thread closes =
          Thread.ofPlatform()
              .start(() -> {
                pool.close();
                stays.set(Thread.interrupted());
              });
      Await.blocked(closes);
      closes.interrupt();
      Await.ended(closes);
      assertThat(running).allSatisfy(one -> assertThat(one).isCancelled());
      assertThat(stays).isTrue();
    } finally {
      pool.closeNow();
    }
  }

  /** Calls go to the actor with the fewest, and each key has its own. */
  @Test
  void pool_calls_areShared() throws Exception {
    try (ActorPool<Tape> pool = Actors.pool(2, Tape::new, QUIET.withName("tapes"))) {
      Path go = folder.resolve("go");
      Path one = folder.resolve("one");
      Path other = folder.resolve("other");
      var first = pool.ask(_ -> Tape.waitFor(one, go));
      var second = pool.ask(_ -> Tape.waitFor(other, go));
      Await.file(one);
      Await.file(other);
      Files.createFile(go);
      first.get();
      second.get();
      assertThat(pool.actors()).extracting(Actor::name).containsExactly("tapes-1", "tapes-2");
      assertThat(pool.of("key")).isSameAs(pool.of("key"));
      pool.tellAll(t -> t.add(1));
      for (CompletableFuture<List<Integer>> marks : pool.askAll(Tape::marks)) {
        assertThat(marks.get()).containsExactly(1);
      }
      Object stays = new Object();
      assertThrows(NotSendableException.class, () -> pool.ask(_ -> stays.hashCode()));
    }
  }

  /** One that has died for good gets no calls while another lives; all others are told. */
  @Test
  void pool_oneDies_othersServe() throws Exception {
    try (ActorPool<Tape> pool = Actors.pool(2, Tape::new, QUIET)) {
      WorkerLostException lost =
          cause(WorkerLostException.class, pool.actors().get(0).ask(_ -> halt()));
      for (int i = 0; i < 10; i++) {
        assertThat(Await.result(pool.ask(Tape::pid)))
            .isEqualTo(pool.actors().get(1).pid().orElseThrow());
      }
      assertThat(assertThrows(RejectedExecutionException.class, () -> pool.tellAll(t -> t.add(1))))
          .hasCause(lost);
      List<CompletableFuture<List<Integer>>> all = pool.askAll(Tape::marks);
      assertThat(cause(WorkerLostException.class, all.get(0))).isSameAs(lost);
      assertThat(Await.result(all.get(1))).containsExactly(1);
      cause(WorkerLostException.class, pool.actors().get(1).ask(_ -> halt()));
      cause(WorkerLostException.class, pool.ask(Tape::marks)); // nobody is left
      assertThrows(NullPointerException.class, () -> pool.of(null));
    }
  }

  private static int halt() {
    Runtime.getRuntime().halt(9);
    return 0;
  }

  /** If one cannot be opened, none is left. */
  @Test
  void pool_oneFails_noneIsLeft() {
    Path made = folder.resolve("made");
    assertThrows(
        IllegalStateException.class,
        () -> Actors.pool(3, () -> Files.createFile(made).toString(), QUIET));
    assertThrows(IllegalArgumentException.class, () -> Actors.pool(0, Tape::new));
  }

  /** Stopping a pool stops all its actors at the same time. */
  @Test
  void pool_closeNow_stopsAll() throws Exception {
    ActorPool<Tape> pool = Actors.pool(2, Tape::new, QUIET);
    Path one = folder.resolve("one");
    Path other = folder.resolve("other");
    var first = pool.ask(_ -> Tape.never(one));
    var second = pool.ask(_ -> Tape.never(other));
    Await.file(one);
    Await.file(other);
    pool.closeNow();
    assertThat(first).isCancelled();
    assertThat(second).isCancelled();
  }
}
