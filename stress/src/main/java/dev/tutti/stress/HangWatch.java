package dev.tutti.stress;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Ends the run when nothing has ended for too long, and writes down what all threads do. */
final class HangWatch {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long DUMP_SECONDS = 5;

  private final Duration patience;
  private final Path folder;
  private final PrintStream out;
  private final AtomicLong last = new AtomicLong(System.nanoTime());
  private final AtomicLong longest = new AtomicLong();
  private volatile boolean over;

  HangWatch(Duration patience, Path folder, PrintStream out) {
    this.patience = patience;
    this.folder = folder;
    this.out = out;
    Thread.ofPlatform().daemon().name("hang-watch").start(this::watch);
  }

  /** An item has ended. */
  void beat() {
    long now = System.nanoTime();
    long pause = now - last.getAndSet(now);
    longest.accumulateAndGet(pause, Math::max);
  }

  /** What follows is no pause: nothing runs. */
  void skip() {
    last.set(System.nanoTime());
  }

  Duration longestPause() {
    return Duration.ofNanos(longest.get());
  }

  void end() {
    over = true;
  }

  private void watch() {
    while (!over) {
      LockSupport.parkNanos(LOOK_NANOS);
      if (!over && System.nanoTime() - last.get() > patience.toNanos()) {
        dumpAll();
        out.println("BROKEN: a call must come to its end: nothing has ended for " + patience);
        out.println("the threads of all processes and all evidence are in " + folder);
        out.flush();
        Runtime.getRuntime().halt(1);
      }
    }
  }

  private void dumpAll() {
    ProcessHandle self = ProcessHandle.current();
    Stream.concat(Stream.of(self), self.children()).map(ProcessHandle::pid).forEach(this::dump);
  }

  private void dump(long pid) {
    try {
      Files.copy(Path.of("/proc/" + pid + "/stat"), folder.resolve("stat-" + pid));
      String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
      Process process =
          new ProcessBuilder(List.of(jcmd, Long.toString(pid), "Thread.print", "-l"))
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("threads-" + pid).toFile())
              .start();
      if (!process.waitFor(DUMP_SECONDS, TimeUnit.SECONDS)) { // a stopped process does not answer
        process.destroyForcibly();
      }
    } catch (IOException e) {
      out.println("no dump of " + pid + ": " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
