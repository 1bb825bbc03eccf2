package dev.tutti.actors;

import static dev.tutti.actors.ActorTest.QUIET;
import static dev.tutti.actors.ActorTest.cause;
import static dev.tutti.actors.ActorTest.marks;
import static dev.tutti.actors.ActorTest.tape;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tutti.Pool;
import dev.tutti.plan.SubmitQueue;
import dev.tutti.process.JvmProcess;
import dev.tutti.process.PipeListener;
import dev.tutti.task.TaskTimeoutException;
import dev.tutti.task.WorkerLostException;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What an actor promises to those who call it from elsewhere, or as an interface. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class HandleTest {
  @TempDir Path folder;

  // ---------------------------------------------------------------- other processes

  /** Tasks of a pool that capture the actor call one and the same object. */
  @Test
  void handle_inPoolTasks_callOneObject() throws Exception {
    try (Actor<Tape> actor = tape(QUIET);
        Pool pool = Pool.processes(2)) {
      List<Integer> sizes = pool.map(List.of(1, 2, 3, 4), n -> actor.ask(t -> t.add(n)).get());
      assertThat(sizes).containsExactlyInAnyOrder(1, 2, 3, 4);
      assertThat(marks(actor)).containsExactlyInAnyOrder(1, 2, 3, 4);
    }
  }

  /** The calls of one thread of another process run in order too, asked or told. */
  @Test
  void handle_manyCalls_runInOrder() throws Exception {
    try (Actor<Tape> actor = tape(QUIET);
        JvmProcess<Integer> other =
            JvmProcess.start(() -> {
              for (int i = 0; i < 300; i++) {
                int mark = i;
                actor.tell(t -> t.add(mark));
              }
              return actor.ask(Tape::marks).get().size();
            })) {
      assertThat(other.result().get()).isEqualTo(300);
      assertThat(marks(actor)).isEqualTo(IntStream.range(0, 300).boxed().toList());
    }
  }

  /** Failures, time-outs, deaths and refusals are told there as here. */
  @Test
  void handle_callFails_isTold() throws Exception {
    try (Actor<Tape> actor = tape(QUIET.withMailbox(SubmitQueue.rejecting(1)));
        Pool pool = Pool.processes(1)) {
      Path begun = folder.resolve("begun");
      Path go = folder.resolve("go");
      assertThat(pool.submit(() -> failureOf(actor.ask(t -> fails(t)))).get())
          .contains(IOException.class.getName());
      var running = actor.ask(_ -> Tape.waitFor(begun, go));
      Await.file(begun);
      var waits = actor.ask(t -> t.add(1));
      assertThat(
              cause(
                  RejectedExecutionException.class,
                  pool.submit(() -> failureOf(actor.ask(t -> t.add(2))))))
          .hasMessageContaining("waiting=1");
      Files.createFile(go);
      Await.result(running);
      Await.result(waits);
      Path again = folder.resolve("again");
      assertThat(
              pool.submit(() ->
                      failureOf(
                          actor.withTimeout(Duration.ofMillis(50)).ask(_ -> Tape.never(again))))
                  .get())
          .contains(TaskTimeoutException.class.getName());
      assertThat(pool.submit(() -> failureOf(actor.ask(Tape::marks))).get())
          .contains(WorkerLostException.class.getName());
    }
  }

  private static int fails(Tape tape) throws IOException {
    tape.fail("no");
    return 0;
  }

  private static String failureOf(CompletableFuture<?> answer) throws InterruptedException {
    try {
      return "result " + answer.get();
    } catch (java.util.concurrent.ExecutionException e) {
      return String.valueOf(e.getCause());
    }
  }

  /** What a process has asked is stopped when it dies; what it has told is done. */
  @Test
  void handle_itsProcessDies_askedIsStopped() throws Exception {
    Path begun = folder.resolve("begun");
    Path told = folder.resolve("told");
    try (Actor<Tape> actor = tape(QUIET);
        JvmProcess<Void> other =
            JvmProcess.start(() -> {
              var _ = actor.ask(_ -> Tape.untilInterrupted(begun));
              actor.tell(t -> t.add(5));
              Files.createFile(told);
              Thread.sleep(Duration.ofDays(1));
            })) {
      Await.file(begun);
      Await.file(told);
      other.kill();
      Await.until("what it told is done", () -> marks(actor).equals(List.of(5)));
    }
  }

  /** A call that is cancelled there is taken back or interrupted here. */
  @Test
  void handle_cancels_isStopped() throws Exception {
    Path begun = folder.resolve("begun");
    try (Actor<Tape> actor = tape(QUIET);
        JvmProcess<Boolean> other =
            JvmProcess.start(() -> {
              var running = actor.ask(_ -> Tape.untilInterrupted(begun));
              var waiting = actor.ask(t -> t.add(1));
              Await.file(begun);
              return waiting.cancel(false) && running.cancel(true);
            })) {
      assertThat(other.result().get()).isTrue();
      assertThat(marks(actor)).isEmpty();
    }
  }

  /** A thread that is interrupted already cancels all the same, and stays interrupted. */
  @Test
  void handle_cancelsInterrupted_isStopped() throws Exception {
    byte[] key = PipeListener.newKey();
    Path begun = folder.resolve("begun");
    try (Actor<Tape> actor = tape(QUIET);
        ActorListener door = actor.listen(UnixDomainSocketAddress.of(folder.resolve("a.s")), key);
        Actor<Tape> handle = Actor.connect(door.address(), key)) {
      var running = handle.ask(_ -> Tape.untilInterrupted(begun));
      Await.file(begun);
      Thread.currentThread().interrupt();
      boolean cancelled = running.cancel(true);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(cancelled).isTrue();
      assertThat(marks(actor)).isEmpty();
    }
  }

  /**
   * When an actor is closed, what there was for its handles goes: the connection, then the rest.
   */
  @Test
  void handle_actorIsClosed_leavesNothing() throws Exception {
    byte[] key = PipeListener.newKey();
    Actor<Tape> actor = tape(QUIET);
    try (ActorListener door =
        actor.listen(UnixDomainSocketAddress.of(folder.resolve("a.s")), key)) {
      Address first = Address.of("of another owner", "first", 0, door.address(), key);
      Address second = Address.of("of a third owner", "second", 0, door.address(), key);
      WeakReference<Remote> dropped = connectedOnce(Remote.to(first));
      Remote kept = Remote.to(second);
      WeakReference<Remote.Connection> connection = connected(kept);
      actor.close();
      Await.until(
          "nothing is left",
          () -> {
            System.gc();
            return dropped.refersTo(null) && connection.refersTo(null);
          });
      assertThat(Remote.to(second)).isSameAs(kept);
    } finally {
      actor.close();
    }
  }

  private static WeakReference<Remote> connectedOnce(Remote remote) throws Exception {
    Remote.Connection _ = remote.connect();
    return new WeakReference<>(remote);
  }

  private static WeakReference<Remote.Connection> connected(Remote remote) throws Exception {
    return new WeakReference<>(remote.connect());
  }

  /** When the actor is closed, handles elsewhere say so. */
  @Test
  void handle_actorIsClosed_rejects() throws Exception {
    Path go = folder.resolve("go");
    Actor<Tape> actor = tape(QUIET);
    try (JvmProcess<String> other =
        JvmProcess.start(() -> {
          int _ = actor.ask(t -> t.add(1)).get();
          Files.createFile(folderOf(go).resolve("called"));
          Await.file(go);
          try {
            return failureOf(actor.ask(Tape::marks));
          } catch (RejectedExecutionException e) {
            return "rejected: " + e.getMessage();
          }
        })) {
      Await.file(folder.resolve("called"));
      actor.close();
      Files.createFile(go);
      assertThat(other.result().get()).contains("closed");
    }
  }

  private static Path folderOf(Path file) {
    return file.getParent();
  }

  /** An actor that is put into another one is the same actor there. */
  @Test
  void handle_insideAnotherActor_isTheSame() throws Exception {
    try (Actor<Tape> inner = tape(QUIET);
        Actor<java.util.ArrayList<Actor<Tape>>> outer =
            Actor.open(() -> new java.util.ArrayList<Actor<Tape>>(), QUIET)) {
      outer.ask(list -> list.add(inner)).get();
      assertThat(outer.ask(list -> list.get(0).ask(t -> t.add(4)).get()).get()).isEqualTo(1);
      Actor<Tape> back = outer.ask(list -> list.get(0)).get();
      assertThat(back).isEqualTo(inner).hasSameHashCodeAs(inner);
      assertThat(back.restarts()).isZero();
      assertThat(marks(inner)).containsExactly(4);
    }
  }

  // ---------------------------------------------------------------- other JVMs

  /** With an address and its key an actor is called over a file's socket and over loopback. */
  @Test
  void listen_withKey_isCalled() throws Exception {
    byte[] key = PipeListener.newKey();
    try (Actor<Tape> actor = tape(QUIET);
        ActorListener file = actor.listen(UnixDomainSocketAddress.of(folder.resolve("a.s")), key);
        ActorListener port =
            actor.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), key);
        Actor<Tape> byFile = Actor.connect(file.address(), key);
        Actor<Tape> byPort = Actor.connect(port.address(), key)) {
      assertThat(byFile.ask(t -> t.add(1)).get()).isEqualTo(1);
      assertThat(byPort.ask(t -> t.add(2)).get()).isEqualTo(2);
      assertThrows(
          dev.tutti.task.NotSendableException.class,
          () -> byPort.ask(t -> t.add(folder.compareTo(new java.io.File("x").toPath()))));
      assertThrows(IOException.class, () -> Actor.connect(port.address(), PipeListener.newKey()));
      assertThrows(IllegalStateException.class, byPort::restarts);
      assertThat(byPort.pid()).isEmpty();
      // It is found where it listens, and nowhere else.
      InetSocketAddress second = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 0);
      try (ActorListener there = actor.listen(second, key);
          Actor<Tape> byHost = Actor.connect(there.address(), key)) {
        assertThat(byHost.ask(t -> t.add(3)).get()).isEqualTo(3);
      }
      int at = ((InetSocketAddress) port.address()).getPort();
      for (InetSocketAddress wrong :
          List.of(
              new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), at),
              InetSocketAddress.createUnresolved("db.example.com", at))) {
        assertThat(assertThrows(IllegalArgumentException.class, () -> Actor.connect(wrong, key)))
            .hasMessageContaining("loopback");
      }
      InetSocketAddress six = new InetSocketAddress(InetAddress.ofLiteral("::1"), at);
      assertThat(Address.of("id", "name", 0, six, key).socket()).isEqualTo(six);
    }
  }

  // ---------------------------------------------------------------- interfaces

  /** Methods of an interface are calls; their results and exceptions are those of the object. */
  @Test
  void proxy_methods_areCalls() throws Exception {
    try (Actor<Tape> actor = tape(QUIET)) {
      Recorder recorder = actor.proxy(Recorder.class);
      assertThat(recorder.add(3)).isEqualTo(1);
      assertThat(recorder.marks()).containsExactly(3);
      assertThat(assertThrows(IOException.class, () -> recorder.fail("no"))).hasMessage("no");
      assertThat(recorder)
          .isEqualTo(actor.proxy(Recorder.class))
          .hasToString("Recorder of " + actor)
          .hasSameHashCodeAs(actor.proxy(Recorder.class));
      assertThat(recorder.equals(actor.proxy(Comparable.class))).isFalse();
      assertThrows(IllegalArgumentException.class, () -> actor.proxy(Tape.class));
      Runnable wrong = actor.proxy(Runnable.class);
      assertThrows(IllegalArgumentException.class, wrong::run);
    }
  }

  /** A proxy can be captured by a task; a death is thrown as such. */
  @Test
  void proxy_inTask_callsTheObject() throws Exception {
    try (Actor<Tape> actor = tape(QUIET);
        Pool pool = Pool.processes(1)) {
      Recorder recorder = actor.proxy(Recorder.class);
      assertThat(pool.submit(() -> recorder.add(8)).get()).isEqualTo(1);
      cause(
          WorkerLostException.class,
          actor.ask(_ -> {
            Runtime.getRuntime().halt(1);
            return 0;
          }));
      assertThrows(WorkerLostException.class, recorder::marks);
    }
  }
}
