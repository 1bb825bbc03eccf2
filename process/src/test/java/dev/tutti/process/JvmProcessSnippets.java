package dev.tutti.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tutti.plan.DataSize;
import dev.tutti.task.WorkerLostException;
import dev.tutti.testkit.LeakCheck;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The samples of {@link JvmProcess} and its options. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class JvmProcessSnippets {

  /** The sample of {@link JvmProcess} does what it shows. */
  @Test
  void process_resultAndKill_areAsShown() throws Exception {
    // @start region=process
    try (JvmProcess<Integer> sum = JvmProcess.start(() -> 40 + 2)) {
      assertEquals(42, sum.result().get());
    }
    try (JvmProcess<Void> stuck = JvmProcess.start(() -> Thread.sleep(Duration.ofDays(1)))) {
      if (!stuck.join(Duration.ofMillis(100))) {
        stuck.kill();
      }
      ExecutionException e = assertThrows(ExecutionException.class, () -> stuck.result().get());
      assertEquals(137, ((WorkerLostException) e.getCause()).exitStatus());
    }
    // @end region=process
  }

  /** The sample of {@link JvmOptions} does what it shows. */
  @Test
  void options_allThatIsCommon_areObeyed() throws Exception {
    // @start region=options
    JvmOptions options =
        JvmOptions.DEFAULTS
            .withName("greeter")
            .withJvm(WorkerJvm.DEFAULTS.withHeap(DataSize.mib(64)))
            .withDaemon(true)
            .withStreams(JvmStreams.CAPTURE);
    try (JvmProcess<Void> process =
        JvmProcess.start(() -> System.out.println("hello from " + JvmProcess.current()), options)) {
      process.join();
      assertEquals(0, process.exitStatus().orElseThrow());
      assertEquals(
          List.of("hello from Optional[Current[name=greeter, pid=" + process.pid() + "]]"),
          process.stdout());
    }
    // @end region=options
    assertTrue(JvmProcess.children().isEmpty());
  }
}
