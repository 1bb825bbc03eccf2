package dev.tutti.process.launch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The JVM that makes a start cache out of what another one has recorded. */
final class Assembly {
  /** A second for a thousand classes, on a machine that has nothing else to do. */
  private static final long PATIENCE_MINUTES = 15;

  private static final int KEPT_CHARACTERS = 1_000;

  private Assembly() {}

  /**
   * {@return the flags with which a worker records} How often which method ran is left out: with it
   * a worker compiles more at its start, which costs 15 ms of CPU.
   *
   * @param seen where to
   * @param linked whether the classes are to be linked in the cache
   */
  static List<String> recording(Path seen, boolean linked) {
    return List.of(
        "-XX:AOTMode=record",
        "-XX:AOTConfiguration=" + seen,
        WorkerCommand.DIAGNOSTIC,
        "-XX:-AOTRecordTraining",
        linking(linked));
  }

  private static String linking(boolean linked) {
    return linked ? "-XX:+AOTClassLinking" : "-XX:-AOTClassLinking";
  }

  /** Runs it to its end. The calling thread must go on until then: the process ends with it. */
  static void run(LaunchPlan plan, Path seen, Path cache, List<String> classPath, boolean linked)
      throws IOException {
    String name = cache.getFileName().toString();
    Path said = cache.resolveSibling(name + "-said");
    List<String> command =
        WorkerCommand.assembly(
            plan,
            cache.resolveSibling(name + "-crash.log"),
            List.of(
                "-XX:AOTMode=create",
                "-XX:AOTConfiguration=" + seen,
                "-XX:AOTCache=" + cache,
                linking(linked)),
            classPath);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    WorkerProcess.tidy(builder.environment());
    Process process = builder.start();
    try (ExitHook _ = ExitHook.of(process::destroyForcibly)) {
      if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
        String words = Files.readString(said, StandardCharsets.UTF_8).strip();
        throw new IOException(
            "the JVM that makes it has failed: "
                + words.substring(0, Math.min(words.length(), KEPT_CHARACTERS)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }
}
