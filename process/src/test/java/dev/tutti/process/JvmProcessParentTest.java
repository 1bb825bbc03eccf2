package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.testkit.Await;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a {@link JvmProcess} when the JVM ends that has started it. */
@Tag("system")
@Timeout(90)
class JvmProcessParentTest {
  @TempDir private Path folder;
  private Marks marks;

  @BeforeEach
  void mark() {
    marks = new Marks(folder);
  }

  private ParentJvm start(String what) {
    return ParentJvm.start(Program.class, List.of(), what, folder.toString());
  }

  private static List<String> leftBy(ParentJvm parent) {
    String prefix = "tutti-" + parent.handle().pid() + "-";
    List<String> left = new ArrayList<>(Os.files(Path.of("/dev/shm"), prefix));
    left.addAll(Os.files(Path.of(System.getProperty("java.io.tmpdir")), prefix));
    return left;
  }

  /** A parent is killed: its processes end, daemons or not, and so do theirs. */
  @Test
  void kill9_ofParent_wholeFamilyEnds() throws Exception {
    try (ParentJvm parent = start("family")) {
      Await.until("all three loop", () -> marks.count("loop") == 3);
      List<Long> pids = marks.pids("loop");
      Os.signal("KILL", parent.handle().pid());
      Os.awaitGone(pids);
      assertThat(leftBy(parent)).as("a folder, which the next start removes").hasSizeLessThan(2);
    }
  }

  /** A main ends: the JVM waits for a process that is no daemon, and ends well. */
  @Test
  void mainEnds_processIsNoDaemon_isWaitedFor() throws Exception {
    try (ParentJvm parent = start("leaves")) {
      parent.awaitLine("main has ended");
      marks.leave("go");
      parent.awaitSuccess();
      assertThat(marks.count("finished")).isOne();
      assertThat(parent.out()).contains("printed at the end");
      assertThat(leftBy(parent)).isEmpty();
    }
  }

  /** A main ends: a daemon ends with it, and so does the program that its task has started. */
  @Test
  void mainEnds_processIsDaemon_endsToo() throws Exception {
    try (ParentJvm parent = start("daemon")) {
      long program = Long.parseLong(parent.awaitLine("program "));
      parent.awaitSuccess();
      List<Long> pids = new ArrayList<>(marks.pids("begun"));
      pids.add(program);
      assertThat(pids).hasSize(2);
      Os.awaitGone(pids);
      assertThat(leftBy(parent)).isEmpty();
    }
  }

  /** System.exit does not wait for a process that loops, and leaves none. */
  @Test
  void parentExits_processLoops_endsToo() throws Exception {
    try (ParentJvm parent = start("exits")) {
      assertThat(parent.awaitEnd()).isEqualTo(5);
      Os.awaitGone(marks.pids("loop"));
      assertThat(marks.count("loop")).isOne();
      assertThat(leftBy(parent)).isEmpty();
    }
  }

  /** The parent. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) throws Exception {
      Marks m = new Marks(args[1]);
      switch (args[0]) {
        case "family" -> {
          JvmProcess.start(() -> loop(m), JvmOptions.DEFAULTS.withDaemon(true));
          JvmProcess.start(() -> {
            JvmProcess.start(() -> loop(m));
            return loop(m);
          });
        }
        case "leaves" -> {
          JvmProcess.start(() -> {
            m.await("go");
            m.leave("finished");
            System.out.println("printed at the end");
          });
          System.out.println("main has ended");
        }
        case "daemon" -> {
          JvmProcess.start(() -> daemon(m), JvmOptions.DEFAULTS.withDaemon(true));
          m.await("begun");
        }
        case "exits" -> {
          JvmProcess.start(() -> loop(m));
          m.await("loop");
          System.exit(5);
        }
        default -> throw new IllegalArgumentException(args[0]);
      }
    }

    private static int loop(Marks m) {
      m.leave("loop");
      return Deaths.loops();
    }

    private static void daemon(Marks m) throws Exception {
      Process sleep = new ProcessBuilder("sleep", "600").start();
      System.out.println("program " + sleep.pid());
      m.leave("begun");
      m.await("never");
    }
  }
}
