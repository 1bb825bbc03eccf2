package dev.tutti.process;

import dev.tutti.Pool;
import dev.tutti.event.PoolEvent.CacheState;
import dev.tutti.event.PoolEvent.StartCache;
import dev.tutti.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/** A program with a pool of one worker, for {@link StartCacheTest} and {@link ProgramCacheTest}. */
final class CacheParent {
  private CacheParent() {}

  /**
   * Opens the pool and prints what becomes of its start cache.
   *
   * @param args for which state of the start cache it waits; none for none. With MISSING it ends
   *     while the cache is being made; with LOOK it tells more of the worker; with GONE its jar is
   *     removed meanwhile; with CRASH its worker crashes. Then flags for the workers
   */
  public static void main(String[] args) throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    String[] flags = args.length > 1 ? Arrays.copyOfRange(args, 1, args.length) : new String[0];
    String mode = args.length > 0 ? args[0] : "";
    CacheState awaited = mode.equals("CRASH") ? CacheState.REFUSED : null;
    boolean tellsMaking = mode.equals("MADE") || mode.equals("MISSING"); // else it may begin or not
    try (Pool pool = Pool.open(ProcessOptions.DEFAULTS.withWorkers(1).withJvmFlags(flags))) {
      pool.listen(event -> {
        if (event instanceof StartCache(String _, CacheState state, String words)) {
          if (tellsMaking || (state != CacheState.MISSING && state != CacheState.MADE)) {
            System.out.println(state + " " + words.replace('\n', ' '));
          }
          if (state.name().equals(mode) || state == awaited) {
            seen.countDown();
          }
        }
      });
      if (mode.equals("LOOK")) { // before the next one, which opens all jars
        System.out.println(pool.submit(CacheParent::look).get());
      }
      System.out.println("cache=" + pool.submit(CacheParent::cache).get());
      if (mode.equals("GONE")) {
        Await.until("it has opened its jar", () -> pool.submit(CacheParent::opensProgram).get());
        Files.delete(Path.of(System.getProperty("java.class.path").split(":", -1)[0]));
        System.out.println(pool.submit(CacheParent::readMore).get());
        return;
      }
      if (mode.equals("CRASH")) {
        String worker = String.valueOf(pool.submit(() -> ProcessHandle.current().pid()).get());
        new ProcessBuilder("kill", "-SEGV", worker).start().waitFor();
      }
      if (!mode.isEmpty() && !mode.equals("LOOK")) {
        seen.await();
        if (mode.equals(CacheState.MISSING.name())) {
          Await.until("the rehearsal runs", () -> ProcessHandle.current().children().count() > 1);
        }
        System.out.println("and then " + pool.submit(() -> 7).get());
      }
    }
  }

  /** {@return a class that no worker has needed while the cache was made} */
  private static String readMore() throws ClassNotFoundException {
    return Class.forName("dev.tutti.process.OwnSelectors").getSimpleName();
  }

  /** {@return the file that this worker was started with} */
  private static String cache() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("-XX:AOTCache="))
        .findFirst()
        .orElse("none");
  }

  /** {@return whether this worker has opened the program's jar, and whether it logs classes} */
  private static String look() {
    boolean learns =
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .anyMatch(flag -> flag.startsWith("-Xlog:class+load"));
    return "opened=" + opensProgram() + " learns=" + learns;
  }

  private static boolean opensProgram() {
    boolean opened = false;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path file : files) {
        opened |= isProgram(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return opened;
  }

  private static boolean isProgram(Path file) {
    try {
      Path name = Files.readSymbolicLink(file).getFileName();
      return name != null && name.toString().startsWith("build");
    } catch (IOException closed) {
      return false;
    }
  }
}
