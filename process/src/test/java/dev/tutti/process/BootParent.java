package dev.tutti.process;

import dev.tutti.Pool;
import dev.tutti.memory.segment.Segment;
import dev.tutti.task.Task;
import dev.tutti.task.WorkerContext;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.ExecutionException;

/** A program that tells where its workers have classes from, for {@link OwnJarsTest}. */
final class BootParent {
  private BootParent() {}

  /** A result that cannot cross, and by which an exception cannot, so that a substitute does. */
  private static final class Stays {
    @Override
    public String toString() {
      return "stays";
    }
  }

  private static final class Stumble extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Object kept = new Stays();

    Stumble(String words) {
      super(words);
    }

    private Object writeReplace() {
      return kept;
    }
  }

  /**
   * Prints that, and how some tasks end, a line each.
   *
   * @param args flags for the workers
   */
  public static void main(String[] args) throws Exception {
    ProcessOptions options = ProcessOptions.DEFAULTS.withWorkers(1).withJvmFlags(args);
    try (Pool pool = Pool.open(options)) {
      System.out.println("worker " + pool.submit(BootParent::where).get());
      System.out.println("nested " + pool.submit(BootParent::nested).get());
      System.out.println("classes " + pool.submit(BootParent::classes).get());
      System.out.println("api " + pool.submit(BootParent::context).get());
      System.out.println("failure " + failureOf(pool, BootParent::stumble));
      System.out.println("stays " + failureOf(pool, BootParent::stays));
    }
  }

  private static String where() {
    return "tutti=%s own=%s logger=%s flags=%d"
        .formatted(
            name(Pool.class, Segment.class, ProcessOptions.class),
            name(BootParent.class),
            System.getLogger("dev.tutti").getName(),
            ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("-Xbootclasspath/a:"))
                .count());
  }

  private static String name(Class<?>... types) {
    List<String> names =
        List.of(types).stream()
            .map(Class::getClassLoader)
            .map(loader -> loader == null ? "boot" : loader.getName())
            .distinct()
            .toList();
    return String.join("+", names);
  }

  private static String nested() throws ExecutionException, InterruptedException {
    try (Pool pool = Pool.processes(1)) {
      return pool.submit(BootParent::where).get();
    }
  }

  /** What a program that starts JVMs itself gives them. */
  private static String classes() {
    return System.getProperty("java.class.path");
  }

  private static String context() {
    return WorkerContext.current().worker();
  }

  private static String stumble() {
    throw new Stumble("over a stone");
  }

  private static Object stays() {
    return new Stays();
  }

  private static String failureOf(Pool pool, Task<?> task) throws InterruptedException {
    try {
      return "none: " + pool.submit(task).get();
    } catch (ExecutionException e) {
      return String.valueOf(e.getCause());
    }
  }
}
