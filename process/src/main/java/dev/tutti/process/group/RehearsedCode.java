package dev.tutti.process.group;

import dev.tutti.task.Fn;
import dev.tutti.task.Task;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;

/** Tasks of a rehearsal by which the JDK makes, or loads, what each worker's start has it make. */
final class RehearsedCode {
  private RehearsedCode() {}

  /**
   * {@return a task for what the JDK else compiles for method handles, at each start anew} A mapped
   * buffer wants handles of three shapes ({@code jdk.internal.foreign.Utils}), for which the JDK
   * makes five classes. It keeps them by their shape alone, and a start cache keeps those that a
   * method reference wants. So here is one for each shape, to methods of a class that nobody has
   * used yet, as there. The last is one of a user's: its values are boxed.
   */
  static Task<Object> shapes() {
    return () -> {
      LongOf longOf = Shapes::longOf;
      OfLong ofLong = Shapes::ofLong;
      OfLongAnd ofLongAnd = Shapes::ofLongAnd;
      Fn<Integer, Integer> boxing = Shapes::same;
      return longOf.of(ofLongAnd.of(1, ofLong.of(boxing.apply(2))));
    };
  }

  /**
   * {@return a task that has a class read and defined, as one of the user's is}
   *
   * @param jar the one that {@link Fn} is in
   */
  static Task<Object> reading(Path jar) {
    String file = jar.toString();
    return () -> {
      try (JarReader reader = new JarReader(Path.of(file))) {
        return reader.findClass(Fn.class.getName()).getName();
      }
    };
  }

  /**
   * {@return a task that loads classes, and initialises none of them}
   *
   * @param names theirs; those that are not on the class path of the rehearsal are passed over
   */
  static Task<Object> loading(List<String> names) {
    String[] all = names.toArray(String[]::new);
    return () -> {
      for (String name : all) {
        try {
          var _ = Class.forName(name, false, ClassLoader.getSystemClassLoader());
        } catch (ClassNotFoundException | LinkageError | RuntimeException elsewhere) {
          // what a program loads in its own way, or cannot load either
        }
      }
      return all.length;
    };
  }

  private interface LongOf {
    long of(Object value);
  }

  private interface OfLong {
    Object of(long value);
  }

  private interface OfLongAnd {
    Object of(long value, Object other);
  }

  private static final class Shapes {
    static long longOf(Object value) {
      return value.hashCode();
    }

    static Object ofLong(long value) {
      return value;
    }

    static Object ofLongAnd(long value, Object other) {
      return value == 1 ? other : value;
    }

    static int same(int value) {
      return value;
    }
  }

  /** Asks nobody else for a class first. */
  private static final class JarReader extends URLClassLoader {
    JarReader(Path jar) throws IOException {
      super(new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      return super.findClass(name);
    }
  }
}
