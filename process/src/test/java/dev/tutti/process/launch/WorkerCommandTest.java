package dev.tutti.process.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.plan.DataSize;
import java.io.File;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class WorkerCommandTest {
  private static final Path FOLDER = Path.of("/tmp/tutti-1-x");
  private static final String MAIN = "dev.tutti.process.worker.WorkerMain";

  /** Everything by which a worker sees the same classes and settings is taken over, in order. */
  @Test
  void inherited_classesAndSettings_areTakenOver() {
    List<String> flags =
        List.of(
            "-Dapp.name=a b",
            "-D",
            "-ea",
            "-ea:com.acme...",
            "-da:com.acme.Slow",
            "-esa",
            "-enableassertions",
            "-Xbootclasspath/a:/x.jar",
            "--add-modules=java.sql",
            "--limit-modules=java.base",
            "--upgrade-module-path=/up",
            "--patch-module=a=b.jar",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-reads=a=ALL-UNNAMED",
            "--enable-native-access=a",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-preview");
    assertThat(WorkerCommand.inherited(flags)).isEqualTo(flags);
  }

  /** What is about this one JVM, or what two JVMs would fight over, stays here. */
  @Test
  void inherited_whatIsAboutThisJvm_staysHere() {
    List<String> flags =
        List.of(
            "-Xmx4g",
            "-Xms4g",
            "-Xss2m",
            "-XX:MaxRAMPercentage=80",
            "-XX:+UseZGC",
            "-XX:+HeapDumpOnOutOfMemoryError",
            "-XX:StartFlightRecording=filename=x.jfr",
            "-javaagent:/opt/agent.jar",
            "-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=5005",
            "-agentpath:/opt/libprofiler.so",
            "-Xrunjdwp:transport=dt_socket",
            "-Xdebug",
            "-Xlog:gc:file=gc.log",
            "-Dcom.sun.management.jmxremote.port=9010",
            "-Djava.rmi.server.hostname=here",
            "-Dsun.java.command=x",
            "-Djdk.internal.x=y",
            "-verbose:gc");
    assertThat(WorkerCommand.inherited(flags)).isEmpty();
  }

  /** A JVM that makes a start cache runs beside the user's, and is not to write where that does. */
  @Test
  void rehearsal_flagsThatWriteFiles_areLeftOut() {
    LaunchPlan plan =
        PlainPlan.of(
            1,
            Optional.empty(),
            Optional.empty(),
            List.of(),
            "-Xlog:gc*:file=/tmp/gc.log",
            "-XX:StartFlightRecording:filename=/tmp/a.jfr",
            "-Xss1m");
    Path crashLog = Path.of("/cache/k.part-crash.log");
    assertThat(
            WorkerCommand.rehearsal(
                plan, Path.of("/pool"), new Script(List.of(), List.of(), List.of())))
        .contains("-Xss1m")
        .noneMatch(flag -> flag.startsWith("-Xlog") || flag.contains("FlightRecording"));
    assertThat(WorkerCommand.assembly(plan, crashLog, List.of(), List.of()))
        .endsWith("-XX:ErrorFile=" + crashLog)
        .contains("-Xss1m")
        .noneMatch(flag -> flag.startsWith("-Xlog") || flag.contains("FlightRecording"));
  }

  /** The user's flags stand after ours, so they win. */
  @Test
  void arguments_usersFlags_standLast() {
    List<String> args =
        WorkerCommand.arguments(
            plan(4, Optional.of(DataSize.mib(100)), "-XX:+UseSerialGC", "-Xint"), FOLDER);
    assertThat(args.subList(args.size() - 2, args.size()))
        .containsExactly("-XX:+UseSerialGC", "-Xint");
    assertThat(args)
        .contains("-Xmx" + (100L << 20))
        .contains("-XX:-CreateCoredumpOnCrash")
        .contains("-XX:ErrorFile=/tmp/tutti-1-x/crash-%p.log");
  }

  /** Cores are shared out among the workers, unless the user says otherwise. */
  @Test
  void arguments_cores_areSharedOut() {
    int cores = Runtime.getRuntime().availableProcessors();
    assertThat(WorkerCommand.arguments(plan(1, Optional.empty()), FOLDER))
        .contains("-XX:ActiveProcessorCount=" + cores);
    assertThat(WorkerCommand.arguments(plan(100_000, Optional.empty()), FOLDER))
        .contains("-XX:ActiveProcessorCount=1");
    assertThat(
            WorkerCommand.arguments(
                plan(1, Optional.empty(), "-XX:ActiveProcessorCount=3"), FOLDER))
        .filteredOn(arg -> arg.startsWith("-XX:ActiveProcessorCount"))
        .containsExactly("-XX:ActiveProcessorCount=3");
  }

  /** Whoever bounds the heap by a flag gets no second bound from us. */
  @Test
  void arguments_heapByFlag_isTheOnlyBound() {
    for (String flag : List.of("-Xmx300m", "-XX:MaxHeapSize=300m", "-XX:MaxRAMPercentage=10")) {
      assertThat(WorkerCommand.arguments(plan(1, Optional.empty(), flag), FOLDER))
          .as(flag)
          .filteredOn(arg -> arg.startsWith("-Xmx") || arg.startsWith("-XX:Max"))
          .containsExactly(flag);
    }
    assertThat(WorkerCommand.arguments(plan(1, Optional.empty()), FOLDER))
        .filteredOn(arg -> arg.startsWith("-Xmx"))
        .hasSize(1);
  }

  /** A heap begins small, also one that can be large; whoever shapes it by a flag is left alone. */
  @Test
  void arguments_heap_beginsSmall() {
    assertThat(WorkerCommand.arguments(plan(1, Optional.of(DataSize.mib(100))), FOLDER))
        .contains("-Xms" + (8L << 20));
    assertThat(WorkerCommand.arguments(plan(1, Optional.of(DataSize.mib(4))), FOLDER))
        .contains("-Xms" + (4L << 20));
    assertThat(WorkerCommand.arguments(plan(1, Optional.empty(), "-Xms1g"), FOLDER))
        .filteredOn(arg -> arg.startsWith("-Xms"))
        .containsExactly("-Xms1g");
  }

  /** A worker with few cores has the smallest collector; whoever names one gets that. */
  @Test
  void arguments_fewCores_takeTheSmallestCollector() {
    assertThat(WorkerCommand.arguments(plan(100_000, Optional.empty()), FOLDER))
        .contains("-XX:+UseSerialGC");
    assertThat(WorkerCommand.arguments(plan(100_000, Optional.empty(), "-XX:+UseZGC"), FOLDER))
        .doesNotContain("-XX:+UseSerialGC");
  }

  /** A worker may start in another directory, so its class path is absolute; ours comes first. */
  @Test
  void arguments_classPath_isAbsoluteAndOursFirst() {
    LaunchPlan plan =
        PlainPlan.of(1, Optional.empty(), Optional.empty(), List.of(Path.of("lib/extra.jar")));
    List<String> args = WorkerCommand.arguments(plan, FOLDER);
    List<String> entries = List.of(args.get(args.indexOf("-cp") + 1).split(File.pathSeparator, -1));
    assertThat(entries).allMatch(entry -> Path.of(entry).isAbsolute());
    String own = System.getProperty("java.class.path").split(File.pathSeparator, -1)[0];
    assertThat(entries)
        .containsSubsequence(
            Path.of(own).toAbsolutePath().toString(),
            Path.of("lib/extra.jar").toAbsolutePath().toString());
  }

  /** What this JVM has looked for in all jars, a worker with the same jars need not look for. */
  @Test
  void arguments_sameClasses_nameTheSelectors() {
    assertThat(WorkerCommand.arguments(plan(1, Optional.empty(), "-Xint"), FOLDER))
        .contains(selectors());
  }

  /** A worker that may find another provider looks for itself. */
  @Test
  void arguments_otherClasses_nameNoSelectors() {
    for (LaunchPlan plan :
        List.of(
            PlainPlan.of(1, Optional.empty(), Optional.empty(), List.of(Path.of("extra.jar"))),
            PlainPlan.withJava(Optional.of(Path.of("/opt/jdk/bin/java"))),
            plan(1, Optional.empty(), "-javaagent:x.jar"),
            plan(1, Optional.empty(), "-Xbootclasspath/a:x.jar"),
            plan(1, Optional.empty(), "--module-path=lib"))) {
      assertThat(WorkerCommand.arguments(plan, FOLDER)).doesNotContain(selectors());
    }
  }

  /** In a worker that has a pool itself, it is not taken for the user's. */
  @Test
  void inherited_selectors_onlyUsersAre() {
    assertThat(WorkerCommand.inherited(List.of(selectors()))).containsExactly(selectors());
    assertThat(WorkerCommand.inherited(List.of(selectors(), "-Dtutti.selectors=true"))).isEmpty();
  }

  private static String selectors() {
    return "-Djava.nio.channels.spi.SelectorProvider="
        + SelectorProvider.provider().getClass().getName();
  }

  /** A locale that was changed while the program ran is the worker's locale too. */
  @Test
  void arguments_localeChangedAtRunTime_isTakenOver() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.of("pt", "BR"));
      assertThat(WorkerCommand.arguments(plan(1, Optional.empty()), FOLDER))
          .contains("-Duser.language=pt", "-Duser.country=BR");
    } finally {
      Locale.setDefault(before);
    }
  }

  /**
   * A worker is not to take a part of its locale from its environment, nor to format in another
   * one.
   */
  @Test
  void arguments_localeOfManyParts_isTakenOverWhole() {
    Locale before = Locale.getDefault();
    Locale format = Locale.getDefault(Locale.Category.FORMAT);
    try {
      Locale.setDefault(Locale.of("en"));
      assertThat(WorkerCommand.arguments(plan(1, Optional.empty()), FOLDER))
          .contains("-Duser.language=en", "-Duser.country=")
          .noneMatch(arg -> arg.startsWith("-Duser.language."));
      Locale.setDefault(Locale.Category.FORMAT, Locale.of("de", "AT"));
      assertThat(WorkerCommand.arguments(plan(1, Optional.empty()), FOLDER))
          .contains("-Duser.language.format=de", "-Duser.country.format=AT")
          .noneMatch(arg -> arg.startsWith("-Duser.language.display"));
    } finally {
      Locale.setDefault(before);
      Locale.setDefault(Locale.Category.FORMAT, format);
    }
  }

  /** The command ignores SIGINT before it becomes the JVM; the java command can be another one. */
  @Test
  void of_otherJava_isStartedByAShellThatIgnoresSigint() {
    LaunchPlan plan = PlainPlan.withJava(Optional.of(Path.of("/opt/my jdk/bin/java")));
    List<String> command = WorkerCommand.of(Entry.POOL_WORKER, plan, FOLDER, List.of());
    int shell = command.indexOf("/bin/sh");
    assertThat(shell).isBetween(0, 4); // behind setsid and setpriv, where they are
    assertThat(command.get(shell + 2)).startsWith("trap '' INT");
    assertThat(command).contains("/opt/my jdk/bin/java").endsWith(MAIN);
    assertThat(WorkerCommand.of(Entry.OWN_TASK, plan, FOLDER, List.of()))
        .endsWith("dev.tutti.process.worker.ProcessMain");
  }

  /** Every worker compiles later than other JVMs; what the user says of that wins. */
  @Test
  void of_everyWorker_compilesLater() {
    LaunchPlan plan = plan(1, Optional.empty(), "-XX:Tier3InvocationThreshold=7");
    for (List<String> cache : List.of(List.<String>of(), List.of("-XX:AOTCache=x"))) {
      assertThat(thresholds(WorkerCommand.of(Entry.POOL_WORKER, plan, FOLDER, cache)))
          .hasSizeGreaterThan(1)
          .last()
          .isEqualTo("-XX:Tier3InvocationThreshold=7");
    }
  }

  private static List<String> thresholds(List<String> command) {
    return command.stream().filter(arg -> arg.startsWith("-XX:Tier3InvocationThreshold=")).toList();
  }

  private static LaunchPlan plan(int workers, Optional<DataSize> heap, String... flags) {
    return PlainPlan.of(workers, heap, Optional.empty(), List.of(), flags);
  }
}
