package dev.tutti.cli;

import dev.tutti.plan.Cpus;
import dev.tutti.plan.DataSize;
import dev.tutti.spi.JdkFloor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Looks at the machine: what worker processes and shared memory need of it. */
final class Machine {
  private static final String SLOWER = "workers start slower without";

  /** Longer paths than this are no addresses of sockets; ours add 60 at most. */
  private static final int MOST_SOCKET_PATH = 107;

  private static final int OUR_PART = 60;
  private static final long FEW_FILES = 1_024;
  private static final long FEW_PROCESSES = 512;
  private static final DataSize LITTLE_MEMORY = DataSize.mib(64);
  private static final List<String> FOLDERS = List.of("/usr/bin", "/bin");

  private final Path root;
  private final Path temporary;

  /**
   * Looks at a machine.
   *
   * @param root where its folders {@code proc} and {@code dev} are
   * @param temporary its folder for temporary files
   */
  Machine(Path root, Path temporary) {
    this.root = root;
    this.temporary = temporary;
  }

  static Machine here() {
    return new Machine(Path.of("/"), Path.of(System.getProperty("java.io.tmpdir")));
  }

  List<Finding> look() {
    List<Finding> findings = new ArrayList<>();
    findings.add(jdk());
    findings.add(processors());
    findings.add(proc());
    findings.add(sharedMemory());
    findings.add(temporaryFolder());
    findings.add(limit("open files", "Max open files", FEW_FILES, "ulimit -n 4096"));
    findings.add(limit("processes", "Max processes", FEW_PROCESSES, "ulimit -u 4096"));
    findings.add(programs());
    findings.add(startCache());
    return findings;
  }

  private static Finding jdk() {
    String version = Runtime.version() + " in " + System.getProperty("java.home");
    try {
      JdkFloor.ensure(Runtime.version());
      return Finding.ok("JDK", version);
    } catch (IllegalStateException tooOld) {
      return Finding.bad("JDK", version, "use JDK 25.0.3 or newer: TUTTI_JAVA_HOME names it");
    }
  }

  private static Finding processors() {
    return Finding.ok("processors", Integer.toString(Cpus.available()));
  }

  private Finding proc() {
    return Files.isDirectory(root.resolve("proc/self/fd"))
        ? Finding.ok("/proc", "is there")
        : Finding.bad(
            "/proc",
            "is not there: os=" + System.getProperty("os.name"),
            "worker processes and shared memory need Linux; threads work");
  }

  private Finding sharedMemory() {
    Path folder = root.resolve("dev/shm");
    if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
      return Finding.note(
          "/dev/shm",
          "cannot be written to",
          "shared memory goes to the folder for temporary files, which may be a disk");
    }
    try {
      DataSize free = DataSize.bytes(Files.getFileStore(folder).getUsableSpace());
      return free.compareTo(LITTLE_MEMORY) < 0
          ? Finding.note(
              "/dev/shm",
              free + " are free",
              "large values and shared memory need more: docker run --shm-size=1g, or mount it larger")
          : Finding.ok("/dev/shm", free + " are free");
    } catch (IOException e) {
      return Finding.note("/dev/shm", "cannot be looked at: " + e, "");
    }
  }

  private Finding temporaryFolder() {
    String path = temporary.toString();
    if (!Files.isDirectory(temporary) || !Files.isWritable(temporary)) {
      return Finding.bad(
          "temporary", path + " cannot be written to", "set -Djava.io.tmpdir to a folder that can");
    }
    return path.length() + OUR_PART > MOST_SOCKET_PATH
        ? Finding.bad(
            "temporary",
            "%s is long: characters=%d most=%d"
                .formatted(path, path.length(), MOST_SOCKET_PATH - OUR_PART),
            "sockets have short names: set -Djava.io.tmpdir=/tmp")
        : Finding.ok("temporary", path);
  }

  private Finding limit(String name, String row, long few, String remedy) {
    try {
      String limits = Files.readString(root.resolve("proc/self/limits"));
      Matcher found =
          Pattern.compile(Pattern.quote(row) + "\\s+(\\d+|unlimited)\\s").matcher(limits);
      if (!found.find()) {
        return Finding.note(name, "the limit is not known", "");
      }
      OptionalLong most = number(found.group(1));
      return most.isPresent() && most.getAsLong() < few
          ? Finding.note(name, "at most " + most.getAsLong(), "many workers need more: " + remedy)
          : Finding.ok(name, most.isPresent() ? "at most " + most.getAsLong() : "no limit");
    } catch (IOException e) {
      return Finding.note(name, "the limit is not known: " + e, "");
    }
  }

  private static OptionalLong number(String text) {
    return text.equals("unlimited") ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text));
  }

  private Finding programs() {
    List<String> missing =
        Stream.of("setsid", "setpriv", "nice").filter(name -> !isThere(name)).toList();
    return missing.isEmpty()
        ? Finding.ok("programs", "setsid, setpriv, nice are there")
        : Finding.note(
            "programs",
            "missing: " + String.join(", ", missing),
            "they end a worker with its parent from its first instruction on: install util-linux"
                + " and coreutils");
  }

  private boolean isThere(String program) {
    return FOLDERS.stream().anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private static Finding startCache() {
    String property = System.getProperty("tutti.aot", "");
    if (property.equals("off")) {
      return Finding.note("start cache", "switched off by tutti.aot", SLOWER);
    }
    Path folder = property.isEmpty() ? usualCache() : Path.of(property);
    if (!Files.isDirectory(folder)) {
      return canBeMade(folder)
          ? Finding.ok("start cache", folder + " is made with the first start cache")
          : Finding.note("start cache", folder + " cannot be made", SLOWER);
    }
    if (Files.isSymbolicLink(folder) || isOpenToOthers(folder)) {
      return Finding.note(
          "start cache", folder + " is not used: it is a link, or others can write to it", SLOWER);
    }
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> caches = files.filter(file -> file.toString().endsWith(".aot")).toList();
      long bytes = 0;
      for (Path cache : caches) {
        bytes += Files.size(cache);
      }
      String text = "%s: files=%d size=%s".formatted(folder, caches.size(), DataSize.bytes(bytes));
      return Files.isWritable(folder)
          ? Finding.ok("start cache", text)
          : Finding.note("start cache", text, "the folder cannot be written to");
    } catch (IOException e) {
      return Finding.note("start cache", folder + " cannot be read: " + e, "");
    }
  }

  private static boolean canBeMade(Path folder) {
    Path there = folder.toAbsolutePath();
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    return there != null && Files.isDirectory(there) && Files.isWritable(there);
  }

  private static boolean isOpenToOthers(Path folder) {
    try {
      Set<PosixFilePermission> may = Files.getPosixFilePermissions(folder);
      return may.contains(PosixFilePermission.GROUP_WRITE)
          || may.contains(PosixFilePermission.OTHERS_WRITE);
    } catch (IOException | UnsupportedOperationException unknown) {
      return false;
    }
  }

  private static Path usualCache() {
    String caches =
        Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
            .filter(path -> path.startsWith("/"))
            .orElse(System.getProperty("user.home") + "/.cache");
    return Path.of(caches, "tutti");
  }
}
