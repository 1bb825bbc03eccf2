package dev.tutti.stress.sharing;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Runs processes that share locks, a semaphore, a barrier and an event, kills and stops them at
 * random points, and tells whether what they share has kept its promises.
 *
 * <p>Its exit status is 0 if no rule was broken, 1 if one was, 2 if an option is wrong.
 */
public final class Sharing {
  private static final Duration CHEATING = Duration.ofSeconds(15);
  private static final Duration SETTLING = Duration.ofSeconds(5);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long DESCRIPTORS_OF_A_PROCESS = 3;
  private static final long DESCRIPTORS_BESIDE = 64;

  private Sharing() {}

  /**
   * Runs the torture.
   *
   * @param args the options
   * @throws Exception if it cannot be run
   */
  public static void main(String[] args) throws Exception {
    boolean selfTest = List.of(args).contains("--self-test");
    SharingOptions options;
    try {
      options =
          SharingOptions.parse(
              Arrays.stream(args).filter(arg -> !arg.equals("--self-test")).toArray(String[]::new));
    } catch (IllegalArgumentException e) {
      System.err.println("sharing: " + e.getMessage());
      System.err.print(SharingOptions.USAGE);
      System.exit(2);
      return;
    }
    Path home =
        options.folder().isPresent()
            ? Files.createDirectories(Path.of(options.folder().get()).toAbsolutePath())
            : Files.createTempDirectory("sharing-");
    Path temporary = Files.createDirectories(home.resolve("tmp"));
    System.setProperty("java.io.tmpdir", temporary.toString());
    boolean good = selfTest ? selfTest(options, home) : torture(options, home);
    System.exit(good ? 0 : 1);
  }

  private static boolean torture(SharingOptions options, Path home)
      throws IOException, InterruptedException {
    PrintStream out = System.out;
    out.printf(
        "sharing: %d processes of %d threads, an act every %d ms, seed %d%n",
        options.seats(), options.threads(), options.every().toMillis(), options.seed());
    long begin = System.nanoTime();
    Path folder = Files.createDirectories(home.resolve("run"));
    long descriptors = descriptors();
    Referee referee = new Referee(options, folder);
    List<String> broken = new ArrayList<>(referee.run(folder));
    broken.addAll(leftOver(descriptors, options.seats(), referee.played()));
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
    out.printf("%,d kills in %,d s%n", referee.kills(), seconds);
    referee.summary().forEach(out::println);
    broken.forEach(rule -> out.println("BROKEN: " + rule));
    if (broken.isEmpty()) {
      delete(home);
      out.println("no rule was broken");
    } else {
      out.println("the evidence is in " + home);
    }
    return broken.isEmpty();
  }

  private static boolean selfTest(SharingOptions options, Path home)
      throws IOException, InterruptedException {
    boolean good = true;
    for (Cheat cheat : Cheat.values()) {
      if (cheat != Cheat.NONE) {
        Path folder = Files.createDirectories(home.resolve(cheat.name()));
        List<String> found = new Referee(options.withCheat(cheat, CHEATING), folder).run(folder);
        boolean seen = found.stream().anyMatch(finding -> finding.contains(cheat.finding()));
        System.out.println(
            cheat + ": " + (seen ? "found: " : "NOT FOUND: ") + found.stream().limit(1).toList());
        good &= seen;
      }
    }
    if (good) {
      delete(home);
    }
    return good;
  }

  // ---------------------------------------------------------------- what is left

  /** A process that rings removes what the killed have left, and then itself leaves nothing. */
  private static List<String> leftOver(long descriptorsBefore, int seats, Set<Long> played)
      throws IOException, InterruptedException {
    Process last =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                System.getProperty("java.class.path"),
                Last.class.getName())
            .redirectError(Redirect.INHERIT)
            .start();
    List<String> broken = new ArrayList<>();
    if (last.waitFor() != 0) {
      broken.add("the last process must end well: status=" + last.exitValue());
    }
    List<String> files =
        Stream.of(System.getProperty("java.io.tmpdir"), "/dev/shm")
            .flatMap(folder -> list(Path.of(folder)).stream())
            .filter(name -> isOf(name, played))
            .toList();
    if (!files.isEmpty()) {
      broken.add("nothing of the dead must be left: " + files);
    }
    long most = descriptorsBefore + DESCRIPTORS_BESIDE + DESCRIPTORS_OF_A_PROCESS * seats;
    if (!settles(most)) {
      broken.add(
          "descriptors must not pile up: before=%d now=%s".formatted(descriptorsBefore, kinds()));
    }
    return broken;
  }

  private static boolean isOf(String name, Set<Long> played) {
    String[] parts = name.split("-", -1);
    return parts[0].equals("tutti")
        && parts[1].chars().allMatch(Character::isDigit)
        && played.contains(Long.parseLong(parts[1]));
  }

  private static long descriptors() {
    return list(Path.of("/proc/self/fd")).size();
  }

  /** A latch that nobody refers to is there until the next collection. */
  private static boolean settles(long most) {
    long end = System.nanoTime() + SETTLING.toNanos();
    while (descriptors() > most && System.nanoTime() - end < 0) {
      System.gc();
      LockSupport.parkNanos(LOOK_NANOS);
    }
    return descriptors() <= most;
  }

  private static Map<String, Long> kinds() throws IOException {
    Map<String, Long> kinds = new TreeMap<>();
    for (String number : list(Path.of("/proc/self/fd"))) {
      try {
        String target = Files.readSymbolicLink(Path.of("/proc/self/fd", number)).toString();
        kinds.merge(target.replaceAll("[0-9]+", "N"), 1L, Long::sum);
      } catch (NoSuchFileException closed) {
        // meanwhile
      }
    }
    return kinds;
  }

  private static List<String> list(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.startsWith(folder.resolve("tmp"))) {
          Files.deleteIfExists(file);
        }
      }
    } catch (java.nio.file.DirectoryNotEmptyException e) {
      folder.toFile().deleteOnExit(); // its doorbell is there until this process ends
      folder.resolve("tmp").toFile().deleteOnExit();
    }
  }
}
