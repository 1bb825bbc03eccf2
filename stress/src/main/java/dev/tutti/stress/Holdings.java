package dev.tutti.stress;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What this process has of what a pool may leave behind.
 *
 * @param threads the threads of pools
 * @param descriptors the open descriptors
 * @param children the child processes
 * @param files the files of this process's pools for temporary things and in shared memory
 * @param heapBytes the heap in use after a collection
 */
record Holdings(long threads, long descriptors, long children, List<String> files, long heapBytes) {
  static Holdings now() throws IOException {
    return new Holdings(
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("tutti-"))
            .count(),
        count(Path.of("/proc/self/fd")),
        ProcessHandle.current().children().count(),
        Stream.concat(
                files(Path.of(System.getProperty("java.io.tmpdir"))), files(Path.of("/dev/shm")))
            .toList(),
        heapAfterCollection());
  }

  private static long count(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.count();
    }
  }

  private static Stream<String> files(Path folder) throws IOException {
    String ours = "tutti-" + ProcessHandle.current().pid() + "-";
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .map(Path::toString)
          .filter(name -> name.startsWith(ours, name.lastIndexOf('/') + 1))
          .toList()
          .stream();
    }
  }

  private static long heapAfterCollection() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** {@return whether there is nothing more here than before, but for the heap} */
  boolean isNoMoreThan(Holdings before) {
    return threads <= before.threads
        && descriptors <= before.descriptors
        && children <= before.children
        && files.size() <= before.files.size();
  }

  @Override
  public String toString() {
    return "threads=%d descriptors=%d children=%d files=%s heap=%.1f MiB"
        .formatted(threads, descriptors, children, files, heapBytes / (double) (1 << 20));
  }
}
