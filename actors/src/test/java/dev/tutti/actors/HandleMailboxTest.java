package dev.tutti.actors;

import static dev.tutti.actors.ActorTest.QUIET;
import static dev.tutti.actors.ActorTest.cause;
import static dev.tutti.actors.ActorTest.marks;
import static dev.tutti.actors.ActorTest.tape;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tutti.plan.SubmitQueue;
import dev.tutti.process.JvmProcess;
import dev.tutti.process.PipeEnd;
import dev.tutti.process.PipeListener;
import dev.tutti.task.WorkerLostException;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a bounded mailbox promises to callers in other processes. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class HandleMailboxTest {
  private static final ActorOptions BLOCKING = QUIET.withMailbox(SubmitQueue.blocking(1));

  @TempDir Path folder;

  /** A thread that makes a call, and what it has thrown. */
  private static final class Caller {
    private final AtomicReference<String> thrown = new AtomicReference<>("");
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final Thread thread;

    Caller(Runnable call) {
      thread =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  call.run();
                } catch (RejectedExecutionException e) {
                  thrown.set(String.valueOf(e.getMessage()));
                }
                if (Thread.interrupted()) {
                  interrupted.countDown();
                }
              });
    }

    String end() throws InterruptedException {
      Await.ended(thread);
      return thrown.get();
    }
  }

  private static String refusal(Runnable call) {
    try {
      call.run();
      return "taken";
    } catch (RejectedExecutionException e) {
      String cause = e.getCause() == null ? "" : " " + e.getCause().getClass().getName();
      return e.getMessage() + cause;
    }
  }

  /** A process that dies while it waits for room is heard: what it has asked is stopped. */
  @Test
  void blocking_waitingProcessDies_askedIsStopped() throws Exception {
    Path begun = folder.resolve("begun");
    Path waits = folder.resolve("waits");
    try (Actor<Tape> actor = tape(BLOCKING);
        JvmProcess<Void> other =
            JvmProcess.start(() -> {
              var _ = actor.ask(_ -> Tape.untilInterrupted(begun));
              Await.file(begun);
              var _ = actor.ask(t -> t.add(1));
              Caller third = new Caller(() -> actor.tell(t -> t.add(2)));
              Await.blocked(third.thread);
              Files.createFile(waits);
              Thread.sleep(Duration.ofDays(1));
            })) {
      Await.file(waits);
      other.kill();
      assertThat(marks(actor)).isEmpty();
    }
  }

  /** A process whose threads wait for room can stop what it has asked, and they get in. */
  @Test
  void blocking_processCancels_whoWaitsGetsIn() throws Exception {
    Path begun = folder.resolve("begun");
    try (Actor<Tape> actor = tape(BLOCKING);
        JvmProcess<List<String>> other =
            JvmProcess.start(() -> {
              var running = actor.ask(_ -> Tape.untilInterrupted(begun));
              Await.file(begun);
              var waiting = actor.ask(t -> t.add(1));
              Caller leaves = new Caller(() -> actor.tell(t -> t.add(2)));
              Await.blocked(leaves.thread);
              leaves.thread.interrupt();
              String left = leaves.end();
              Await.until("the flag stays", () -> leaves.interrupted.getCount() == 0);
              Caller stays = new Caller(() -> actor.tell(t -> t.add(3)));
              Await.blocked(stays.thread);
              waiting.cancel(false);
              String stayed = stays.end();
              running.cancel(true);
              return List.of(left, stayed);
            })) {
      List<String> thrown = Await.result(other.result());
      assertThat(thrown.get(0)).contains("interrupted while waiting for room");
      assertThat(thrown.get(1)).isEmpty();
      assertThat(marks(actor)).containsExactly(3);
    }
  }

  /** A caller elsewhere who waits for room is told when the actor is closed. */
  @Test
  void blocking_actorIsClosed_whoWaitsIsTold() throws Exception {
    Path begun = folder.resolve("begun");
    Path waits = folder.resolve("waits");
    Actor<Tape> actor = tape(BLOCKING);
    try (JvmProcess<String> other =
        JvmProcess.start(() -> {
          var _ = actor.ask(_ -> Tape.untilInterrupted(begun));
          Await.file(begun);
          var _ = actor.ask(t -> t.add(1));
          Caller third = new Caller(() -> actor.ask(t -> t.add(2)));
          Await.blocked(third.thread);
          Files.createFile(waits);
          return third.end();
        })) {
      Await.file(waits);
      actor.closeNow();
      assertThat(Await.result(other.result())).contains("actor is closed");
    } finally {
      actor.closeNow();
    }
  }

  /**
   * A call that its owner takes back before it was in, as one that is being stopped may, throws.
   */
  @Test
  void blocking_firstWordIsTakenBack_throws() throws Exception {
    byte[] key = PipeListener.newKey();
    SocketAddress address = UnixDomainSocketAddress.of(folder.resolve("owner"));
    try (PipeListener listener = PipeListener.open(address, key)) {
      Thread owner =
          Thread.ofPlatform()
              .start(() -> {
                try (PipeEnd end = listener.accept()) {
                  end.sendBytes(Message.of(Message.Kind.WELCOME, 1));
                  Message call = Message.parse(end.receiveBytes());
                  end.sendBytes(Message.of(Message.Kind.TAKEN_BACK, call.number()));
                  assertThrows(EOFException.class, end::receiveBytes);
                } catch (IOException | InterruptedException e) {
                  throw new AssertionError(e);
                }
              });
      try (Actor<Tape> actor = Actor.connect(address, key)) {
        assertThat(refusal(() -> actor.ask(Tape::marks))).contains("actor is closed");
      }
      Await.ended(owner);
    }
  }

  /** A full mailbox that rejects, and a dead actor, refuse callers elsewhere as they do here. */
  @Test
  void rejecting_fullOrDead_throws() throws Exception {
    Path begun = folder.resolve("begun");
    Path go = folder.resolve("go");
    Path dead = folder.resolve("dead");
    try (Actor<Tape> actor = tape(QUIET.withMailbox(SubmitQueue.rejecting(1)));
        JvmProcess<ArrayList<String>> other =
            JvmProcess.start(() -> {
              ArrayList<String> said = new ArrayList<>();
              var running = actor.ask(_ -> Tape.waitFor(begun, go));
              Await.file(begun);
              var waiting = actor.ask(t -> t.add(1));
              said.add(refusal(() -> actor.ask(t -> t.add(2))));
              said.add(refusal(() -> actor.tell(t -> t.add(2))));
              Files.createFile(go);
              said.add(running.get() + " " + waiting.get());
              said.add(refusal(() -> actor.tell(_ -> Runtime.getRuntime().halt(3))));
              Await.file(dead);
              said.add(refusal(() -> actor.tell(t -> t.add(2))));
              cause(WorkerLostException.class, actor.ask(Tape::marks));
              return said;
            })) {
      Await.file(begun);
      cause(Exception.class, actor.ended());
      Files.createFile(dead);
      List<String> said = Await.result(other.result());
      assertThat(said.get(0)).contains("mailbox of the actor is full").contains("waiting=1");
      assertThat(said.get(1)).contains("mailbox of the actor is full");
      assertThat(said.get(2)).isEqualTo("1 1");
      assertThat(said.get(3)).isEqualTo("taken");
      assertThat(said.get(4))
          .contains("actor has died")
          .contains(WorkerLostException.class.getName());
    }
  }
}
