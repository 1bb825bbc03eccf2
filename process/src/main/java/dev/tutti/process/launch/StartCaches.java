package dev.tutti.process.launch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The start caches that workers of one kind may start with: that of their program, or the one that
 * all programs share.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
public final class StartCaches {
  /*
   * A program that is run for the first time leaves a mark, no more: jars of programs in development change all the time,
   * and none of their caches would be used. When it is run again its first workers log which classes they read, and
   * these are in the cache that is made then. The shared one is made first, as it is of use for all.
   */
  /** Where the files are, or that there are to be none. */
  static final String PROPERTY = "tutti.aot";

  private static final String OFF = "off";

  /** Flags of a pool that would come after its class path. */
  private static final List<String> CLASS_PATH =
      List.of("-cp", "-classpath", "--class-path", "-Djava.class.path=");

  /**
   * Flags with which a program's classes are others than in its jars, or are to be changed while
   * they are loaded.
   */
  private static final List<String> CHANGING_CLASSES =
      List.of(
          "-Djdk.util.jar.",
          "-Xbootclasspath",
          "--module-path",
          "-p",
          "-XX:+EnableDynamicAgentLoading",
          "-Djdk.attach.allowAttachSelf");

  private static final Map<String, StartCache> BY_NAME = new ConcurrentHashMap<>();

  private final StartCache shared;
  private final StartCache ofProgram;

  StartCaches(StartCache shared, StartCache ofProgram) {
    this.shared = shared;
    this.ofProgram = ofProgram;
  }

  /**
   * {@return those for a command}
   *
   * @param plan how workers are started
   * @param arguments those of the command
   */
  static StartCaches of(LaunchPlan plan, List<String> arguments) {
    String where = System.getProperty(PROPERTY, "");
    String why = whyNone(where, arguments, plan);
    if (!why.isEmpty()) {
      return new StartCaches(StartCache.none(why), StartCache.none(why));
    }
    try {
      Path folder =
          where.isEmpty()
              ? CacheFolder.usual(System.getenv(), System.getProperty("user.home", "/"))
              : Path.of(where).toAbsolutePath();
      CacheKey key = CacheKey.of(WorkerCommand.java(plan), arguments);
      List<String> tuttis = WorkerClasses.ofTuttiAlone(plan);
      StartCache shared =
          known(folder, key, name -> StartCache.shared(new CacheFolder(folder), name, tuttis));
      return new StartCaches(shared, ofProgram(folder, key, plan, arguments));
    } catch (IOException | RuntimeException e) { // such as a path that has no name in this locale
      StartCache none = StartCache.none(unreadable(e));
      return new StartCaches(none, none);
    }
  }

  private static String unreadable(Exception e) {
    return "what it depends on cannot be read: " + e;
  }

  private static StartCache ofProgram(
      Path path, CacheKey shared, LaunchPlan plan, List<String> arguments) {
    Optional<String> flag =
        Stream.concat(
                plan.jvmFlags().stream().filter(StartCaches::setsClassPath),
                arguments.stream().filter(StartCaches::changesClasses))
            .findFirst();
    if (flag.isPresent()) {
      return StartCache.none("it does not go with a flag: " + flag.get());
    }
    List<String> jars = WorkerClasses.leadingJars(plan);
    if (jars.isEmpty()) {
      return StartCache.none("the class path begins with no jar of the program");
    }
    try {
      CacheKey own = shared.with(jars);
      return known(path, own, _ -> ofProgram(new CacheFolder(path), shared, jars, own));
    } catch (IOException e) {
      return StartCache.none(unreadable(e));
    }
  }

  private static StartCache ofProgram(
      CacheFolder folder, CacheKey shared, List<String> jars, CacheKey own) {
    try {
      return StartCache.ofProgram(folder, new ProgramClasses(folder, shared, jars, own));
    } catch (IOException e) {
      return StartCache.none(unreadable(e));
    }
  }

  private static boolean setsClassPath(String flag) {
    return CLASS_PATH.stream().anyMatch(flag::startsWith);
  }

  private static boolean changesClasses(String flag) {
    return !flag.equals(OwnJars.here().bootFlag())
        && CHANGING_CLASSES.stream().anyMatch(flag::startsWith);
  }

  private static StartCache known(Path folder, CacheKey key, Function<String, StartCache> made) {
    String name = key.name();
    return BY_NAME.computeIfAbsent(folder + "/" + name, _ -> made.apply(name));
  }

  private static String whyNone(String where, List<String> arguments, LaunchPlan plan) {
    if (where.equals(OFF)) {
      return "it is switched off: " + PROPERTY + "=" + OFF;
    }
    if (!OwnJars.here().areJars()) {
      return "Tutti is not in jars of its own on the class path, nor in its first one";
    }
    if (!Collections.disjoint(plan.environment().keySet(), WorkerProcess.FLAG_VARIABLES)) {
      return "flags stand in the environment too: " + WorkerProcess.FLAG_VARIABLES;
    }
    Stream<String> classPath =
        WorkerClasses.bootWithTutti(plan) ? Stream.of() : plan.jvmFlags().stream();
    return Stream.concat(
            arguments.stream().filter(CacheKey::isExclusive),
            classPath.filter(StartCaches::setsClassPath))
        .map(argument -> "it does not go with a flag: " + argument)
        .findFirst()
        .orElse("");
  }

  /** {@return both, whether they are there or not} */
  public List<StartCache> all() {
    return List.of(ofProgram, shared);
  }

  /** {@return why one of them is not there and never will be, in words; empty if both may be} */
  public String whyNot() {
    if (!shared.whyNot().isEmpty()) {
      return "without a start cache: " + shared.whyNot();
    }
    return ofProgram.whyNot().isEmpty()
        ? ""
        : "without a start cache of their program: " + ofProgram.whyNot();
  }

  /** {@return the flags by which a worker has one; none if neither is there} */
  List<String> flags(Path poolFolder) {
    List<String> own = ofProgram.flags(poolFolder);
    if (!own.isEmpty()) {
      shared.keep(); // this program needs it again when it is built anew
      return own;
    }
    List<String> flags = new ArrayList<>(shared.flags(poolFolder));
    if (!flags.isEmpty()) {
      flags.addAll(ofProgram.learningFlags(poolFolder));
    }
    return flags;
  }

  /** A worker is there that could have them. */
  public void ran() {
    ofProgram.ran();
  }

  /** {@return the one that is to be made, as far as is known; none if there is all that can be} */
  public Optional<StartCache> missing() {
    if (ofProgram.isThere()) {
      return Optional.empty();
    }
    if (shared.isWanted()) {
      return Optional.of(shared);
    }
    return ofProgram.isWanted() ? Optional.of(ofProgram) : Optional.empty();
  }
}
