package dev.tutti.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.Batching;
import dev.tutti.task.Action;
import dev.tutti.task.Fn;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Task;
import dev.tutti.task.TaskFailedException;
import dev.tutti.testkit.LeakCheck;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Classes that only a class loader of this JVM has are there in worker processes. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class TravellingClassesTest {
  private static final int LARGE = 3_000_000;

  private static Map<String, byte[]> files = Map.of();
  private static Map<String, byte[]> others = Map.of();
  private static @Nullable Pool pool;

  /** Not in a worker, where Tutti has no code source. */
  private static List<Path> tutti() {
    return Stream.of(MemoryLoader.classPath().split(File.pathSeparator)).map(Path::of).toList();
  }

  @BeforeAll
  static void compile() {
    files = new HashMap<>(TravellingSources.compiled(2));
    files.put("app/text.txt", "of the loader".getBytes(UTF_8));
    files.put("app/large.bin", new byte[LARGE]);
    files.put("META-INF/services/java.lang.CharSequence", "app.Named\n".getBytes(UTF_8));
    others = TravellingSources.compiled(3);
    pool = Pool.open(ProcessOptions.DEFAULTS.withWorkers(1));
    pool.warm(); // so no test finds that another one has started it
  }

  @AfterAll
  static void close() {
    pool().close();
  }

  private static Pool pool() {
    Pool open = pool;
    if (open == null) {
      throw new IllegalStateException("no pool");
    }
    return open;
  }

  private static MemoryLoader loader() {
    return new MemoryLoader(files);
  }

  private static <A, R> Fn<A, R> function(String method) throws ReflectiveOperationException {
    return loader().function("app.Functions", method);
  }

  private static @Nullable Object apply(String method, Object argument)
      throws ReflectiveOperationException {
    Fn<Object, Object> function = function(method);
    return pool().map(List.of(argument), function).getFirst();
  }

  // ---------------------------------------------------------------- functions

  /** A lambda of such a class runs in a worker, with a class that only its code names. */
  @Test
  void map_lambdaCompiledInMemory_runsInWorkers() throws Exception {
    assertThat(
            pool()
                .map(
                    List.of(1, 2, 3),
                    loader().<Integer, Integer>function("app.Functions", "times")))
        .containsExactly(2, 4, 6);
  }

  /** So does a method reference. */
  @Test
  void map_methodReferenceCompiledInMemory_runsInWorkers() throws Exception {
    assertThat(apply("reference", 4)).isEqualTo(8);
  }

  /**
   * A class file is asked for once by the parent, and goes once to a worker, however many calls and
   * items there are.
   */
  @Test
  void map_manyCallsAndItems_classesTravelOnce() throws Exception {
    MemoryLoader loader = loader();
    for (int call = 0; call < 3; call++) {
      assertThat(
              Parallel.on(pool())
                  .batch(Batching.fixed(7))
                  .map(
                      IntStream.range(0, 100).boxed().toList(),
                      loader.<Integer, Integer>function("app.Functions", "times")))
          .hasSize(100)
          .endsWith(198);
    }
    assertThat(loader.asked("app/Helper.class")).isEqualTo(1);
    assertThat(loader.asked("app/Functions.class")).isEqualTo(2); // once to see that it is there
  }

  /**
   * Each loader of this JVM has its own in a worker: classes of one name stay apart, and so does
   * their state.
   */
  @Test
  void map_twoLoadersWithOneName_staysApart() throws Exception {
    MemoryLoader two = loader();
    MemoryLoader three = new MemoryLoader(others);
    for (int i = 0; i < 2; i++) {
      assertThat(pool().map(List.of(5), two.<Integer, Integer>function("app.Functions", "times")))
          .containsExactly(10);
      assertThat(pool().map(List.of(5), three.<Integer, Integer>function("app.Functions", "times")))
          .containsExactly(15);
    }
    assertThat(pool().map(List.of(1, 1), two.<Integer, Integer>function("app.Functions", "count")))
        .containsExactly(1, 2);
    assertThat(pool().map(List.of(1), three.<Integer, Integer>function("app.Functions", "count")))
        .containsExactly(1);
    assertThat(pool().map(List.of(1), two.<Integer, Integer>function("app.Functions", "count")))
        .containsExactly(3);
  }

  /** A class of the same name on the worker's class path is not taken instead. */
  @Test
  void map_nameIsOnClassPathToo_loadersOwnIsTaken() throws Exception {
    assertThat(OnBothPaths.from()).isEqualTo("the class path");
    assertThat(apply("both", 1)).isEqualTo("memory");
  }

  /**
   * What is found by a name at run time, a resource, and a service are asked for when they are
   * needed.
   */
  @Test
  void map_reflectionResourceService_areAskedFor() throws Exception {
    assertThat(apply("named", "app.Alone")).isEqualTo("alone");
    assertThat(apply("text", 1)).isEqualTo("of the loader");
    assertThat(apply("services", 1)).isEqualTo(List.of("named"));
    assertThatThrownBy(() -> apply("named", "app.Nothing"))
        .hasRootCauseInstanceOf(ClassNotFoundException.class)
        .hasRootCauseMessage("app.Nothing");
  }

  /** More than a socket takes at once. */
  @Test
  void map_largeResource_comesWhole() throws Exception {
    assertThat(apply("large", 1)).isEqualTo(LARGE);
    assertThat(apply("text", 1)).isEqualTo("of the loader");
  }

  /** No file has such a name, so there is no question. */
  @Test
  void map_nameIsEndless_isNotFound() throws Exception {
    long pid = pool().submit(() -> ProcessHandle.current().pid()).get();
    String name = "\u6f22".repeat(200_000);
    assertThatThrownBy(() -> apply("named", "x".repeat(60_000)))
        .hasRootCauseInstanceOf(IOException.class)
        .rootCause()
        .hasMessageContaining("name is too long");
    assertThat(apply("isThere", name)).isEqualTo(false);
    assertThat(pool().submit(() -> ProcessHandle.current().pid()).get()).isEqualTo(pid);
  }

  /** The context class loader of an item is that of its function. */
  @Test
  void map_contextClassLoader_isThatOfTheFunction() throws Exception {
    assertThat(apply("context", 1)).isEqualTo(true);
  }

  /** A thread that is interrupted can need a class: the interrupt stays, and the worker too. */
  @Test
  void map_threadIsInterrupted_classComesAndFlagStays() throws Exception {
    long pid = pool().submit(() -> ProcessHandle.current().pid()).get();
    assertThat(apply("interrupted", 1)).isEqualTo(true);
    assertThat(pool().submit(() -> ProcessHandle.current().pid()).get()).isEqualTo(pid);
  }

  /** A pool in a task hands the classes on to its own workers. */
  @Test
  void map_poolInATask_classesTravelOn() throws Exception {
    assertThat(apply("nested", 4)).isEqualTo(16);
  }

  // ---------------------------------------------------------------- values

  /**
   * A result is of the very class that the function's loader has here, an item of that which its
   * function has there.
   */
  @Test
  void map_itemsAndResultsOfSuchClasses_areOfTheirLoader() throws Exception {
    MemoryLoader loader = loader();
    Object point =
        pool()
            .map(List.of(3), loader.<Integer, Object>function("app.Functions", "point"))
            .getFirst();
    assertThat(point.getClass()).isSameAs(loader.loadClass("app.Functions$Point"));
    Object swapped =
        pool()
            .map(List.of(point), loader.<Object, Object>function("app.Functions", "swap"))
            .getFirst();
    assertThat(swapped).hasToString("Point[x=6, y=3]");
    assertThat(swapped.getClass()).isSameAs(point.getClass());
    Object array = java.lang.reflect.Array.newInstance(point.getClass(), 2);
    assertThat(
            pool().submit(() -> List.of(array, new Object[] {point})).get().getFirst().getClass())
        .isSameAs(array.getClass());
  }

  /** So is an exception. */
  @Test
  void map_exceptionOfSuchAClass_isOfItsLoader() throws Exception {
    MemoryLoader loader = loader();
    Fn<Integer, Integer> stumble = loader.function("app.Functions", "stumble");
    assertThatThrownBy(() -> pool().map(List.of(7), stumble))
        .isInstanceOf(TaskFailedException.class)
        .cause()
        .hasMessage("over 7")
        .isInstanceOf(loader.loadClass("app.Functions$Stumble").asSubclass(Throwable.class));
  }

  // ---------------------------------------------------------------- workers

  /**
   * A worker that takes the place of a dead one gets the classes again, and begins with new static
   * state.
   */
  @Test
  void map_workerDies_itsReplacementGetsTheClasses() throws Exception {
    Fn<Integer, Integer> count = function("count");
    try (Pool own = Pool.processes(1)) {
      assertThat(own.map(List.of(1, 1), count)).containsExactly(1, 2);
      long pid = own.submit(() -> ProcessHandle.current().pid()).get();
      ProcessHandle worker = ProcessHandle.of(pid).orElseThrow();
      worker.destroyForcibly();
      worker.onExit().join();
      assertThat(own.map(List.of(1, 1), count)).containsExactly(1, 2);
    }
  }

  /** An initialiser can be of such a class, and has its loader as the context class loader. */
  @Test
  void initialiser_ofSuchAClass_runs() throws Exception {
    MemoryLoader loader = loader();
    Method first = loader.loadClass("app.Functions").getMethod("first");
    try (Pool own =
        Pool.open(
            ProcessOptions.DEFAULTS.withWorkers(1).withInitialiser((Action) first.invoke(null)))) {
      Fn<Integer, Integer> count = loader.function("app.Functions", "count");
      assertThat(own.map(List.of(1), count)).containsExactly(41);
    }
  }

  /** A process of its own has the classes too. */
  @Test
  void jvmProcess_taskOfSuchAClass_runs() throws Exception {
    @SuppressWarnings("unchecked")
    Task<Integer> task =
        (Task<Integer>) loader().loadClass("app.Functions").getMethod("task").invoke(null);
    try (JvmProcess<Integer> process = JvmProcess.start(task)) {
      assertThat(process.result().get()).isEqualTo(42);
    }
  }

  /** A thread that its task has left behind can still ask for a class. */
  @Test
  void jvmProcess_threadGoesOnAfterTheTask_hasTheClassesToo(@TempDir Path folder) throws Exception {
    Path go = folder.resolve("go");
    Method later = loader().loadClass("app.Functions").getMethod("later", String.class);
    @SuppressWarnings("unchecked")
    Task<String> task = (Task<String>) later.invoke(null, go.toString());
    try (JvmProcess<String> process = JvmProcess.start(task)) {
      assertThat(process.result().get()).isEqualTo("first");
      Files.createFile(go);
      process.join();
      assertThat(folder.resolve("go.done")).hasContent("app.Alone");
    }
  }

  // ---------------------------------------------------------------- other loaders

  /** A loader that reads a jar within a jar. */
  @Test
  void map_classInNestedJar_runsInWorkers() throws Exception {
    byte[] outer = jar(Map.of("lib/inner.jar", jar(files)));
    Map<String, byte[]> found = entries(entries(outer).get("lib/inner.jar"));
    MemoryLoader loader = new MemoryLoader(found);
    Fn<Integer, Integer> times = loader.function("app.Functions", "times");
    assertThat(pool().map(List.of(8), times)).containsExactly(16);
  }

  /** Where Tutti itself is in such a loader its jars are to be named, and the rest travels. */
  @Test
  void map_tuttiIsInTheLoaderToo_runsWhereItsJarsAreNamed() throws Exception {
    List<Path> places = tutti();
    URL[] tutti = new URL[places.size()];
    for (int i = 0; i < tutti.length; i++) {
      tutti[i] = places.get(i).toUri().toURL();
    }
    try (URLClassLoader libraries =
        new URLClassLoader(tutti, ClassLoader.getPlatformClassLoader())) {
      MemoryLoader loader = new MemoryLoader(files, libraries);
      Method run = loader.loadClass("app.Functions").getMethod("withTuttiOf", List.class);
      assertThat(run.invoke(null, tutti())).isEqualTo(List.of(8, 10));
      assertThatThrownBy(() -> run.invoke(null, List.of()))
          .hasRootCauseInstanceOf(IllegalStateException.class)
          .rootCause()
          .hasMessageContainingAll("Tutti's are not there", "URLClassLoader", "withClassPath");
    }
  }

  private static byte[] jar(Map<String, byte[]> content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JarOutputStream out = new JarOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> each : content.entrySet()) {
        out.putNextEntry(new JarEntry(each.getKey()));
        out.write(each.getValue());
      }
    }
    return bytes.toByteArray();
  }

  private static Map<String, byte[]> entries(byte @Nullable [] jar) throws IOException {
    Map<String, byte[]> content = new HashMap<>();
    try (JarInputStream in = new JarInputStream(new ByteArrayInputStream(jar))) {
      for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
        content.put(entry.getName(), in.readAllBytes());
      }
    }
    return content;
  }

  /**
   * A loader that does not answer for its class files is an error at the call, which names class
   * and loader.
   */
  @Test
  void map_loaderDoesNotAnswer_isRefusedAtTheCall() throws Exception {
    MemoryLoader mute = new Mute(files);
    Fn<Integer, Integer> times = mute.function("app.Functions", "times");
    assertThatThrownBy(() -> pool().map(List.of(1), times))
        .isInstanceOf(NotSendableException.class)
        .hasMessageContainingAll(
            "cannot send the task to a worker: the class loader of app.Functions does not answer",
            "getResourceAsStream(\"app/Functions.class\")",
            Mute.class.getName(),
            "[T029]");
  }

  /** Where it answers for some, the task that needs another one fails, and says the same. */
  @Test
  void map_loaderAnswersForSome_taskSaysWhich() throws Exception {
    MemoryLoader loader =
        new MemoryLoader(files) {
          @Override
          public @Nullable InputStream getResourceAsStream(String name) {
            return name.equals("app/Helper.class") ? null : super.getResourceAsStream(name);
          }
        };
    Fn<Integer, Integer> times = loader.function("app.Functions", "times");
    assertThatThrownBy(() -> pool().map(List.of(1), times))
        .hasRootCauseInstanceOf(ClassNotFoundException.class)
        .rootCause()
        .hasMessageContainingAll("the class loader of app.Helper does not answer", "[T029]");
  }

  /** What only its parent gives is not sent instead. */
  @Test
  void map_loaderAnswersWithItsParentsClass_isRefusedAtTheCall() throws Exception {
    Map<String, byte[]> newer =
        MemoryLoader.compile(
            """
            package dev.tutti.process;
            public class OnBothPaths {
              public static String from() { return "newer"; }
              public static dev.tutti.task.Fn<Integer, String> function() { return n -> from(); }
            }
            """);
    MemoryLoader leavesFilesToItsParent =
        new MemoryLoader(newer) {
          @Override
          public @Nullable InputStream getResourceAsStream(String name) {
            return MemoryLoader.class.getClassLoader().getResourceAsStream(name);
          }
        };
    Fn<Integer, String> function =
        leavesFilesToItsParent.function(OnBothPaths.class.getName(), "function");
    assertThatThrownBy(() -> pool().map(List.of(1), function))
        .isInstanceOf(NotSendableException.class)
        .hasMessageContainingAll("OnBothPaths does not answer", "[T029]");
  }

  private static final class Mute extends MemoryLoader {
    Mute(Map<String, byte[]> files) {
      super(files);
    }

    @Override
    public @Nullable InputStream getResourceAsStream(String name) {
      return null;
    }
  }

  /** A hidden class, and a lambda in one, are refused at the call. */
  @Test
  void map_hiddenClass_isRefusedAtTheCall() throws Exception {
    byte[] lone = files.get("dev/tutti/process/Lone.class");
    Class<?> hidden = MethodHandles.lookup().defineHiddenClass(lone, true).lookupClass();
    @SuppressWarnings("unchecked")
    Fn<Integer, Integer> function =
        (Fn<Integer, Integer>) hidden.getDeclaredConstructor().newInstance();
    assertThatThrownBy(() -> pool().map(List.of(1), function))
        .isInstanceOf(NotSendableException.class)
        .hasMessageContainingAll("Lone", "is a hidden class", "Pool.threads()", "[T029]");
    @SuppressWarnings("unchecked")
    Fn<Integer, Integer> lambda =
        (Fn<Integer, Integer>) hidden.getMethod("lambda").invoke(function);
    assertThatThrownBy(() -> pool().map(List.of(1), lambda))
        .isInstanceOf(NotSendableException.class);
  }
}
