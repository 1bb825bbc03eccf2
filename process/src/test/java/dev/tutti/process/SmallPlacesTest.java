package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.Pool;
import dev.tutti.plan.DataSize;
import dev.tutti.task.WorkerLostException;
import dev.tutti.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Folders that are missing, full or of no use stop no pool, or are named. */
@Tag("system")
@Timeout(60)
class SmallPlacesTest {
  private static final String TMPDIR = "java.io.tmpdir";
  private static final ProcessOptions ONE =
      ProcessOptions.DEFAULTS.withWorkers(1).withJvmFlags("-XX:TieredStopAtLevel=1");

  private static final long HOUR = TimeUnit.HOURS.toNanos(1);

  private final String realTmpdir = System.getProperty(TMPDIR);
  @TempDir private Path folder;

  @AfterEach
  void nothingIsLeft() {
    System.setProperty(TMPDIR, realTmpdir);
    assertThat(Os.workers()).isEmpty();
    assertThat(Os.leftOvers()).isEmpty();
  }

  /** A temporary folder that is missing, a file, closed to writing or too long stops no pool. */
  @Test
  void submit_tmpdirOfNoUse_poolWorks() throws Exception {
    Path deep = Files.createDirectories(folder.resolve("d".repeat(60)).resolve("e".repeat(60)));
    for (Path tmpdir :
        List.of(folder.resolve("missing"), Files.createFile(folder.resolve("file")), deep)) {
      System.setProperty(TMPDIR, tmpdir.toString());
      try (Pool pool = Pool.open(ONE)) {
        assertThat(pool.submit(() -> 7).get()).as("%s", tmpdir).isEqualTo(7);
      }
    }
    assertThat(deep).isEmptyDirectory();
  }

  /** No home, no runtime folder, an almost empty environment: the pool works. */
  @Test
  void submit_noHomeAndNoEnvironment_poolWorks() throws Exception {
    List<String> line = new ArrayList<>();
    line.add("-Duser.home=/nonexistent");
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), Program.class.getName()));
    try (ParentJvm parent =
        ParentJvm.start(
            line,
            builder -> {
              builder.environment().clear();
              builder.environment().put("HOME", "/nonexistent");
              builder.environment().put("XDG_RUNTIME_DIR", "");
            })) {
      parent.awaitSuccess();
      assertThat(parent.out()).containsExactly("result 7");
    }
  }

  /**
   * Where no file can grow, as on a disk that is full, the pool says so and what to do, and leaves
   * nothing.
   */
  @Test
  void submit_noRoomAnywhere_isSaidClearly() throws Exception {
    List<String> line = new ArrayList<>();
    line.addAll(List.of("-XX:-UsePerfData", "-D" + TMPDIR + "=" + folder));
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), Program.class.getName()));
    try (ParentJvm parent =
        ParentJvm.start(
            line,
            builder ->
                builder
                    .command()
                    .addAll(0, List.of("/bin/sh", "-c", "ulimit -f 8; exec \"$@\"", "limited")))) {
      assertThat(parent.awaitEnd()).isZero();
      assertThat(parent.out())
          .singleElement()
          .asString()
          .contains("failure java.lang.IllegalStateException: no worker process can be started")
          .contains("no room for a segment of shared memory: bytes=")
          .contains("/dev/shm: java.io.IOException: File too large")
          .contains(folder + ": java.io.IOException: File too large")
          .contains("set java.io.tmpdir to a folder with room");
      String own = "tutti-" + parent.handle().pid() + "-";
      assertThat(Os.files(Path.of("/dev/shm"), own)).isEmpty();
      assertThat(Os.files(Path.of("/tmp"), own)).isEmpty();
    }
    assertThat(folder).isEmptyDirectory();
  }

  /** A pool whose own JVM has no memory for a channel says so, and does not wait for ever. */
  @Test
  void submit_noMemoryForChannels_failsWithTheCause() throws Exception {
    try (ParentJvm parent =
        ParentJvm.start(Program.class, List.of("-XX:MaxDirectMemorySize=100k"))) {
      parent.awaitSuccess();
      assertThat(parent.out())
          .singleElement()
          .asString()
          .contains("no worker process can be started")
          .contains("java.lang.OutOfMemoryError");
    }
  }

  /** An item that is larger than the worker's heap is lost; threads left behind keep nothing. */
  @Test
  void submit_itemLargerThanHeap_isLostAndPoolServes() throws Exception {
    String large = "x".repeat(48 << 20);
    try (Pool pool = Pool.open(ONE.withHeap(DataSize.mib(32)))) {
      pool.submit(
              () -> {
                var _ = Thread.ofPlatform().daemon(false).start(() -> LockSupport.parkNanos(HOUR));
              })
          .get();
      assertThatThrownBy(() -> pool.submit(() -> large.length()).get())
          .hasCauseInstanceOf(WorkerLostException.class)
          .hasMessageContaining("java.lang.OutOfMemoryError");
      assertThat(pool.submit(() -> 7).get()).isEqualTo(7);
    }
  }

  /** An array that is larger than the worker's heap fails as a task does that fills the heap. */
  @Test
  void submit_arrayLargerThanHeap_failsAndPoolServes() throws Exception {
    byte[] large = new byte[48 << 20];
    try (Pool pool = Pool.open(ONE.withHeap(DataSize.mib(32)))) {
      assertThatThrownBy(() -> pool.submit(() -> large.length).get())
          .hasCauseInstanceOf(OutOfMemoryError.class);
      assertThat(pool.submit(() -> 7).get()).isEqualTo(7);
    }
  }

  /** A user's program. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) throws Exception {
      try (Pool pool = Pool.open(ONE)) {
        System.out.println("result " + pool.submit(() -> 7).get());
      } catch (java.util.concurrent.ExecutionException e) {
        System.out.println("failure " + e.getCause());
      }
    }
  }

  /** What tidies up temporary folders takes ours, too: pools and processes of their own go on. */
  @Test
  void submit_foldersWereRemoved_nextWorkersStart() throws Exception {
    Path tmpdir = Files.createDirectory(folder.resolve("tmp"));
    System.setProperty(TMPDIR, tmpdir.toString());
    Marks marks = new Marks(folder);
    try (Pool pool = Pool.open(ONE.withRecycleAfter(1));
        JvmProcess<Integer> runs =
            JvmProcess.start(() -> {
              marks.leave("runs");
              marks.await("go");
              return 6;
            })) {
      assertThat(pool.submit(() -> 7).get()).isEqualTo(7);
      Await.until("no worker is left", () -> Os.workers().isEmpty());
      marks.await("runs");
      removeFolders(tmpdir);
      assertThat(pool.submit(() -> 8).get()).isEqualTo(8);
      try (JvmProcess<Integer> next = JvmProcess.start(() -> 9)) {
        assertThat(next.result().get()).isEqualTo(9);
      }
      marks.leave("go");
      assertThat(runs.result().get()).isEqualTo(6);
    }
    assertThat(tmpdir).isEmptyDirectory();
  }

  private static void removeFolders(Path tmpdir) throws IOException {
    for (String name : Os.leftOvers()) {
      Path gone = tmpdir.resolve(name);
      for (String file : Os.files(gone, "")) {
        Files.delete(gone.resolve(file));
      }
      Files.delete(gone);
    }
  }
}
