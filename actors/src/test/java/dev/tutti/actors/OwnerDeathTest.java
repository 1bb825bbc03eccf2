package dev.tutti.actors;

import static dev.tutti.actors.ActorTest.QUIET;
import static dev.tutti.actors.ActorTest.cause;
import static dev.tutti.actors.ActorTest.tape;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tutti.process.JvmProcess;
import dev.tutti.process.PipeListener;
import dev.tutti.task.WorkerLostException;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What is left of an actor whose owner ends without closing it. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class OwnerDeathTest {
  @TempDir Path folder;

  /** The owner ends by System.exit: the actor's process is gone, and so is the socket's folder. */
  @Test
  void exit_actorIsOpen_nothingIsLeft() throws Exception {
    Path told = folder.resolve("told");
    long owner;
    try (JvmProcess<Void> process =
        JvmProcess.start(() -> {
          Actor<Tape> actor = tape(QUIET);
          try (JvmProcess<Integer> other = JvmProcess.start(() -> actor.ask(t -> t.add(1)).get())) {
            int _ = other.result().get();
          }
          Files.writeString(told, Long.toString(actor.pid().orElseThrow()));
          System.exit(0);
        })) {
      owner = process.pid();
      process.join();
      assertThat(process.exitStatus()).hasValue(0);
    }
    long actor = Long.parseLong(Files.readString(told));
    Await.until("the actor's process is gone", () -> !isAlive(actor));
    Await.until("no file of the owner is left", () -> files(owner).isEmpty());
  }

  /** The owner is killed: so is the actor's process, and who has a handle is told. */
  @Test
  void kill_handleElsewhere_isTold() throws Exception {
    Path told = folder.resolve("told");
    Path socket = folder.resolve("a.s");
    byte[] key = PipeListener.newKey();
    try (JvmProcess<Void> owner =
        JvmProcess.start(() -> {
          Actor<Tape> actor = tape(QUIET);
          ActorListener _ = actor.listen(UnixDomainSocketAddress.of(socket), key);
          Path part = Path.of(told + ".part");
          Files.writeString(part, Long.toString(actor.pid().orElseThrow()));
          Files.move(part, told);
          Thread.sleep(Duration.ofDays(1));
        })) {
      Await.file(told);
      long actor = Long.parseLong(Files.readString(told));
      Path begun = folder.resolve("begun");
      try (Actor<Tape> handle = Actor.connect(UnixDomainSocketAddress.of(socket), key)) {
        var asked = handle.ask(_ -> Tape.untilInterrupted(begun));
        Await.file(begun);
        owner.kill();
        assertThat(cause(WorkerLostException.class, asked).reason()).contains("owner");
        assertThrows(RejectedExecutionException.class, () -> handle.ask(Tape::marks));
      }
      Await.until("the actor's process is gone", () -> !isAlive(actor));
    }
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  private static List<String> files(long owner) throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("tutti-" + owner + "-"))
          .toList();
    }
  }
}
