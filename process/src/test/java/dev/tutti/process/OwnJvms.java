package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tutti.task.WorkerLostException;
import dev.tutti.testkit.Await;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;

/** Processes of their own, as tests start them: quickly, and with what they print kept. */
final class OwnJvms {
  static final WorkerJvm QUICK =
      WorkerJvm.DEFAULTS.withFlags("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
  static final JvmOptions OPTIONS =
      JvmOptions.DEFAULTS
          .withJvm(QUICK)
          .withStreams(JvmStreams.CAPTURE)
          .withGrace(Duration.ofMillis(100));

  private OwnJvms() {}

  static Throwable failureOf(JvmProcess<?> process) {
    Throwable thrown = catchThrowable(() -> Await.result(process.result()));
    assertThat(thrown).isInstanceOf(ExecutionException.class);
    return thrown.getCause();
  }

  static WorkerLostException lossOf(JvmProcess<?> process) {
    Throwable failure = failureOf(process);
    assertThat(failure).isInstanceOf(WorkerLostException.class);
    return (WorkerLostException) failure;
  }

  static JvmProcess<Void> waiting(Marks m, String name) {
    return JvmProcess.start(
        () -> {
          Runtime.getRuntime().addShutdownHook(new Thread(() -> m.leave("hook of " + name)));
          m.leave(name);
          new CountDownLatch(1).await();
        },
        OPTIONS.withName(name));
  }
}
