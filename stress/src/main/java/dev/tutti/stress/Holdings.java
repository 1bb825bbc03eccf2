package dev.tutti.stress;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What this process has of what a pool may leave behind.
 *
 * @param threads the threads of pools
 * @param descriptors the open descriptors
 * @param segments the pieces of shared memory that it maps
 * @param children the child processes
 * @param files the files of this process's pools for temporary things and in shared memory
 */
record Holdings(long threads, long descriptors, long segments, long children, List<String> files) {
  static final Holdings NOTHING = new Holdings(0, Long.MAX_VALUE, 0, 0, List.of());

  /** {@return what there is} No garbage is collected before: that would close what is forgotten. */
  static Holdings now() throws IOException {
    return new Holdings(
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("tutti-"))
            .count(),
        count(Path.of("/proc/self/fd")),
        Files.readAllLines(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1).stream()
            .filter(line -> line.contains(" /dev/shm/"))
            .count(),
        ProcessHandle.current().children().count(),
        Stream.concat(
                files(Path.of(System.getProperty("java.io.tmpdir"))), files(Path.of("/dev/shm")))
            .toList());
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

  /** {@return the heap in use after a collection} */
  static long heapBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  boolean isNoMoreThan(Holdings before) {
    return threads <= before.threads
        && descriptors <= before.descriptors
        && segments <= before.segments
        && children <= before.children
        && files.size() <= before.files.size();
  }

  @Override
  public String toString() {
    return "threads=%d descriptors=%d segments=%d children=%d files=%s"
        .formatted(threads, descriptors, segments, children, files);
  }
}
