package dev.tutti.process.launch;

import dev.tutti.process.wire.Introduction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
 * have saved and nothing else. That of a program which has failed three times is left alone for a
 * week.
 */
public final class StartCache {
  /*
   * A file belongs to one key: the JDK, Tutti's jars and those of the program as they are, and the flags. Who finds none for its key has one
   * made by a rehearsal, once a JVM at most.
   *
   * The JVM compares the JDK, the flags and its boot class path with what the file was made for, and goes on without a file that it
   * refuses. What it says then goes to a log in the pool's folder, not to the worker's output; a log with
   * anything in it is a refusal, and the file goes. It does not compare the class path, nor the content: a damaged
   * file can crash the worker (it does: 300 kB of noise in the middle are a SIGSEGV). So a worker that crashes at its
   * start takes the file with it, and the next one starts without. When one crashes later, the file is compared with the sum that
   * was taken when it was made.
   *
   * The JVM takes what comes behind the class path of the rehearsal as an extension; a folder is allowed there, and not in
   * the rehearsal. So that has Tutti's jars alone: on its boot class path, or where they cannot be there as its class path, with which
   * that of a worker begins then. That of a program has the jars too with which the worker's class path goes on.
   */
  /**
   * A worker links all that is linked in its cache before its first task, also one that needs few
   * of these classes.
   */
  private static final int MOST_LINKED = 2_000;

  private final @Nullable CacheFolder folder;
  private final String sharedKey;
  private final String why;
  private final List<String> classPath;
  private final @Nullable ProgramClasses program; // null for the one that all share
  private final AtomicLong wantedNanos = new AtomicLong();
  private final AtomicBoolean toRehearse = new AtomicBoolean(true);
  private final AtomicBoolean used = new AtomicBoolean();
  private final AtomicBoolean toCheck = new AtomicBoolean(true);

  private StartCache(
      @Nullable CacheFolder folder,
      String key,
      String why,
      List<String> classPath,
      @Nullable ProgramClasses program) {
    this.folder = folder;
    this.sharedKey = key;
    this.why = why;
    this.classPath = List.copyOf(classPath);
    this.program = program;
  }

  static StartCache none(String why) {
    return new StartCache(null, "", why, List.of(), null);
  }

  static StartCache shared(CacheFolder folder, String key, List<String> classPath) {
    return new StartCache(folder, key, "", classPath, null);
  }

  static StartCache ofProgram(CacheFolder folder, ProgramClasses program) {
    return new StartCache(folder, "", "", List.of(), program);
  }

  private String key() {
    return program == null ? sharedKey : program.cache();
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
  boolean isThere() {
    return folder != null && folder.has(key());
  }

  /** {@return whether it is not there, and is to be made} */
  boolean isWanted() {
    return folder != null && !folder.has(key()) && (program == null || program.areWanted());
  }

  /** A worker is there that could have it. */
  void ran() {
    if (program != null) {
      program.ran();
    }
  }

  /**
   * {@return the flags by which the next worker logs what is to be in it; none if that is not
   * wanted}
   */
  List<String> learningFlags(Path poolFolder) {
    return program != null && isWanted() ? program.flagsOfNextWorker(poolFolder) : List.of();
  }

  /** Takes in what the workers of a pool have logged so far. */
  public void learn(PoolFolder pool) {
    if (program != null && isWanted()) {
      program.learn(pool.path());
    }
  }

  /**
   * {@return whether it is known what is to be in it}
   *
   * @param atLast whether what is known is to do, as there is always more
   */
  public boolean isKnown(boolean atLast) {
    return program == null || program.areKnown(atLast);
  }

  /** {@return the flags by which a worker has it; none if it is not there} */
  List<String> flags(Path poolFolder) {
    String now = key();
    if (folder == null || !folder.has(now) || !canBeLoggedTo(poolFolder)) {
      return List.of();
    }
    if (program != null && !program.isCurrent(now)) { // the JVM would not see it
      return List.of();
    }
    keep();
    List<String> flags =
        new ArrayList<>(
            List.of(
                "-XX:AOTCache=" + folder.file(now),
                WorkerCommand.DIAGNOSTIC,
                "-XX:-AOTReplayTraining", // nothing to replay, and a thread that looks for it
                "-Xlog:aot*=off,cds*=off:stdout",
                "-Xlog:aot*=warning,cds*=warning:file=" + log(poolFolder, "%p")));
    if (program != null && !program.opener().isEmpty()) {
      flags.add("-D" + Introduction.OPENS + "=" + program.opener());
    }
    return flags;
  }

  /** It is in use: other files are removed before it. */
  void keep() {
    if (folder != null && folder.has(key()) && used.compareAndSet(false, true)) {
      folder.touch(key());
    }
  }

  private Path log(Path poolFolder, String pid) {
    return poolFolder.resolve((program != null ? "program-cache-" : "cache-") + pid + ".log");
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
    if (folder == null) {
      return null;
    }
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
        folder != null
            && Files.exists(log(pool.path(), String.valueOf(pid)))
            && !pool.takeCrashLog(pid, 1).isEmpty();
    if (crashed) {
      drop();
    }
    return crashed;
  }

  /**
   * {@return whether the file is not as it was made, and gone now} That is looked at once: what is
   * read for it are some ten megabytes.
   */
  public boolean dropIfDamaged() {
    boolean damaged =
        folder != null && toCheck.compareAndSet(true, false) && folder.isDamaged(key());
    if (damaged) {
      drop();
    }
    return damaged;
  }

  /** Several workers may have found the same file bad: that is one failure. */
  private void drop() {
    if (folder != null && folder.delete(key())) {
      failed();
    }
  }

  /** One of a program is not tried again and again with the same jars. */
  private void failed() {
    if (program != null) {
      program.failed();
    }
  }

  /** {@return whether the caller is to have the file made; true once} */
  public boolean beginRehearsal() {
    return isWanted() && toRehearse.compareAndSet(true, false);
  }

  /** {@return what is in it, in words} */
  public String content() {
    return program != null ? "with the program's classes too" : "with Tutti's classes";
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
    if (program == null) {
      return folder.make(key(), part -> makeAt(part, plan, lead, classPath, List.of()));
    }
    return makeOf(program, folder, plan, lead);
  }

  private static boolean makeOf(
      ProgramClasses program, CacheFolder folder, LaunchPlan plan, Lead lead) throws IOException {
    List<String> path;
    try {
      path = program.classPath();
    } catch (IOException e) {
      program.failed();
      throw e;
    }
    String name = program.cache();
    if (folder.has(name)) { // its mark was lost
      return false;
    }
    return folder.make(
        name,
        part -> {
          program.failed(); // also if this JVM ends before it is made
          makeAt(part, plan, lead, path, program.names());
          if (!program.isUnchanged(name)) {
            throw new IOException("a jar of the class path has changed meanwhile");
          }
          program.succeeded();
        });
  }

  private static void makeAt(
      Path part, LaunchPlan plan, Lead lead, List<String> classPath, List<String> classes)
      throws IOException {
    Path recorded = part.resolveSibling(part.getFileName() + "-seen");
    boolean linked = classes.size() <= MOST_LINKED;
    lead.rehearse(new Script(Assembly.recording(recorded, linked), classPath, classes));
    Assembly.run(plan, recorded, part, classPath, linked);
  }
}
