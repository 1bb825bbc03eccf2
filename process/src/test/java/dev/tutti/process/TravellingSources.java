package dev.tutti.process;

import java.util.Map;

/** What {@link TravellingClassesTest} compiles in memory. */
final class TravellingSources {
  private static final String FUNCTIONS =
"""
      package app;

      import dev.tutti.Pool;
      import dev.tutti.process.ProcessOptions;
      import dev.tutti.task.*;
      import java.io.Serializable;
      import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
      import java.nio.file.Path;
      import java.util.ArrayList;
      import java.util.List;
      import java.util.ServiceLoader;
      import java.util.concurrent.locks.LockSupport;

      public class Functions {
        public record Point(int x, int y) implements Serializable {
          public int sum() { return x + y; }
        }

        public static class Stumble extends Exception {
          private static final long serialVersionUID = 1L;
          Stumble(String text) { super(text); }
        }

        public static Fn<Integer, Integer> times() { return n -> Helper.times(n); }
        public static Fn<Integer, Integer> reference() { return Helper::times; }
        public static Fn<Integer, Object> point() { return n -> new Point(n, 2 * n); }
        public static Fn<Object, Object> swap() {
          return p -> new Point(((Point) p).y(), ((Point) p).x());
        }
        public static Fn<Integer, Integer> stumble() {
          return n -> { throw new Stumble("over " + n); };
        }
        public static Fn<Integer, Integer> count() { return n -> ++Helper.calls; }
        public static Fn<Integer, Integer> nested() {
          return n -> {
            try (Pool inner = Pool.processes(1)) {
              return inner.map(List.of(n), m -> Helper.times(m + n)).getFirst();
            }
          };
        }
        public static List<Integer> withTuttiOf(List<Path> classPath) {
          try (Pool own = Pool.open(ProcessOptions.DEFAULTS.withWorkers(1).withClassPath(classPath))) {
            return own.map(List.of(4, 5), n -> Helper.times(n));
          }
        }
        public static Fn<Integer, String> both() { return n -> dev.tutti.process.OnBothPaths.from(); }
        public static Fn<Integer, Integer> large() {
          return n -> {
            try (var in = Functions.class.getResourceAsStream("large.bin")) {
              return in.readAllBytes().length;
            }
          };
        }

        public static Fn<Integer, String> text() {
          return n -> {
            try (var in = Functions.class.getResourceAsStream("text.txt")) {
              return new String(in.readAllBytes());
            }
          };
        }
        public static Fn<String, Boolean> isThere() {
          return n -> Functions.class.getClassLoader().getResource(n) != null;
        }
        public static Fn<String, String> named() {
          return n -> Class.forName(n).getDeclaredConstructor().newInstance().toString();
        }
        public static Fn<Integer, List<String>> services() {
          return n -> {
            List<String> found = new ArrayList<>();
            for (CharSequence each : ServiceLoader.load(CharSequence.class)) {
              found.add(each.toString());
            }
            return found;
          };
        }
        public static Fn<Integer, Boolean> context() {
          return n -> Thread.currentThread().getContextClassLoader()
              == Functions.class.getClassLoader();
        }
        public static Fn<Integer, Boolean> interrupted() {
          return n -> {
            Thread.currentThread().interrupt();
            Class.forName("app.Alone");
            return Thread.interrupted();
          };
        }
        public static Task<Integer> task() { return () -> Helper.times(21); }
        public static Task<String> later(String go) {
          return () -> {
            new Thread(() -> {
              try {
                while (!Files.exists(Path.of(go))) {
                  LockSupport.parkNanos(1_000_000);
                }
                Class<?> alone = Class.forName("app.Alone");
                Files.writeString(Path.of(go + ".done"), alone.getName());
              } catch (Exception e) {
                e.printStackTrace();
              }
            }).start();
            return "first";
          };
        }
        public static Action first() {
          return () -> {
            boolean isOurs = Thread.currentThread().getContextClassLoader()
                == Functions.class.getClassLoader();
            Helper.calls = isOurs ? 40 : 1_000;
          };
        }
      }
""";

  private static final String HELPER =
      """
      package app;

      public class Helper {
        static int calls;
        static int times(int n) { return FACTOR * n; }
      }
      """;

  private static final String NAMED =
      """
      package app;

      public class Named implements CharSequence {
        public int length() { return 5; }
        public char charAt(int index) { return 'n'; }
        public CharSequence subSequence(int begin, int end) { return this; }
        @Override public String toString() { return "named"; }
      }
      """;

  /** Nothing names it but texts. */
  private static final String ALONE =
      """
      package app;

      public class Alone {
        @Override public String toString() { return "alone"; }
      }
      """;

  private static final String BOTH =
      """
      package dev.tutti.process;

      public class OnBothPaths {
        public static String from() { return "memory"; }
      }
      """;

  private static final String LONE =
      """
      package dev.tutti.process;

      public class Lone implements dev.tutti.task.Fn<Integer, Integer> {
        public Integer apply(Integer n) { return n; }
        public dev.tutti.task.Fn<Integer, Integer> lambda() { return n -> n + 1; }
      }
      """;

  private TravellingSources() {}

  /**
   * {@return class files by their names}
   *
   * @param factor by which the functions multiply
   */
  static Map<String, byte[]> compiled(int factor) {
    String helper = HELPER.replace("FACTOR", Integer.toString(factor));
    return MemoryLoader.compile(FUNCTIONS, helper, NAMED, ALONE, BOTH, LONE);
  }
}
