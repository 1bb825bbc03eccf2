package dev.tutti.process.launch;

import dev.tutti.codec.Filters;
import dev.tutti.memory.segment.SharedSegment;
import dev.tutti.plan.DataSize;
import dev.tutti.process.wire.Introduction;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.security.Security;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.TimeZone;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The command line of a worker: everything by which it sees the same classes and settings. */
final class WorkerCommand {
  /*
   * The guard. A worker can be killed at any time, by its pool, by the kernel when its pool is killed, by
   * anybody; the programs that its tasks have started would go on for ever. So each worker leads a process
   * group of its own, and has a guard in it: a shell that waits for the end of a pipe whose other end only
   * the worker has. When that ends without a word, the guard kills the group. A worker that leaves properly
   * says so first (worker.Guard).
   *
   * The pipe is that of a here-document, whose reading end the shell has and whose writing end can be opened through it: so no
   * program has to be started to make one. Where the shell keeps here-documents in files it is made by `mkfifo`, opened for both at first, so that no open has
   * to wait for the other side, and has no name from then on. Where there is no `setsid`, or no pipe, there is no guard, and only the pool
   * kills programs.
   */
  private static final String BEFORE_JVM =
      """
      pipe=$1
      shift
      exec 8<<END
      END
      if [ -p /dev/fd/8 ]; then
        exec 9>/dev/fd/8
        pipe=
      elif mkfifo -m 600 "$pipe" 2>/dev/null; then
        exec 9<>"$pipe" 8<"$pipe"
        rm -f "$pipe"
      else
        exec 8<&-
        pipe=none
      fi
      if [ "$pipe" != none ]; then
        (exec 9>&- </dev/null >/dev/null 2>&1; read -r word <&8 || kill -s KILL -- "-$$") &
        exec 8<&-
        java=$1
        shift
        set -- "$java" -D@GUARD@=true "$@"
      fi
      exec "$@"
      """
          .replace("@GUARD@", Introduction.HAS_GUARD);

  private static final String IGNORE_SIGINT = "trap '' INT; exec \"$@\"";

  /** How the shell in front of a worker, and the guard behind it, are called. */
  static final String SHELL_NAME = "tutti-worker";

  static final String CLASS_PATH = "-cp";

  /** Up to so many cores the simplest collector, which is the smallest and has no threads. */
  private static final int SMALL_SHARE = 2;

  private static final Pattern COLLECTOR = Pattern.compile("-XX:\\+Use\\w+GC");
  private static final DataSize FIRST_HEAP = DataSize.mib(8);

  /** How often a worker gives native memory back that it has freed: compilers leave 10 MB. */
  private static final int TRIM_MILLIS = 5_000;

  /** Has to stand in front of flags that the JVM calls diagnostic. */
  static final String DIAGNOSTIC = "-XX:+UnlockDiagnosticVMOptions";

  /** A JVM with nothing to do else looks four times a second for monitors to give back. */
  private static final String SELDOM_WAKING = "-XX:AsyncDeflationInterval=5000";

  /** Its archive of classes where it was made for, so that no address in it has to be changed. */
  private static final String ARCHIVE_IN_PLACE = "-XX:ArchiveRelocationMode=0";

  /**
   * What runs 200 times is compiled, most of it in vain: a start without a cache compiles hundreds
   * of methods, which takes as long as loading its classes.
   */
  private static final List<String> COMPILING_LATER =
      List.of(
          "-XX:Tier3InvocationThreshold=1000",
          "-XX:Tier3MinInvocationThreshold=500",
          "-XX:Tier3CompileThreshold=5000");

  private static final String PIPE_NAME = "guard";
  private static final AtomicLong PIPES = new AtomicLong();

  /** Names the provider of a JVM's sockets. Without it the JDK looks for one in all jars. */
  private static final String SELECTORS = "-Djava.nio.channels.spi.SelectorProvider=";

  /** That a worker has this from us, and not from the user. */
  private static final String TOLD_SELECTORS = "tutti.selectors";

  /** The beginning of the names of the JDK's own. */
  private static final String JDK_SELECTORS = "sun.nio.ch.";

  /** Settings of the parent that are about this one JVM, or that a second JVM would fight over. */
  private static final List<String> NOT_INHERITED =
      List.of(
          "-Dcom.sun.management.",
          "-Djava.rmi.server.",
          "-Dsun.java.",
          "-Djdk.internal.",
          "-D" + Introduction.HAS_GUARD,
          "-D" + Filters.PROGRAM_HAS_NONE,
          "-D" + OwnJars.PROPERTY,
          "-D" + Introduction.OPENS,
          "-D" + TOLD_SELECTORS);

  /** Flags with any of this in them may set a filter for what the worker reads. */
  private static final List<String> ABOUT_FILTERS =
      List.of("serialFilter", "java.security", "agent", "@", "Flags=", "VMOptionsFile=");

  /** Flags of the user's by which a JVM beside his workers would write over their files. */
  private static final List<String> WRITING =
      List.of("-Xlog", "-XX:StartFlightRecording", "-XX:FlightRecorderOptions");

  private static final List<String> INHERITED =
      List.of(
          "-D",
          "-ea",
          "-da",
          "-esa",
          "-dsa",
          "-enableassertions",
          "-disableassertions",
          "-enablesystemassertions",
          "-disablesystemassertions",
          "-Xbootclasspath/a:",
          "--add-modules",
          "--limit-modules",
          "--upgrade-module-path",
          "--patch-module",
          "--add-opens",
          "--add-exports",
          "--add-reads",
          "--enable-native-access",
          "--illegal-native-access",
          "--sun-misc-unsafe-memory-access",
          "--enable-preview");

  private WorkerCommand() {}

  /**
   * {@return the command line} The shell in front makes the worker ignore SIGINT from its first
   * instruction on: a terminal sends that to the whole group, and only the pool stops its workers.
   * It starts the worker's guard, and replaces itself by the JVM.
   */
  static List<String> of(Entry entry, LaunchPlan plan, Path folder, List<String> cacheFlags) {
    return of(entry, plan, folder, cacheFlags, arguments(plan, folder));
  }

  /** The same with {@link #arguments} that are known already. */
  static List<String> of(
      Entry entry, LaunchPlan plan, Path folder, List<String> cacheFlags, List<String> arguments) {
    List<String> command = beforeJava(Wrapping.HERE.command(), folder);
    command.add(java(plan).toString());
    command.addAll(COMPILING_LATER); // the user's come later
    command.addAll(cacheFlags);
    command.addAll(arguments);
    if (!cacheFlags.isEmpty() && !WorkerClasses.bootWithTutti(plan)) {
      exchangeClassPath(command, OwnJars.here().withJarsFirst(WorkerClasses.classPath(plan)));
    }
    command.addAll(main(entry));
    return command;
  }

  /** {@return the command line of a worker for a rehearsal, at the lowest priority} */
  static List<String> rehearsal(LaunchPlan plan, Path folder, Script script) {
    List<String> command = beforeJava(Wrapping.HERE.commandAtLowPriority(), folder);
    command.addAll(withClassPath(plan, folder, script.flags(), script.classPath()));
    command.addAll(main(Entry.POOL_WORKER));
    return command;
  }

  /** {@return the command line of a JVM that runs nothing, with the flags of such a worker} */
  static List<String> assembly(
      LaunchPlan plan, Path crashLog, List<String> flags, List<String> classPath) {
    List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", IGNORE_SIGINT, SHELL_NAME));
    command.addAll(Wrapping.HERE.commandAtLowPriority());
    command.addAll(withClassPath(plan, crashLog.resolveSibling(""), flags, classPath));
    command.add("-XX:ErrorFile=" + crashLog); // the last one counts
    return command;
  }

  private static List<String> withClassPath(
      LaunchPlan plan, Path folder, List<String> flags, List<String> classPath) {
    List<String> command = new ArrayList<>();
    command.add(java(plan).toString());
    command.addAll(flags);
    command.addAll(arguments(plan, folder));
    command.removeIf(flag -> WRITING.stream().anyMatch(flag::startsWith));
    exchangeClassPath(command, classPath);
    return command;
  }

  private static List<String> beforeJava(List<String> wrapping, Path folder) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("/bin/sh", "-c", IGNORE_SIGINT, SHELL_NAME)); // before anything else
    command.addAll(wrapping);
    command.addAll(List.of("/bin/sh", "-c", BEFORE_JVM, SHELL_NAME));
    command.add(folder.resolve(PIPE_NAME + "-" + PIPES.incrementAndGet()).toString());
    return command;
  }

  static Path java(LaunchPlan plan) {
    return plan.java().orElseGet(WorkerCommand::ownJava);
  }

  private static void exchangeClassPath(List<String> command, List<String> entries) {
    int at = command.lastIndexOf(CLASS_PATH);
    if (at >= 0) { // Tutti is on it
      command.set(at + 1, String.join(File.pathSeparator, entries));
    }
  }

  private static Path ownJava() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  private static List<String> main(Entry entry) {
    return WorkerCommand.class.getModule().isNamed()
        ? List.of("-m", WorkerCommand.class.getModule().getName() + "/" + entry.mainClass())
        : List.of(entry.mainClass());
  }

  /** {@return what stands between the command and the main class} */
  static List<String> arguments(LaunchPlan plan, Path folder) {
    return arguments(plan, folder, WorkerClasses.flags(plan));
  }

  /** The same with {@link WorkerClasses#flags} that are known already. */
  static List<String> arguments(LaunchPlan plan, Path folder, List<String> classes) {
    List<String> inherited = inherited();
    boolean modular = WorkerCommand.class.getModule().isNamed();
    List<String> args = new ArrayList<>();
    addResources(args, plan);
    args.add("-XX:-CreateCoredumpOnCrash");
    args.add("-XX:ErrorFile=" + folder.resolve("crash-%p.log"));
    args.addAll(inherited);
    args.addAll(ExecutableJar.flags());
    addSettings(args, inherited);
    args.add("--enable-native-access=" + (modular ? nativeModules() : "ALL-UNNAMED"));
    args.addAll(classes);
    if (Wrapping.HERE.hasDeathSignal()) {
      args.add("-D" + Introduction.HAS_DEATH_SIGNAL + "=true");
    }
    if (hasNoFilter(plan, inherited)) {
      args.add("-D" + Filters.PROGRAM_HAS_NONE + "=true");
    }
    if (WorkerClasses.areSameAsHere(plan)) {
      addSelectors(args, inherited);
    }
    args.addAll(plan.jvmFlags());
    return args;
  }

  /**
   * A worker's first socket has the JDK look for a provider in all jars of the class path, which
   * takes longer than all else of a start where these are many. This JVM has looked already.
   */
  private static void addSelectors(List<String> args, List<String> inherited) {
    String found = SelectorProvider.provider().getClass().getName();
    if (found.startsWith(JDK_SELECTORS)
        && inherited.stream().noneMatch(arg -> arg.startsWith(SELECTORS))) {
      args.add(SELECTORS + found);
      args.add("-D" + TOLD_SELECTORS + "=true");
    }
  }

  /** {@return whether a worker's JVM surely begins without a filter for what it deserialises} */
  private static boolean hasNoFilter(LaunchPlan plan, List<String> inherited) {
    return plan.java().isEmpty()
        && Collections.disjoint(plan.environment().keySet(), WorkerProcess.FLAG_VARIABLES)
        && Security.getProperty("jdk.serialFilter") == null
        && Security.getProperty("jdk.serialFilterFactory") == null
        && Stream.of(inherited, plan.jvmFlags())
            .flatMap(List::stream)
            .noneMatch(flag -> ABOUT_FILTERS.stream().anyMatch(flag::contains));
  }

  /** Those that make native calls: for the parent's death, and for waiting in shared memory. */
  private static String nativeModules() {
    return WorkerCommand.class.getModule().getName()
        + ","
        + SharedSegment.class.getModule().getName();
  }

  static List<String> inherited() {
    return inherited(ManagementFactory.getRuntimeMXBean().getInputArguments());
  }

  static List<String> inherited(List<String> inputArguments) {
    boolean told = inputArguments.contains("-D" + TOLD_SELECTORS + "=true");
    return inputArguments.stream()
        .filter(arg -> !told || !arg.startsWith(SELECTORS))
        .filter(arg -> INHERITED.stream().anyMatch(arg::startsWith))
        .filter(arg -> NOT_INHERITED.stream().noneMatch(arg::startsWith))
        .filter(arg -> !arg.equals(OwnJars.here().bootFlag())) // of a worker that has a pool
        .toList();
  }

  private static void addResources(List<String> args, LaunchPlan plan) {
    if (plan.jvmFlags().stream().noneMatch(f -> f.startsWith("-XX:ActiveProcessorCount="))) {
      int share = Math.max(1, Runtime.getRuntime().availableProcessors() / plan.workers());
      args.add("-XX:ActiveProcessorCount=" + share);
      if (share <= SMALL_SHARE
          && plan.jvmFlags().stream().noneMatch(COLLECTOR.asMatchPredicate())) {
        args.add("-XX:+UseSerialGC");
      }
    }
    if (plan.heap().isPresent()) {
      addHeap(args, plan, plan.heap().get());
    } else if (plan.jvmFlags().stream().noneMatch(WorkerCommand::boundsHeap)) {
      addHeap(args, plan, HeapShare.of(plan.workers()));
    }
    args.add("-XX:TrimNativeHeapInterval=" + TRIM_MILLIS);
    args.add(DIAGNOSTIC);
    args.add(SELDOM_WAKING);
    args.add(ARCHIVE_IN_PLACE);
    plan.metaspace().ifPresent(size -> args.add("-XX:MaxMetaspaceSize=" + size.bytes()));
    plan.direct().ifPresent(size -> args.add("-XX:MaxDirectMemorySize=" + size.bytes()));
  }

  /** A heap begins small: what is never collected stays resident, and a JVM begins with plenty. */
  private static void addHeap(List<String> args, LaunchPlan plan, DataSize most) {
    args.add("-Xmx" + most.bytes());
    if (plan.jvmFlags().stream().noneMatch(WorkerCommand::shapesHeap)) {
      args.add("-Xms" + Math.min(FIRST_HEAP.bytes(), most.bytes()));
    }
  }

  private static boolean shapesHeap(String flag) {
    return boundsHeap(flag)
        || flag.startsWith("-Xm")
        || flag.startsWith("-XX:InitialHeapSize=")
        || flag.startsWith("-XX:InitialRAMPercentage=")
        || flag.startsWith("-XX:MinHeapSize=")
        || flag.startsWith("-XX:NewSize=")
        || flag.startsWith("-XX:MaxNewSize=");
  }

  private static boolean boundsHeap(String flag) {
    return flag.startsWith("-Xmx")
        || flag.startsWith("-XX:MaxHeapSize=")
        || flag.startsWith("-XX:MaxRAM");
  }

  /** Settings that this JVM may have got from elsewhere than its command line, or changed since. */
  private static void addSettings(List<String> args, List<String> inherited) {
    Locale locale = Locale.getDefault();
    addLocale(args, "", locale);
    for (Locale.Category category : Locale.Category.values()) {
      Locale special = Locale.getDefault(category);
      if (!special.equals(locale)) { // else it follows what the user's flags say of the first
        addLocale(args, "." + category.name().toLowerCase(Locale.ROOT), special);
      }
    }
    addSetting(args, inherited, "user.timezone", TimeZone.getDefault().getID());
    addSetting(args, inherited, "file.encoding", System.getProperty("file.encoding", ""));
    addSetting(args, inherited, "stdout.encoding", System.getProperty("stdout.encoding", ""));
    addSetting(args, inherited, "stderr.encoding", System.getProperty("stderr.encoding", ""));
    addSetting(args, inherited, "java.io.tmpdir", System.getProperty("java.io.tmpdir", ""));
  }

  /** Also what is empty, which a worker would take from its environment. The last one counts. */
  private static void addLocale(List<String> args, String of, Locale locale) {
    args.add("-Duser.language" + of + "=" + locale.getLanguage());
    args.add("-Duser.country" + of + "=" + locale.getCountry());
    args.add("-Duser.variant" + of + "=" + locale.getVariant());
    args.add("-Duser.script" + of + "=" + locale.getScript());
  }

  private static void addSetting(
      List<String> args, List<String> inherited, String name, String value) {
    String prefix = "-D" + name + "=";
    if (!value.isEmpty() && inherited.stream().noneMatch(arg -> arg.startsWith(prefix))) {
      args.add(prefix + value);
    }
  }
}
