package dev.tutti.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.Pool;
import dev.tutti.task.Fn;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.JavaFileObject.Kind;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * Has classes that exist in memory only, and prefers them to those of its parent. It answers for
 * streams and for nothing else.
 */
class MemoryLoader extends ClassLoader {
  private final Map<String, byte[]> files;
  private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();

  MemoryLoader(Map<String, byte[]> files) {
    this(files, MemoryLoader.class.getClassLoader());
  }

  MemoryLoader(Map<String, byte[]> files, ClassLoader parent) {
    super(parent);
    this.files = files;
  }

  /** {@return how often a file was asked for} */
  int asked(String file) {
    AtomicInteger count = asked.get(file);
    return count == null ? 0 : count.get();
  }

  /** {@return what a static method of one of the classes makes} */
  @SuppressWarnings("unchecked")
  <A, R> Fn<A, R> function(String type, String method) throws ReflectiveOperationException {
    return (Fn<A, R>) loadClass(type).getMethod(method).invoke(null);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      Class<?> type = findLoadedClass(name);
      if (type != null) {
        return type;
      }
      byte[] bytes = files.get(name.replace('.', '/') + ".class");
      return bytes == null
          ? super.loadClass(name, resolve)
          : defineClass(name, bytes, 0, bytes.length);
    }
  }

  @Override
  public @Nullable InputStream getResourceAsStream(String name) {
    asked.computeIfAbsent(name, _ -> new AtomicInteger()).incrementAndGet();
    byte[] bytes = files.get(name);
    return bytes == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(bytes);
  }

  // ---------------------------------------------------------------- compiling

  /**
   * {@return class files by their names}
   *
   * @param sources each the text of one file
   */
  static Map<String, byte[]> compile(String... sources) {
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    Outputs outputs = new Outputs(javac.getStandardFileManager(null, null, UTF_8));
    StringWriter said = new StringWriter();
    List<JavaFileObject> units = new ArrayList<>();
    for (String source : sources) {
      units.add(new Source(units.size(), source));
    }
    boolean compiled =
        javac.getTask(said, outputs, null, List.of("-cp", classPath()), null, units).call();
    assertThat(compiled).as(said.toString()).isTrue();
    Map<String, byte[]> files = new HashMap<>();
    outputs.made.forEach((name, bytes) -> files.put(name, bytes.toByteArray()));
    return files;
  }

  /** {@return what has Tutti's classes, and those of the tests} */
  static String classPath() {
    try {
      List<String> all = new ArrayList<>();
      for (Class<?> type :
          List.of(
              Pool.class,
              ProcessOptions.class,
              dev.tutti.memory.segment.Segment.class,
              MemoryLoader.class)) {
        URI place = type.getProtectionDomain().getCodeSource().getLocation().toURI();
        all.add(Path.of(place).toString());
      }
      return String.join(File.pathSeparator, all);
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(int number, String text) {
      super(URI.create("memory:///Source" + number + Kind.SOURCE.extension), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public boolean isNameCompatible(String simpleName, Kind kind) {
      return kind == Kind.SOURCE;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private static final class Outputs extends ForwardingJavaFileManager<StandardJavaFileManager> {
    final Map<String, ByteArrayOutputStream> made = new HashMap<>();

    Outputs(StandardJavaFileManager files) {
      super(files);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String className, Kind kind, @Nullable FileObject sibling) {
      String name = className.replace('.', '/') + kind.extension;
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      made.put(name, bytes);
      return new SimpleJavaFileObject(URI.create("memory:///" + name), kind) {
        @Override
        public OutputStream openOutputStream() {
          return bytes;
        }
      };
    }
  }
}
