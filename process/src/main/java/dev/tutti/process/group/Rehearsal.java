package dev.tutti.process.group;

import dev.tutti.codec.Codec;
import dev.tutti.codec.Role;
import dev.tutti.process.launch.ExitHook;
import dev.tutti.process.launch.LaunchPlan;
import dev.tutti.process.launch.OwnJars;
import dev.tutti.process.launch.PoolFolder;
import dev.tutti.process.launch.Script;
import dev.tutti.process.launch.WorkerProcess;
import dev.tutti.process.wire.Claims;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.Introduction;
import dev.tutti.process.wire.WorkChannel;
import dev.tutti.spi.Body;
import dev.tutti.task.Fn;
import dev.tutti.task.Task;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Leads a worker through what workers commonly do, so that a JVM can record which classes that
 * takes.
 */
@SuppressWarnings("EnumOrdinal") // both sides are of one build
final class Rehearsal {
  /** It runs at the lowest priority: beside work for all cores it takes minutes. */
  private static final Duration PATIENCE = Duration.ofMinutes(15);

  private static final String NAME = "tutti-rehearsal";

  private Rehearsal() {}

  private record Value(String text, List<Integer> numbers) implements Serializable {}

  /** A task that fails, as some do. */
  private static Object failing() {
    throw new IllegalStateException("a rehearsed failure");
  }

  /**
   * Starts a worker, leads it, and waits for its end.
   *
   * @param plan how the workers of the pool are started
   * @param script what this one is to be started with, and to do
   */
  static void run(LaunchPlan plan, Script script) throws IOException {
    String secret = Introduction.newSecret();
    try (PoolFolder folder = PoolFolder.create();
        Claims claims = Claims.create();
        Door door = Door.forNobodyInAHurry(folder, secret, PATIENCE)) {
      removeAtExit(folder.path()); // the JVM may end meanwhile, and ends this thread where it is
      removeAtExit(door.path());
      Introduction introduction =
          new Introduction(
              secret,
              door.path().toString(),
              ProcessHandle.current().pid(),
              NAME,
              0,
              claims.handle());
      WorkerProcess worker =
          WorkerProcess.rehearse(plan, folder, NAME, introduction.toLines(), script);
      try (ExitHook _ = ExitHook.of(worker::kill)) {
        try (Meeting meeting = new Meeting(door, worker, claims)) {
          lead(meeting, claims, script.classes());
        }
        int status = worker.awaitExit(PATIENCE);
        if (status != 0) {
          throw new IOException(
              "the worker has ended with another status: exit=%d %s"
                  .formatted(status, worker.stdoutTail()));
        }
      } finally {
        worker.kill();
      }
    }
  }

  /** What is named last is removed first. */
  private static void removeAtExit(Path path) {
    path.toFile().deleteOnExit();
  }

  private static void lead(Meeting meeting, Claims claims, List<String> classes)
      throws IOException {
    WorkChannel work = meeting.work();
    long item = 0;
    Task<Integer> task = () -> 1;
    call(work, Body.CALLABLE, task);
    item = item(work, claims, item, null);
    call(work, Body.CALLABLE, RehearsedCode.shapes());
    item = item(work, claims, item, null);
    call(work, Body.CALLABLE, RehearsedCode.reading(OwnJars.here().all().getFirst()));
    item = item(work, claims, item, null);
    call(work, Body.CALLABLE, RehearsedCode.loading(classes));
    item = item(work, claims, item, null);
    Fn<Object, Object> identity = value -> value;
    call(work, Body.FN, identity);
    for (Object value :
        List.of(1, 1L, 1.0, "text", new Value("text", List.of(1)), new double[2], Map.of(1, 2))) {
      item = item(work, claims, item, value);
    }
    Task<Object> failing = Rehearsal::failing;
    call(work, Body.CALLABLE, failing);
    item = item(work, claims, item, null, Frame.Kind.FAILURE);
    meeting.awaitSockets();
    call(work, Body.CALLABLE, failing);
    item(work, claims, item, null, Frame.Kind.FAILURE); // the worker is woken for it
    work.send(List.of(Frame.begin(Frame.Kind.BYE, 0).flip()));
    while (work.read() != null) {
      // until it has left
    }
  }

  private static void call(WorkChannel work, Body body, Object function) throws IOException {
    byte[] bytes = Codec.encode(function, Role.FUNCTION);
    work.send(
        List.of(
            Frame.begin(Frame.Kind.CALL, 2 + bytes.length)
                .put((byte) body.ordinal())
                .put((byte) Frame.Loader.current().ordinal())
                .put(bytes)
                .flip()));
  }

  /** Has an item run that succeeds; {@return the number of the next one} */
  private static long item(WorkChannel work, Claims claims, long item, @Nullable Object value)
      throws IOException {
    return item(work, claims, item, value, Frame.Kind.RESULT);
  }

  private static long item(
      WorkChannel work, Claims claims, long item, @Nullable Object value, Frame.Kind wanted)
      throws IOException {
    byte[] bytes = value == null ? new byte[0] : Codec.encode(value, Role.ITEM);
    claims.queue(item);
    work.send(
        List.of(
            Frame.begin(Frame.Kind.ITEM, Long.BYTES + Integer.BYTES + bytes.length)
                .putLong(item)
                .putInt(1)
                .put(bytes)
                .flip(),
            Frame.begin(Frame.Kind.BATCH_END, Long.BYTES).putLong(item).flip()));
    Frame answer = work.read();
    if (answer == null || answer.kind() != wanted) {
      throw new IOException("the worker does not answer as it should");
    }
    return item + 1;
  }
}
