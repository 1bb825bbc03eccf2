package dev.tutti.process.launch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * one for each kind of command, which all programs share, and one for each program.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 *
 * <p><b>Failure.</b> A file that is missing, or that the JVM refuses, costs the time that it would
 * have saved and nothing else.
 */
public final class StartCache {
  /*
   * A file belongs to one key: the JDK, Tutti's jars with size and times, and the flags. Who finds none for its key has one
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
   * that of a worker begins then. That of a program has the jars too with which the worker's class path goes on.
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
  private final List<String> classPath;
  private final boolean ofProgram;
  private final @Nullable SeenClasses seen; // of a program that was run before
  private final AtomicLong wantedNanos = new AtomicLong();
  private final AtomicBoolean toRehearse = new AtomicBoolean(true);
  private final AtomicBoolean used = new AtomicBoolean();

  private StartCache(
      @Nullable CacheFolder folder,
      String key,
      String why,
      List<String> classPath,
      boolean ofProgram) {
    this.folder = folder;
    this.key = key;
    this.why = why;
    this.classPath = List.copyOf(classPath);
    this.ofProgram = ofProgram;
    this.seen = ofProgram && folder != null && folder.hasMet(key) ? new SeenClasses() : null;
  }

  /** {@return those for a command} */
  static StartCaches of(LaunchPlan plan, List<String> arguments) {
    String where = System.getProperty(PROPERTY, "");
    String why = whyNone(where, arguments, plan.environment().keySet());
    if (!why.isEmpty()) {
      return none(why);
    }
    try {
      Path folder =
          where.isEmpty()
              ? CacheFolder.usual(System.getenv(), System.getProperty("user.home", "/"))
              : Path.of(where).toAbsolutePath();
      StringBuilder key = keyOf(WorkerCommand.java(plan), arguments);
      StartCache shared = known(folder, key, WorkerCommand.tuttisClassPath(plan), false);
      List<String> jars = WorkerCommand.leadingJars(plan);
      if (jars.isEmpty()) {
        return new StartCaches(shared, none("the program's class path begins with no jar", true));
      }
      for (String jar : jars) {
        stamp(key, Path.of(jar));
      }
      return new StartCaches(shared, known(folder, key, jars, true));
    } catch (IOException e) {
      return none("what it depends on cannot be read: " + e);
    }
  }

  private static String whyNone(String where, List<String> arguments, Set<String> variables) {
    if (where.equals(OFF)) {
      return "it is switched off: " + PROPERTY + "=" + OFF;
    }
    if (!OwnJars.here().areJars()) {
      return "Tutti is not in jars of its own on the class path, nor in its first one";
    }
    if (!Collections.disjoint(variables, WorkerProcess.FLAG_VARIABLES)) {
      return "flags stand in the environment too: " + WorkerProcess.FLAG_VARIABLES;
    }
    return arguments.stream()
        .filter(StartCache::isExclusive)
        .map(argument -> "it does not go with a flag: " + argument)
        .findFirst()
        .orElse("");
  }

  private static StartCache known(
      Path folder, StringBuilder keyText, List<String> classPath, boolean ofProgram) {
    String key = Long.toHexString(hash(keyText));
    return BY_KEY.computeIfAbsent(
        folder + "/" + key,
        _ -> new StartCache(new CacheFolder(folder), key, "", classPath, ofProgram));
  }

  private static StartCaches none(String why) {
    return new StartCaches(none(why, false), none(why, true));
  }

  private static StartCache none(String why, boolean ofProgram) {
    return new StartCache(null, "", why, List.of(), ofProgram);
  }

  static boolean isExclusive(String flag) {
    return EXCLUSIVE.stream().anyMatch(flag::startsWith);
  }

  private static StringBuilder keyOf(Path java, List<String> arguments) throws IOException {
    Path program = java.toRealPath();
    StringBuilder text = new StringBuilder("2\n");
    stamp(text, program);
    stamp(text, program.resolveSibling("../lib/modules").normalize());
    for (Path jar : OwnJars.here().all()) {
      stamp(text, jar);
    }
    comparable(arguments).forEach(argument -> text.append(argument).append('\n'));
    return text;
  }

  /**
   * Builds that are to be the same each time give all files one date of modification, and the JVM
   * takes a file of that date and of the same size for the same. When a file was changed indeed,
   * nobody can set.
   */
  private static void stamp(StringBuilder text, Path file) throws IOException {
    Map<String, Object> is = Files.readAttributes(file, "unix:size,lastModifiedTime,ctime");
    text.append(file).append(' ').append(is.get("size")).append(' ');
    text.append(is.get("lastModifiedTime")).append(' ').append(is.get("ctime")).append('\n');
  }

  /** {@return what the JVM compares of its arguments} */
  static List<String> comparable(List<String> arguments) {
    List<String> kept = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (argument.equals("-cp")) {
        i++; // what it has to begin with is in the key
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

  /**
   * {@return whether it is not there, and may be made: one of a program, when that is run again}
   */
  boolean isWanted() {
    return folder != null
        && !folder.has(key)
        && (!ofProgram || (seen != null && folder.hasMet(key)));
  }

  /** A worker is there that could have it. */
  public void met() {
    if (ofProgram && folder != null) {
      folder.meet(key);
    }
  }

  /** {@return the flags by which a worker logs what is to be in it; none if that is not wanted} */
  List<String> learningFlags(Path poolFolder) {
    return seen != null && isWanted() ? seen.flags(poolFolder) : List.of();
  }

  /**
   * Takes in what the workers of a pool have logged so far.
   *
   * @return whether there was anything new
   */
  public boolean learn(PoolFolder pool) {
    return seen != null && isWanted() && seen.readFrom(pool.path());
  }

  /** {@return whether anything is known that could be in it} */
  public boolean hasContent() {
    return seen == null || seen.count() > 0;
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
        "-Xlog:aot*=warning,cds*=warning:file=" + log(poolFolder, "%p"));
  }

  private Path log(Path poolFolder, String pid) {
    return poolFolder.resolve((ofProgram ? "program-cache-" : "cache-") + pid + ".log");
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
    Path log = log(pool.path(), String.valueOf(pid));
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
        Files.exists(log(pool.path(), String.valueOf(pid))) && !pool.takeCrashLog(pid, 1).isEmpty();
    if (crashed) {
      drop();
    }
    return crashed;
  }

  private void drop() {
    if (folder != null) {
      folder.delete(key);
      failed(folder);
    }
  }

  /** One of a program is not tried again and again with the same jars. */
  private void failed(CacheFolder in) {
    if (ofProgram) {
      in.failed(key);
    }
  }

  /** {@return whether the caller is to have the file made; true once} */
  public boolean beginRehearsal() {
    return isWanted() && toRehearse.compareAndSet(true, false);
  }

  /** {@return what is in it, in words} */
  public String words() {
    return ofProgram ? "with the program's classes too" : "with Tutti's classes";
  }

  /** A worker that is led through what workers commonly do. */
  @FunctionalInterface
  public interface Lead {
    /**
     * Starts a worker, leads it, and waits for its end.
     *
     * @param script what it is to be like
     * @throws IOException if it does not come to its proper end
     */
    void rehearse(Script script) throws IOException;
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
    CacheFolder in = folder;
    try {
      return in.make(key, part -> makeAt(part, plan, lead));
    } catch (IOException | RuntimeException | Error e) {
      failed(in);
      throw e;
    }
  }

  private void makeAt(Path part, LaunchPlan plan, Lead lead) throws IOException {
    Path recorded = part.resolveSibling(part.getFileName() + "-seen");
    List<String> classes = seen == null ? List.of() : seen.names();
    lead.rehearse(new Script(Assembly.recording(recorded), classPath, classes));
    Assembly.run(plan, recorded, part, classPath);
  }
}
