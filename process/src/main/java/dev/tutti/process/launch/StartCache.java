package dev.tutti.process.launch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A file by which worker JVMs start faster: classes that are loaded and linked already. There is
 * one for each kind of command.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 *
 * <p><b>Failure.</b> A file that is missing, or that the JVM refuses, costs the time that it would
 * have saved and nothing else.
 */
public final class StartCache {
  /*
   * A file belongs to one key: the JDK, Tutti's jars with size and time, and the flags. Who finds none for its key has one
   * made by a rehearsal, once a JVM at most.
   *
   * The JVM compares what it runs with what the file was made for, and goes on without a file that it
   * refuses. What it says then goes to a log in the pool's folder, not to the worker's output; a log with
   * anything in it is a refusal, and the file goes. The JVM does not compare the content: a damaged
   * file can crash the worker (it does: 300 kB of noise in the middle are a SIGSEGV). So a worker that crashes at its
   * start takes the file with it, and the next one starts without.
   *
   * The JVM takes what comes behind the class path of the rehearsal as an extension; a folder is allowed there, and not in
   * the rehearsal. So that has Tutti's jars alone: on its boot class path, or where they cannot be there as its class path, with which
   * that of a worker begins then.
   */
  /** Where the files are, or that there are to be none. */
  static final String PROPERTY = "tutti.aot";

  private static final String OFF = "off";
  private static final Map<String, StartCache> BY_KEY = new ConcurrentHashMap<>();

  /**
   * What makes no difference to the JVM's comparison; the flag for the boot class path does. Above
   * 32 GB a heap has other references.
   */
  private static final List<String> INDIFFERENT =
      List.of(
          "-D",
          "-Xms",
          "-XX:ActiveProcessorCount=",
          "-XX:ErrorFile=",
          "-XX:MaxMetaspaceSize=",
          "-XX:MaxDirectMemorySize=");

  private static final long COMPRESSED_BYTES = 32L << 30;

  /** Flags by which the user has an arrangement of his own, or that the JVM allows no file with. */
  private static final List<String> EXCLUSIVE =
      List.of(
          "-XX:AOT",
          "-Xshare",
          "-XX:SharedArchiveFile",
          "-XX:+AutoCreateSharedArchive",
          "-XX:DumpLoadedClassList",
          "-XX:SharedClassListFile",
          "-XX:Flags=",
          "-XX:VMOptionsFile=",
          "@",
          "-javaagent",
          "-agent",
          "-Djava.system.class.loader",
          "--patch-module",
          "--upgrade-module-path",
          "--limit-modules");

  private final @Nullable CacheFolder folder;
  private final String key;
  private final String why;
  private final AtomicLong wantedNanos = new AtomicLong();
  private final AtomicBoolean toRehearse = new AtomicBoolean(true);
  private final AtomicBoolean used = new AtomicBoolean();

  private StartCache(@Nullable CacheFolder folder, String key, String why) {
    this.folder = folder;
    this.key = key;
    this.why = why;
  }

  /** {@return the one for a command} */
  static StartCache of(Path java, List<String> arguments, Set<String> variables) {
    String where = System.getProperty(PROPERTY, "");
    if (where.equals(OFF)) {
      return none("it is switched off: " + PROPERTY + "=" + OFF);
    }
    List<Path> jars = OwnJars.here().all();
    if (!OwnJars.here().areJars()) {
      return none("Tutti is not in jars of its own on the class path, nor in its first one");
    }
    if (!Collections.disjoint(variables, WorkerProcess.FLAG_VARIABLES)) {
      return none("flags stand in the environment too: " + WorkerProcess.FLAG_VARIABLES);
    }
    for (String argument : arguments) {
      if (isExclusive(argument)) {
        return none("it does not go with a flag: " + argument);
      }
    }
    try {
      String key = key(java, jars, arguments);
      Path folder =
          where.isEmpty()
              ? CacheFolder.usual(System.getenv(), System.getProperty("user.home", "/"))
              : Path.of(where).toAbsolutePath();
      return BY_KEY.computeIfAbsent(
          folder + "/" + key, _ -> new StartCache(new CacheFolder(folder), key, ""));
    } catch (IOException e) {
      return none("what it depends on cannot be read: " + e);
    }
  }

  static boolean isExclusive(String flag) {
    return EXCLUSIVE.stream().anyMatch(flag::startsWith);
  }

  private static StartCache none(String why) {
    return new StartCache(null, "", why);
  }

  private static String key(Path java, List<Path> jars, List<String> arguments) throws IOException {
    Path program = java.toRealPath();
    StringBuilder text = new StringBuilder("1\n");
    stamp(text, program);
    stamp(text, program.resolveSibling("../lib/modules").normalize());
    for (Path jar : jars) {
      stamp(text, jar);
    }
    comparable(arguments).forEach(argument -> text.append(argument).append('\n'));
    return Long.toHexString(hash(text));
  }

  private static void stamp(StringBuilder text, Path file) throws IOException {
    BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
    text.append(file).append(' ').append(is.size()).append(' ');
    text.append(is.lastModifiedTime().toMillis()).append('\n');
  }

  /** {@return what the JVM compares of its arguments} */
  static List<String> comparable(List<String> arguments) {
    List<String> kept = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (argument.equals("-cp")) {
        i++; // begins with nothing, or with Tutti's jars, which are in the key
      } else if (argument.startsWith("-Xmx")) {
        kept.add("large=" + (bytes(argument) >= COMPRESSED_BYTES));
      } else if (INDIFFERENT.stream().noneMatch(argument::startsWith)) {
        kept.add(argument);
      }
    }
    return kept;
  }

  private static long bytes(String xmx) {
    try {
      return Long.parseLong(xmx.substring("-Xmx".length()));
    } catch (NumberFormatException ofTheUser) {
      return COMPRESSED_BYTES; // a key of its own does no harm
    }
  }

  /** FNV-1a. Two texts with one hash would be found out by the JVM's own comparison. */
  private static long hash(CharSequence text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }

  /** {@return why there is none and never will be; empty if there may be one} */
  public String whyNot() {
    return why;
  }

  /**
   * {@return for how many nanoseconds pools of this program have lived whose workers could have had
   * it}
   */
  public long wantedNanos() {
    return wantedNanos.get();
  }

  /**
   * A pool has come to its end whose workers could have had it.
   *
   * @param nanos how long it has lived
   */
  public void wasWanted(long nanos) {
    wantedNanos.addAndGet(nanos);
  }

  /** {@return whether a worker that starts now would have it} */
  public boolean isThere() {
    return folder != null && folder.has(key);
  }

  /** {@return the flags by which a worker has it; none if it is not there} */
  List<String> flags(Path poolFolder) {
    if (folder == null || !folder.has(key) || !canBeLoggedTo(poolFolder)) {
      return List.of();
    }
    if (used.compareAndSet(false, true)) {
      folder.touch(key);
    }
    return List.of(
        "-XX:AOTCache=" + folder.file(key),
        WorkerCommand.DIAGNOSTIC,
        "-XX:-AOTReplayTraining", // there is nothing to replay, and a thread that looks for it
        "-Xlog:aot*=off,cds*=off:stdout",
        "-Xlog:aot*=warning,cds*=warning:file=" + poolFolder.resolve("cache-%p.log"));
  }

  /** A JVM takes a colon for the end of the file's name, and does not start. */
  private static boolean canBeLoggedTo(Path poolFolder) {
    return poolFolder.toString().chars().noneMatch(c -> c == ':' || c == '"');
  }

  /**
   * {@return what the JVM of a worker has said against the file, which is gone then; null for
   * nothing}
   *
   * @param pool the folder of the worker's pool
   * @param pid the worker's process id
   */
  public @Nullable String takeRefusal(PoolFolder pool, long pid) {
    Path log = pool.path().resolve("cache-" + pid + ".log");
    try {
      String words = Files.readString(log, StandardCharsets.UTF_8).strip();
      Files.deleteIfExists(log);
      if (words.isEmpty()) {
        return null;
      }
      drop();
      return words;
    } catch (IOException withoutCache) {
      return null;
    }
  }

  /**
   * {@return whether a worker that has ended at its start crashed with the file, which is gone
   * then} Its exit status does not tell: a JVM that crashes while it begins may end with 1.
   *
   * @param pool the folder of the worker's pool
   * @param pid the worker's process id
   */
  public boolean dropAfterCrash(PoolFolder pool, long pid) {
    boolean crashed =
        Files.exists(pool.path().resolve("cache-" + pid + ".log"))
            && !pool.takeCrashLog(pid, 1).isEmpty();
    if (crashed) {
      drop();
    }
    return crashed;
  }

  private void drop() {
    if (folder != null) {
      folder.delete(key);
    }
  }

  /** {@return whether the caller is to have the file made; true once} */
  public boolean beginRehearsal() {
    return folder != null && toRehearse.compareAndSet(true, false);
  }

  /** A worker that is led through what workers commonly do. */
  @FunctionalInterface
  public interface Lead {
    /**
     * Starts a worker, leads it, and waits for its end.
     *
     * @param flags what it is to be started with
     * @throws IOException if it does not come to its proper end
     */
    void rehearse(List<String> flags) throws IOException;
  }

  /**
   * Makes the file.
   *
   * @param plan how workers are started
   * @param lead leads one
   * @return whether it was made; false if another JVM is at it
   * @throws IOException if it cannot be made
   */
  public boolean make(LaunchPlan plan, Lead lead) throws IOException {
    if (folder == null) {
      throw new IOException(why);
    }
    return folder.make(
        key,
        part -> {
          Path seen = part.resolveSibling(part.getFileName() + "-seen");
          lead.rehearse(Assembly.recording(seen));
          Assembly.run(plan, seen, part);
        });
  }
}
