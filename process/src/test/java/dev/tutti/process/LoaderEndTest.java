package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.Pool;
import dev.tutti.task.Task;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Nothing keeps a class loader that the program has dropped, in no process. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class LoaderEndTest {
  private static Map<String, byte[]> files = Map.of();

  /** What a worker has seen, and the pool that it has. */
  private static final class Seen {
    static volatile @Nullable WeakReference<Class<?>> type;
    static @Nullable Pool inner;

    static boolean sees(Object of) {
      type = new WeakReference<>(of.getClass());
      return of.getClass().getClassLoader() != Seen.class.getClassLoader();
    }

    static boolean seesGo() throws InterruptedException {
      Await.until(
          "what stands for it is gone",
          () -> {
            System.gc();
            return type != null && type.get() == null;
          });
      return true;
    }

    /** Says in a file that it has gone, while nothing else happens in this worker. */
    static void marksEnd(Path file) {
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            try {
              Await.until("it is seen", () -> type != null);
              var _ = seesGo();
              Files.createFile(file);
            } catch (InterruptedException | IOException e) {
              throw new AssertionError(e);
            }
          });
    }

    static Pool inner() {
      Pool open = inner == null ? Pool.processes(1) : inner;
      inner = open;
      return open;
    }
  }

  @BeforeAll
  static void compile() {
    files = TravellingSources.compiled(2);
  }

  private static Object point() throws ReflectiveOperationException {
    return new MemoryLoader(files)
        .loadClass("app.Functions$Point")
        .getConstructor(int.class, int.class)
        .newInstance(1, 2);
  }

  /** Shows a worker an object of a loader that nothing else keeps. */
  private static WeakReference<ClassLoader> shown(Pool pool) throws ReflectiveOperationException {
    Object point = point();
    assertThat(pool.map(List.of(point), Seen::sees)).containsExactly(true);
    return new WeakReference<>(point.getClass().getClassLoader());
  }

  private static void awaitEnd(WeakReference<ClassLoader> dropped) throws InterruptedException {
    Await.until(
        "the loader is gone",
        () -> {
          System.gc();
          return dropped.get() == null;
        });
  }

  /** The worker is told while it runs a task, too. */
  @Test
  void map_loaderIsDropped_goesHereAndInTheWorker() throws Exception {
    try (Pool pool = Pool.processes(1)) {
      WeakReference<ClassLoader> dropped = shown(pool);
      var gone = pool.submit(Seen::seesGo);
      awaitEnd(dropped);
      assertThat(gone.get()).isTrue();
    }
  }

  /** What a function has captured goes with its call, though its worker does nothing further. */
  @Test
  void map_loaderOfWhatWasCaptured_goesInTheRestingWorker(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("gone");
    try (Pool pool = Pool.processes(1)) {
      pool.submit(() -> Seen.marksEnd(file)).get();
      awaitEnd(captured(pool));
      Await.until("it has gone there", () -> Files.exists(file));
    }
  }

  private static WeakReference<ClassLoader> captured(Pool pool)
      throws ReflectiveOperationException {
    Object point = point();
    assertThat(pool.map(List.of(1), _ -> Seen.sees(point))).containsExactly(true);
    return new WeakReference<>(point.getClass().getClassLoader());
  }

  /** A worker tells those that it has started itself. */
  @Test
  void map_poolInAWorker_loaderGoesThereToo() throws Exception {
    try (Pool pool = Pool.processes(1)) {
      WeakReference<ClassLoader> dropped = shownToInner(pool);
      awaitEnd(dropped);
      assertThat(pool.submit(() -> Seen.inner().submit(Seen::seesGo).get()).get()).isTrue();
      assertThat(pool.submit(Seen::seesGo).get()).isTrue();
      pool.submit(() -> Seen.inner().close()).get();
    }
  }

  private static WeakReference<ClassLoader> shownToInner(Pool pool)
      throws ReflectiveOperationException {
    Object point = point();
    assertThat(
            pool.map(
                List.of(point),
                p -> Seen.sees(p) && Seen.inner().map(List.of(p), Seen::sees).getFirst()))
        .containsExactly(true);
    return new WeakReference<>(point.getClass().getClassLoader());
  }

  /** So does a process of its own, which has got the object through a pipe. */
  @Test
  void jvmProcess_loaderIsDropped_goesThereToo() throws Exception {
    try (MessagePipe pipe = MessagePipe.open()) {
      PipeEnd there = pipe.second();
      Task<Boolean> task = () -> Seen.sees(receive(there)) && answers(there) && Seen.seesGo();
      try (JvmProcess<Boolean> process = JvmProcess.start(task)) {
        WeakReference<ClassLoader> dropped = sent(pipe.first());
        assertThat(pipe.first().receive()).isEqualTo("seen");
        awaitEnd(dropped);
        assertThat(process.result().get()).isTrue();
      }
    }
  }

  private static Object receive(PipeEnd end) throws IOException, InterruptedException {
    return Objects.requireNonNull(end.receive(), "message");
  }

  private static boolean answers(PipeEnd end) throws IOException, InterruptedException {
    end.send("seen");
    return true;
  }

  private static WeakReference<ClassLoader> sent(PipeEnd end) throws Exception {
    Object point = point();
    end.send(point);
    return new WeakReference<>(point.getClass().getClassLoader());
  }
}
