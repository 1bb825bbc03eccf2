package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.Pool;
import dev.tutti.plan.DataSize;
import dev.tutti.task.WorkerLostException;
import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One parent with all kinds of settings, and what its worker says of itself. */
@Tag("system")
@Timeout(60)
class InheritanceTest {
  private static final String TEXT = "a b 'c' \"d\" $HOME `e` \\ *";
  private static final Pattern SECRET = Pattern.compile("[0-9a-f]{64}");

  @TempDir private static Path folder;
  private static final Map<String, String> WORKER = new HashMap<>();
  private static List<String> parentErr;

  @BeforeAll
  static void ask() throws Exception {
    List<String> line =
        List.of(
            "-Dapp.text=" + TEXT,
            "-Dapp.empty",
            "-Dfile.encoding=ISO-8859-1",
            "-Duser.language=pt",
            "-Duser.country=BR",
            "-ea:dev.tutti.process...",
            "--add-opens",
            "java.base/java.util.zip=ALL-UNNAMED",
            "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-modules=jdk.incubator.vector",
            "--enable-preview",
            "-Xmx333m",
            "-Xss3m",
            "-XX:+UseParallelGC",
            "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0",
            "-Dcom.sun.management.config.nothing=1",
            "-cp",
            System.getProperty("java.class.path"),
            Program.class.getName());
    try (ParentJvm parent = ParentJvm.start(line, InheritanceTest::settings)) {
      parent.awaitSuccess();
      for (String entry : parent.out()) {
        int equals = entry.indexOf('=');
        if (equals > 0) {
          WORKER.put(entry.substring(0, equals), entry.substring(equals + 1));
        }
      }
      parentErr = List.copyOf(parent.err());
    }
    assertThat(WORKER).as("lines of the worker").hasSizeGreaterThan(10);
  }

  private static void settings(ProcessBuilder builder) {
    builder.command().addAll(0, List.of("nice", "-n", "3"));
    builder.directory(folder.toFile());
    builder.environment().put("JAVA_TOOL_OPTIONS", "-Dapp.tool=1");
    builder.environment().put("JDK_JAVA_OPTIONS", "-Dapp.jdk=2 -Xshare:auto");
    builder.environment().put("_JAVA_OPTIONS", "-Dapp.java=3");
    builder.environment().put("TUTTI_JAVA_OPTIONS", "-Dapp.tutti=4");
    builder.environment().put("APP_INHERITED", "yes");
    builder.environment().put("APP_OVERRIDDEN", "parent");
  }

  /** Properties of the command line arrive as they were, whatever is in them. */
  @Test
  void worker_systemProperties_areThoseOfTheParent() {
    assertThat(WORKER).containsEntry("app.text", TEXT).containsEntry("app.empty", "");
  }

  /** Locale, time zone and encodings are the parent's, also where it changed them itself. */
  @Test
  void worker_localeZoneAndEncoding_areThoseOfTheParent() {
    assertThat(WORKER)
        .containsEntry("locale", "pt_BR")
        .containsEntry("zone", "Asia/Tokyo")
        .containsEntry("charset", "ISO-8859-1");
  }

  /**
   * It yields to others as the parent does, and its session does, where the kernel looks at that.
   */
  @Test
  void worker_niceness_isThatOfTheParent() {
    assertThat(WORKER.get("niceness")).isEqualTo(WORKER.get("parent.niceness"));
    assertThat(Integer.parseInt(WORKER.get("niceness"))).isBetween(3, 19);
    assertThat(WORKER.get("autogroup")).matches("|.* nice " + WORKER.get("niceness"));
  }

  /** It works in the same directory. */
  @Test
  void worker_directory_isThatOfTheParent() {
    assertThat(WORKER).containsEntry("directory", folder.toString());
  }

  /** Opens, exports, added modules, assertions and preview are the parent's. */
  @Test
  void worker_modulesAndSwitches_areThoseOfTheParent() {
    assertThat(WORKER)
        .containsEntry("opens", "true")
        .containsEntry("exports", "true")
        .containsEntry("vector", "true")
        .containsEntry("assertions", "true");
    assertThat(WORKER.get("flags")).contains("--enable-preview");
  }

  /** Heap, stacks, collector, debugger and management are the parent's own affair. */
  @Test
  void worker_heapAgentsAndManagement_areItsOwn() {
    assertThat(WORKER.get("flags"))
        .doesNotContain("333m")
        .doesNotContain("-Xss")
        .doesNotContain("UseParallelGC")
        .doesNotContain("jdwp")
        .doesNotContain("com.sun.management");
    assertThat(parentErr.stream().filter(line -> line.contains("Listening for transport")))
        .isEmpty();
  }

  /** The variables that give every JVM its flags are not in a worker's environment. */
  @Test
  void worker_environment_isWithoutJvmOptions() {
    assertThat(WORKER)
        .containsEntry("env.JAVA_TOOL_OPTIONS", "null")
        .containsEntry("env.JDK_JAVA_OPTIONS", "null")
        .containsEntry("env._JAVA_OPTIONS", "null")
        .containsEntry("env.TUTTI_JAVA_OPTIONS", "null")
        .containsEntry("env.APP_INHERITED", "yes")
        .containsEntry("env.APP_OVERRIDDEN", "worker")
        .containsEntry("app.tutti", "null");
    assertThat(parentErr.stream().filter(line -> line.startsWith("Picked up JAVA_TOOL_OPTIONS")))
        .as("one line, the parent's own")
        .hasSize(1);
  }

  /** The secret by which it greets is where no neighbour can read it. */
  @Test
  void worker_secret_isNeitherArgumentNorVariable() {
    assertThat(SECRET.matcher("x" + "0123456789abcdef".repeat(4)).find()).isTrue();
    for (String place : List.of("cmdline", "environ")) {
      Matcher secret = SECRET.matcher(WORKER.get(place));
      assertThat(secret.find()).as("secret in %s: %s", place, WORKER.get(place)).isFalse();
    }
    assertThat(WORKER.get("cmdline")).contains("WorkerMain");
    assertThat(WORKER.get("environ")).contains("APP_INHERITED");
  }

  /** It has its share of the cores and the heap that was asked for. */
  @Test
  void worker_coresAndHeap_areAsAsked() {
    assertThat(WORKER).containsEntry("cores", "1");
    assertThat(Long.parseLong(WORKER.get("heap"))).isBetween(60L << 20, 100L << 20);
  }

  /** What the options say stands above what is inherited: directory, environment, flags. */
  @Test
  void options_directoryAndFlags_standAboveInheritance() throws Exception {
    ProcessOptions options =
        ProcessOptions.DEFAULTS
            .withWorkers(1)
            .withDirectory(folder)
            .withEnvironment(Map.of("APP_MADE", "here"))
            .withJvmFlags("-Duser.language=fi", "-Xmx80m", "-XX:ActiveProcessorCount=3");
    try (Pool pool = Pool.open(options)) {
      Map<String, String> worker = pool.submit(Program::describe).get();
      assertThat(worker)
          .containsEntry("directory", folder.toString())
          .containsEntry("env.APP_MADE", "here")
          .containsEntry("cores", "3");
      assertThat(worker.get("locale")).startsWith("fi");
      assertThat(Long.parseLong(worker.get("heap"))).isLessThan(100L << 20);
    }
  }

  /** What a program sets while its pool is open holds for workers that start later. */
  @Test
  void worker_zoneIsSetMeanwhile_laterOnesHaveIt() throws Exception {
    TimeZone before = TimeZone.getDefault();
    ProcessOptions options =
        ProcessOptions.DEFAULTS.withWorkers(1).withJvmFlags("-XX:TieredStopAtLevel=1");
    try (Pool pool = Pool.open(options)) {
      for (String zone : List.of("Asia/Tokyo", "America/Lima")) {
        TimeZone.setDefault(TimeZone.getTimeZone(zone));
        var dies = pool.submit(() -> Deaths.halts(7));
        assertThatThrownBy(dies::get).hasCauseInstanceOf(WorkerLostException.class);
        assertThat(pool.submit(() -> TimeZone.getDefault().getID()).get()).isEqualTo(zone);
      }
    } finally {
      TimeZone.setDefault(before);
    }
  }

  /** The parent. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) throws Exception {
      TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"));
      ProcessOptions options =
          ProcessOptions.DEFAULTS
              .withWorkers(100)
              .withHeap(DataSize.mib(100))
              .withEnvironment(Map.of("APP_OVERRIDDEN", "worker"));
      System.out.println("parent.niceness=" + Os.niceness(ProcessHandle.current().pid()));
      try (Pool pool = Pool.open(options)) {
        pool.submit(Program::describe)
            .get()
            .forEach((name, value) -> System.out.println(name + "=" + value));
      }
    }

    static Map<String, String> describe() {
      Map<String, String> all = new TreeMap<>();
      for (String name : List.of("app.text", "app.empty", "app.tutti")) {
        all.put(name, System.getProperty(name) + "");
      }
      for (String name :
          List.of(
              "JAVA_TOOL_OPTIONS",
              "JDK_JAVA_OPTIONS",
              "_JAVA_OPTIONS",
              "TUTTI_JAVA_OPTIONS",
              "APP_INHERITED",
              "APP_OVERRIDDEN",
              "APP_MADE")) {
        all.put("env." + name, System.getenv(name) + "");
      }
      Module base = Object.class.getModule();
      Module mine = Program.class.getModule();
      all.put("opens", "" + base.isOpen("java.util.zip", mine));
      all.put("exports", "" + base.isExported("sun.nio.ch", mine));
      all.put("vector", "" + ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent());
      all.put("assertions", "" + Program.class.desiredAssertionStatus());
      all.put("locale", Locale.getDefault().toString());
      all.put("zone", TimeZone.getDefault().getID());
      all.put("charset", Charset.defaultCharset().name());
      all.put("directory", System.getProperty("user.dir"));
      all.put("flags", ManagementFactory.getRuntimeMXBean().getInputArguments().toString());
      all.put("cores", "" + Runtime.getRuntime().availableProcessors());
      all.put("heap", "" + Runtime.getRuntime().maxMemory());
      long pid = ProcessHandle.current().pid();
      all.put("niceness", "" + Os.niceness(pid));
      all.put("autogroup", Os.text(pid, "autogroup").strip());
      all.put("cmdline", printable(Os.text(pid, "cmdline")));
      all.put("environ", printable(Os.text(pid, "environ")));
      return all;
    }

    private static String printable(String text) {
      return text.replaceAll("[^ -~]", " ");
    }
  }
}
