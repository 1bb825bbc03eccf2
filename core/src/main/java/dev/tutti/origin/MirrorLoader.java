package dev.tutti.origin;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Stands for a class loader of the process that started this one: finds what that finds, with the
 * same classes apart and the same ones shared.
 */
final class MirrorLoader extends ClassLoader {
  /*
   * Each name is asked for once: the JVM keeps what this loader was found to give. `ahead` has what came with another class and
   * was not needed yet.
   *
   * A thread waits for its answer with the lock of the name held, as in every loader. Whoever brings answers loads no class by this.
   */
  static {
    registerAsParallelCapable();
  }

  private static final String OF_JAVA = "java.";

  /** In characters: no file has such a name, and a question holds three times as many bytes. */
  private static final int LONGEST_NAME = 40_000;

  private final long id;
  private final Map<String, Found> ahead = new ConcurrentHashMap<>();

  MirrorLoader(long id) {
    super(ClassLoader.getSystemClassLoader());
    this.id = id;
  }

  long id() {
    return id;
  }

  // ---------------------------------------------------------------- classes

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (name.startsWith(OF_JAVA)) {
      return ClassLoader.getPlatformClassLoader().loadClass(name);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> type = findLoadedClass(name);
      return type != null ? type : take(name);
    }
  }

  private Class<?> take(String name) throws ClassNotFoundException {
    Found found = ahead.remove(name);
    if (found == null) {
      found = ask(Question.Kind.CLASS, name);
    }
    return switch (found.kind()) {
      case BYTES -> defineClass(name, found.bytes(), 0, found.bytes().length);
      case OF_ANOTHER -> Origins.loader(found.id(), getParent()).loadClass(name);
      case EVERYWHERE -> getParent().loadClass(name);
      case NO_LOADER -> {
        Origins.forget(id); // nobody tells it later
        yield getParent().loadClass(name);
      }
      case NONE -> throw new ClassNotFoundException(found.text());
    };
  }

  private Found ask(Question.Kind kind, String name) throws ClassNotFoundException {
    try {
      List<Found> all = askAll(kind, name);
      for (Found each : all.subList(Math.min(1, all.size()), all.size())) {
        ahead.put(each.name(), each);
      }
      return all.isEmpty()
          ? Found.none(name, name + ": its class loader gave no answer")
          : all.getFirst();
    } catch (IOException e) {
      throw new ClassNotFoundException("%s: %s".formatted(name, e.getMessage()), e);
    }
  }

  private List<Found> askAll(Question.Kind kind, String name) throws IOException {
    if (name.length() > LONGEST_NAME) {
      throw new IOException("name is too long: characters=" + name.length());
    }
    ClassSource source = requireNonNull(ClassSource.parent(), "parent");
    ByteBuffer answer = source.ask(new Question(kind, id, name).toBytes());
    byte[] bytes = new byte[answer.remaining()];
    answer.get(bytes);
    List<Found> all = new ArrayList<>();
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      for (int left = in.readInt(); left > 0; left--) {
        all.add(Found.readFrom(in));
      }
    }
    return all;
  }

  /** {@return the class file of a class that this loader has defined; null if it is gone} */
  byte @Nullable [] bytesOf(String name) {
    try {
      Found found = ask(Question.Kind.CLASS_ALONE, name);
      return found.kind() == Found.Kind.BYTES ? found.bytes() : null;
    } catch (ClassNotFoundException e) {
      return null;
    }
  }

  // ---------------------------------------------------------------- resources

  @Override
  public @Nullable URL getResource(String name) {
    List<URL> found = resources(Question.Kind.RESOURCE, name);
    return found.isEmpty() ? null : found.getFirst();
  }

  @Override
  public Enumeration<URL> getResources(String name) {
    return Collections.enumeration(resources(Question.Kind.RESOURCES, name));
  }

  private List<URL> resources(Question.Kind kind, String name) {
    List<URL> urls = new ArrayList<>();
    try {
      for (Found each : askAll(kind, name)) {
        if (each.kind() == Found.Kind.BYTES) {
          urls.add(url(name, each.bytes(), urls.size()));
        }
      }
    } catch (IOException | URISyntaxException unreachable) {
      return urls; // as every loader does
    }
    return urls;
  }

  private URL url(String name, byte[] content, int number) throws IOException, URISyntaxException {
    String host = "loader-" + Long.toHexString(id) + "-" + number;
    return URL.of(new URI("tutti", host, "/" + name, null), new InMemory(content));
  }

  /** The content of a resource has come with the answer. */
  private static final class InMemory extends URLStreamHandler {
    private final byte[] content;

    InMemory(byte[] content) {
      this.content = content;
    }

    @Override
    protected URLConnection openConnection(URL url) {
      return new URLConnection(url) {
        @Override
        public void connect() {
          connected = true;
        }

        @Override
        public InputStream getInputStream() {
          return new ByteArrayInputStream(content);
        }

        @Override
        public long getContentLengthLong() {
          return content.length;
        }
      };
    }
  }
}
