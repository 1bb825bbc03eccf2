package dev.tutti.process.launch;

import dev.tutti.plan.DataSize;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How the workers of a pool are to be started.
 *
 * @param pool the pool's name
 * @param workers how many there are at most, for their share of cores and memory
 * @param heap the largest heap, if the user has said it
 * @param metaspace how much memory classes may take, if there is a bound
 * @param direct how much memory direct buffers may take, if the user has said it
 * @param jvmFlags further flags
 * @param environment variables to set
 * @param directory the directory to start in, if not this one's
 * @param java the command, if not this JVM's own
 * @param classPath entries after this JVM's own
 * @param stdout where a worker's standard output goes; null for nowhere
 * @param stderr where its standard error goes; null for nowhere
 * @param named whether each line has the worker's name in front
 */
public record LaunchPlan(
    String pool,
    int workers,
    Optional<DataSize> heap,
    Optional<DataSize> metaspace,
    Optional<DataSize> direct,
    List<String> jvmFlags,
    Map<String, String> environment,
    Optional<Path> directory,
    Optional<Path> java,
    List<Path> classPath,
    @Nullable LineTarget stdout,
    @Nullable LineTarget stderr,
    boolean named) {

  /** {@return the same without a place for what is printed} */
  LaunchPlan silent() {
    return new LaunchPlan(
        pool,
        workers,
        heap,
        metaspace,
        direct,
        jvmFlags,
        environment,
        directory,
        java,
        classPath,
        null,
        null,
        false);
  }

  /** Takes whole lines, as bytes. */
  @FunctionalInterface
  public interface LineTarget {
    /**
     * Takes a line.
     *
     * @param bytes an array that holds it
     * @param length how much of it is the line
     */
    void line(byte[] bytes, int length);
  }
}
