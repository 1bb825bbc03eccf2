package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.Pool;
import dev.tutti.task.TaskFuture;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.io.EOFException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Pipes between processes of one family. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class PipeProcessTest {
  private static final WorkerJvm QUICK =
      WorkerJvm.DEFAULTS.withFlags("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
  private static final JvmOptions OPTIONS = JvmOptions.DEFAULTS.withJvm(QUICK);
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir private Path folder;
  private final MessagePipe pipe = MessagePipe.open();

  @AfterEach
  void close() {
    pipe.close();
  }

  private static Pool pool(int workers) {
    return Pool.open(
        ProcessOptions.DEFAULTS
            .withWorkers(workers)
            .withJvmFlags("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
  }

  /** Sends back what comes until the stream ends; then says how much it was. */
  private static int echo(PipeEnd end) throws Exception {
    int count = 0;
    try (end) {
      while (true) {
        end.send(end.receive());
        count++;
      }
    } catch (EOFException e) {
      return count;
    }
  }

  /** {@return the sockets that wait for a process, in this JVM's folders} */
  private static List<String> sockets() throws Exception {
    String own = "tutti-" + ProcessHandle.current().pid() + "-";
    Path parent = Path.of(System.getProperty("java.io.tmpdir"));
    try (Stream<Path> folders = Files.list(parent)) {
      return folders
          .filter(f -> f.getFileName().toString().startsWith(own))
          .flatMap(f -> Os.files(f, "p").stream())
          .toList();
    }
  }

  /** A process of its own echoes objects, also what is sent before it is there, until the end. */
  @Test
  void echo_jvmProcess_objectsComeBackUntilTheEnd() throws Exception {
    PipeEnd mine = pipe.first();
    PipeEnd theirs = pipe.second();
    mine.send("early");
    try (JvmProcess<Integer> process = JvmProcess.start(() -> echo(theirs), OPTIONS)) {
      assertThat(mine.receive()).isEqualTo("early");
      assertThat(sockets()).as("the socket is gone once it is connected").isEmpty();
      byte[] large = new byte[16 << 20];
      large[large.length - 1] = 1;
      List<Object> objects = List.of(7, "text", folder, large);
      for (Object object : objects) {
        mine.send(object);
        assertThat(mine.receive()).isEqualTo(object);
      }
      mine.send(null);
      assertThat(mine.receive()).isNull();
      assertThatThrownBy(theirs::receive)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("pid=" + process.pid());
      mine.close();
      assertThat(Await.result(process.result())).isEqualTo(objects.size() + 2);
    }
  }

  /** The death of the process at the other end ends the stream, after what it had sent. */
  @Test
  void receive_peerIsKilled_streamEndsAfterItsMessages() throws Exception {
    PipeEnd mine = pipe.first();
    PipeEnd theirs = pipe.second();
    try (JvmProcess<Object> process =
        JvmProcess.start(
            () -> {
              theirs.send("alive");
              theirs.send("well");
              return theirs.receive();
            },
            OPTIONS)) {
      assertThat(mine.receive()).isEqualTo("alive");
      assertThat(mine.poll(LONG)).isTrue();
      mine.sendBytes(
          new byte[10]); // unread there, or of the wrong kind: the process ends either way
      process.kill();
      process.join();
      assertThat(mine.receive()).isEqualTo("well");
      assertThat(PipeEnd.waitAny(List.of(mine), LONG)).containsExactly(mine);
      assertThatThrownBy(mine::receive)
          .isInstanceOf(EOFException.class)
          .hasMessageContaining("its process has ended");
      assertThatThrownBy(() -> mine.send(1)).isInstanceOf(EOFException.class);
    }
  }

  /** What a process has sent before its end can be read after it. */
  @Test
  void receive_afterEndOfPeer_itsMessagesAreThere() throws Exception {
    PipeEnd theirs = pipe.second();
    JvmProcess<Void> process =
        JvmProcess.start(
            () -> {
              theirs.send("result");
            },
            OPTIONS);
    process.join();
    assertThat(pipe.first().receive()).isEqualTo("result");
    assertThatThrownBy(pipe.first()::receive).isInstanceOf(EOFException.class);
  }

  /** Of a pipe, a process that ends, and another pipe, each is ready when it is its time. */
  @Test
  void waitAny_pipesAndProcess_givesThoseThatAreReady() throws Exception {
    PipeEnd theirs = pipe.second();
    try (MessagePipe quiet = MessagePipe.open();
        JvmProcess<Object> process =
            JvmProcess.start(
                () -> {
                  theirs.send("ready");
                  return theirs.receive();
                },
                OPTIONS)) {
      List<Object> all = List.of(pipe.first(), process, quiet.first());
      assertThat(PipeEnd.waitAny(all, Duration.ofMillis(-1))).isEmpty();
      assertThat(PipeEnd.waitAny(all, LONG)).containsExactly(pipe.first());
      assertThat(pipe.first().receive()).isEqualTo("ready");
      pipe.first().send("go");
      assertThat(PipeEnd.waitAny(List.of(quiet.first(), process), LONG)).containsExactly(process);
    }
  }

  /** Two workers of a pool talk to each other through a pipe that neither of them has opened. */
  @Test
  void submit_bothEndsInWorkers_talkToEachOther() throws Exception {
    PipeEnd one = pipe.first();
    PipeEnd other = pipe.second();
    try (Pool pool = pool(2)) {
      TaskFuture<Integer> echo = pool.submit(() -> echo(one));
      TaskFuture<Object> asks =
          pool.submit(() -> {
            other.send("across");
            Object answer = other.receive();
            other.sendBytes(new byte[0]);
            other.close();
            return answer;
          });
      assertThat(Await.result(asks)).isEqualTo("across");
      assertThatThrownBy(() -> Await.result(echo))
          .as("it asked for an object and got bytes")
          .hasCauseInstanceOf(IllegalStateException.class);
      assertThat(sockets()).isEmpty();
    }
  }

  /** An end goes on to a pool nested in a worker, and is used there. */
  @Test
  void submit_nestedPool_endIsUsedThere() throws Exception {
    PipeEnd theirs = pipe.second();
    try (Pool pool = pool(1)) {
      TaskFuture<Integer> outer =
          pool.submit(() -> Pool.current().submit(() -> echo(theirs)).get());
      pipe.first().send("deep");
      assertThat(pipe.first().receive()).isEqualTo("deep");
      pipe.first().close();
      assertThat(Await.result(outer)).isEqualTo(1);
    }
  }

  /**
   * A worker opens a pipe and returns one end of it; a second process gets the other as a message.
   */
  @Test
  void submit_workerOpensPipe_itsEndIsUsedHere() throws Exception {
    PipeEnd theirs = pipe.second();
    try (JvmProcess<Integer> process =
        JvmProcess.start(
            () -> {
              MessagePipe opened = MessagePipe.open();
              theirs.send(opened.second());
              return echo(opened.first());
            },
            OPTIONS)) {
      PipeEnd got = (PipeEnd) pipe.first().receive();
      got.send(1);
      assertThat(got.receive()).isEqualTo(1);
      got.close();
      assertThat(Await.result(process.result())).isEqualTo(1);
    }
  }

  /** A worker dies with its end: a further attempt, or any other process, cannot take it again. */
  @Test
  void submit_workerDiesWithEnd_othersAreToldItIsGone() throws Exception {
    PipeEnd theirs = pipe.second();
    try (Pool pool = pool(1)) {
      TaskFuture<Integer> dies =
          pool.submit(() -> {
            theirs.send("here");
            return Deaths.halts(3);
          });
      assertThat(pipe.first().receive()).isEqualTo("here");
      assertThatThrownBy(() -> Await.result(dies)).isInstanceOf(ExecutionException.class);
      assertThatThrownBy(pipe.first()::receive).isInstanceOf(EOFException.class);
      assertThatThrownBy(() -> pool.submit(() -> theirs.receive()).get())
          .hasStackTraceContaining("send it before its first use");
    }
  }

  /** One end, sent to two workers, is used by one of them; the other is told so. */
  @Test
  void submit_sameEndTwice_firstUserHasIt() throws Exception {
    PipeEnd theirs = pipe.second();
    Marks marks = new Marks(folder);
    try (Pool pool = pool(2)) {
      TaskFuture<Object> uses =
          pool.submit(() -> {
            marks.await("both");
            theirs.send("mine");
            return theirs.receive();
          });
      TaskFuture<Object> late =
          pool.submit(() -> {
            marks.leave("both");
            marks.await("taken");
            return theirs.receive();
          });
      assertThat(pipe.first().receive()).isEqualTo("mine");
      marks.leave("taken");
      assertThatThrownBy(() -> Await.result(late)).hasStackTraceContaining("can no longer be used");
      pipe.first().send("end");
      assertThat(Await.result(uses)).isEqualTo("end");
    }
  }

  /** A pipe that is closed before the end that was sent is used: nobody waits for it. */
  @Test
  void close_endWasSentAndNotUsed_nobodyWaits() throws Exception {
    PipeEnd theirs = pipe.second();
    Marks marks = new Marks(folder);
    try (JvmProcess<Object> process =
        JvmProcess.start(
            () -> {
              marks.await("closed");
              return theirs.receive();
            },
            OPTIONS)) {
      pipe.close();
      assertThat(sockets()).isEmpty();
      marks.leave("closed");
      assertThatThrownBy(() -> Await.result(process.result()))
          .hasCauseInstanceOf(EOFException.class);
    }
  }

  /** A task that is stopped while it receives ends by its interrupt, and the pipe with its end. */
  @Test
  void cancel_taskReceives_workerStays() throws Exception {
    PipeEnd theirs = pipe.second();
    try (Pool pool = pool(1)) {
      long worker = pool.submit(() -> ProcessHandle.current().pid()).get();
      TaskFuture<Object> receives =
          pool.submit(() -> {
            try (theirs) {
              theirs.send("begun");
              return theirs.receive();
            }
          });
      assertThat(pipe.first().receive()).isEqualTo("begun");
      receives.cancel(true);
      Await.result(receives.stopped());
      assertThatThrownBy(pipe.first()::receive).isInstanceOf(EOFException.class);
      assertThat(pool.submit(() -> ProcessHandle.current().pid()).get()).isEqualTo(worker);
    }
  }

  /** A JVM that is killed while an end of its pipe waits to be used leaves one folder at most. */
  @Test
  void kill9_ofOpener_endThatWasSentIsAtItsEnd() throws Exception {
    try (ParentJvm parent = ParentJvm.start(Opener.class, List.of(), folder.toString())) {
      Marks marks = new Marks(folder);
      Await.until("the process waits", () -> marks.count("waits") == 1);
      long pid = marks.pids("waits").getFirst();
      Os.signal("KILL", parent.handle().pid());
      Os.awaitGone(List.of(pid));
      String prefix = "tutti-" + parent.handle().pid() + "-";
      Path tmp = Path.of(System.getProperty("java.io.tmpdir"));
      assertThat(Os.files(tmp, prefix)).hasSizeLessThan(2);
      MessagePipe.open().second(); // opens nothing
      try (JvmProcess<Integer> next = JvmProcess.start(() -> 1, OPTIONS)) {
        assertThat(Await.result(next.result())).isEqualTo(1);
      }
      Await.until("it is removed", () -> Os.files(tmp, prefix).isEmpty());
    }
  }

  /** A JVM that ends by itself, with an end that was sent and never used, leaves nothing. */
  @Test
  void mainEnds_endWasNeverUsed_nothingIsLeft() throws Exception {
    try (ParentJvm parent = ParentJvm.start(Opener.class, List.of(), "")) {
      parent.awaitSuccess();
      Path tmp = Path.of(System.getProperty("java.io.tmpdir"));
      assertThat(Os.files(tmp, "tutti-" + parent.handle().pid() + "-")).isEmpty();
    }
  }

  /** Opens a pipe, sends an end of it, and never uses the other one. */
  static final class Opener {
    private Opener() {}

    public static void main(String[] args) throws Exception {
      MessagePipe opened = MessagePipe.open();
      if (args[0].isEmpty()) {
        MessagePipe carrier = MessagePipe.open();
        carrier.first().send(opened.second());
        return;
      }
      Marks m = new Marks(args[0]);
      PipeEnd theirs = opened.second();
      PipeEnd never = opened.first();
      JvmProcess.start(() -> {
        m.leave("waits");
        return theirs.receive();
      });
      JvmProcess.start(() -> {
        m.await("never");
        never.send(1);
      });
      m.await("never");
    }
  }
}
