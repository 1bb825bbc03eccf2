package dev.tutti.origin;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Answers what one other process asks about the class loaders of this one.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread. {@link #answer} runs code of
 * the loaders.
 */
public final class ClassServer {
  /*
   * What a class means by a name is for its own loader to say, so the loader is asked, and the class that it gives tells
   * who has it. That way each kind of delegation is the same in the other process, and classes of one name stay apart.
   *
   * A class that is asked for brings those along that its code names, which saves the other process a question each (Along).
   * `given` has each loader that was asked about, with the names of which the other process has the bytes; it is guarded by `lock`. A loader is
   * entered before it is looked for, and told as gone after it is: so either the answer says that there is none, or its end is told later.
   */
  private final Consumer<long[]> gone;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Long, Set<String>> given = new HashMap<>();

  /**
   * Makes one for a process that knows nothing yet.
   *
   * @param gone is told the numbers of loaders that are no more, of those about which was asked.
   *     From any thread; it must not wait
   */
  public ClassServer(Consumer<long[]> gone) {
    this.gone = gone;
  }

  /**
   * {@return the answer to a question}
   *
   * @param bytes the question; read to its end
   */
  public ByteBuffer answer(ByteBuffer bytes) {
    List<Found> all;
    try {
      all = answer(Question.of(bytes));
    } catch (IllegalArgumentException noQuestion) {
      all = List.of();
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DataOutputStream data = new DataOutputStream(out)) {
      data.writeInt(all.size());
      for (Found each : all) {
        each.writeTo(data);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot be written", e);
    }
    return ByteBuffer.wrap(out.toByteArray());
  }

  /** {@return the answer to what cannot be answered: no findings, not even that there are none} */
  public static ByteBuffer nothing() {
    return ByteBuffer.allocate(Integer.BYTES);
  }

  private List<Found> answer(Question question) {
    enter(question.id());
    ClassLoader loader = Origins.known(question.id());
    if (loader == null) {
      forget(question.id());
      return List.of(Found.noLoader(question.name()));
    }
    return switch (question.kind()) {
      case CLASS -> withCompany(question, loader);
      case CLASS_ALONE -> List.of(find(question.id(), question.name(), loader));
      case RESOURCE -> resources(question.name(), loader, List.of());
      case RESOURCES -> resources(question.name(), loader, urls(question.name(), loader));
    };
  }

  // ---------------------------------------------------------------- classes

  private List<Found> withCompany(Question question, ClassLoader loader) {
    long id = question.id();
    Found first = find(id, question.name(), loader);
    List<Found> all = new ArrayList<>(List.of(first));
    if (first.kind() == Found.Kind.BYTES) {
      isNew(id, question.name());
      Along along = new Along(first);
      for (String name = along.next(); name != null; name = along.next()) {
        if (isNew(id, name)) {
          Found found = find(id, name, loader);
          if (found.kind() == Found.Kind.BYTES) {
            all.add(found);
            along.took(found);
          }
        }
      }
    }
    return all;
  }

  private void enter(long id) {
    Origins.follow(this);
    lock.lock();
    try {
      given.putIfAbsent(id, new HashSet<>());
    } finally {
      lock.unlock();
    }
  }

  private void forget(long id) {
    lock.lock();
    try {
      given.remove(id);
    } finally {
      lock.unlock();
    }
  }

  private boolean isNew(long id, String name) {
    lock.lock();
    try {
      Set<String> names = given.get(id);
      return names != null && names.add(name);
    } finally {
      lock.unlock();
    }
  }

  private static Found find(long id, String name, ClassLoader loader) {
    try {
      Class<?> type = loader.loadClass(name);
      if (!Everywhere.lacks(type)) {
        return Found.everywhere(name);
      }
      long home = type.getClassLoader() == loader ? id : Origins.idOf(type);
      if (home != id) {
        return Found.ofAnother(name, home);
      }
      byte[] bytes = ClassBytes.of(type);
      if (bytes != null) {
        Origins.gave(id, name, bytes);
      }
      return bytes != null
          ? Found.bytes(name, bytes)
          : Found.none(name, Origins.withoutBytes(type) + " [T029]");
    } catch (ClassNotFoundException e) {
      return Found.none(name, name);
    } catch (Throwable e) { // whatever the code of a loader throws
      return Found.none(name, "%s: its class loader failed: %s".formatted(name, e.getClass()));
    }
  }

  // ---------------------------------------------------------------- resources

  private static List<URL> urls(String name, ClassLoader loader) {
    try {
      return Collections.list(loader.getResources(name));
    } catch (IOException | RuntimeException e) { // whatever the code of a loader throws
      return List.of();
    }
  }

  /** Some loaders answer for a stream and for nothing else. */
  private static List<Found> resources(String name, ClassLoader loader, List<URL> urls) {
    List<Found> all = new ArrayList<>();
    try {
      for (URL url : urls) {
        add(name, ClassBytes.open(url), all);
      }
      if (all.isEmpty()) {
        add(name, loader.getResourceAsStream(name), all);
      }
      return all;
    } catch (IOException | RuntimeException e) { // as above
      return all;
    }
  }

  private static void add(String name, @Nullable InputStream from, List<Found> all)
      throws IOException {
    try (from) {
      if (from != null) {
        all.add(Found.bytes(name, from.readAllBytes()));
      }
    }
  }

  // ---------------------------------------------------------------- the end of loaders

  /** Some loaders may be gone. What cannot be told now is told the next time. */
  void tellGone() {
    List<Long> numbers;
    lock.lock();
    try {
      numbers = given.keySet().stream().filter(id -> Origins.known(id) == null).toList();
    } finally {
      lock.unlock();
    }
    if (numbers.isEmpty()) {
      return;
    }
    gone.accept(numbers.stream().mapToLong(Long::longValue).toArray());
    lock.lock();
    try {
      numbers.forEach(given::remove); // nobody is given one of them again
    } finally {
      lock.unlock();
    }
  }
}
