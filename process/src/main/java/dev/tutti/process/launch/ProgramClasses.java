package dev.tutti.process.launch;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The classes of a program for its start cache, and whether it is to have one: when it is run
 * again, and its cache has not failed some times.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
final class ProgramClasses {
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /*
   * Its mark has the name of what is known without opening a jar. What manifests name is looked for when a cache is made, and
   * stands in the mark; the cache has the name of all of it. A manifest changes with its jar, and with that the name.
   */
  private final Marks marks;
  private final CacheKey shared;
  private final List<String> jars;
  private final String mark;
  private final boolean again;
  private final AtomicBoolean noted = new AtomicBoolean();
  private final SeenClasses seen = new SeenClasses();
  private final long lookedNanos = System.nanoTime();
  private final AtomicBoolean unused = new AtomicBoolean(true); // that look, by the first worker
  private volatile Content content;

  /**
   * What belongs to the program, as far as is known.
   *
   * @param named what manifests name
   * @param cache the name of the cache with all of it
   * @param opener the resource that is found once a worker has opened the jars of the cache
   */
  private record Content(List<String> named, String cache, String opener) {}

  /**
   * Those of a program.
   *
   * @param folder where its cache is
   * @param shared the key of the cache that it shares with other programs
   * @param jars with which its class path begins
   * @param own the same with these jars, as they are now
   * @throws IOException if it cannot be told which jars these are
   */
  ProgramClasses(CacheFolder folder, CacheKey shared, List<String> jars, CacheKey own)
      throws IOException {
    this.marks = new Marks(folder);
    this.shared = shared;
    this.jars = List.copyOf(jars);
    this.mark = own.name();
    this.again = marks.wasRun(mark);
    this.content = contentWith(marks.namedJars(mark), own, marks.opener(mark));
  }

  private static Content contentWith(List<String> named, CacheKey own, String opener)
      throws IOException {
    return new Content(List.copyOf(named), nameOf(own, named), opener);
  }

  private static String nameOf(CacheKey own, List<String> named) throws IOException {
    try {
      return named.isEmpty() ? own.name() : own.with(named).name();
    } catch (InvalidPathException damagedMark) {
      throw new IOException(damagedMark);
    }
  }

  /** {@return the name of its cache, as far as is known which jars belong to it} */
  String cache() {
    return content.cache();
  }

  /** {@return whether they are to be in a cache} */
  boolean areWanted() {
    return again && marks.wasRun(mark);
  }

  /** The program is run. This is noted once. */
  void ran() {
    if (noted.compareAndSet(false, true)) {
      marks.ran(mark);
    }
  }

  /** The cache could not be used, or it is to be made, which may fail in any way. */
  void failed() {
    marks.failed(mark);
  }

  /** The cache was made: the last failure was none. */
  void succeeded() {
    marks.succeeded(mark);
  }

  /**
   * Looks for what manifests name.
   *
   * @return the class path of a rehearsal: the first jars, until one of which nobody can tell what
   *     belongs to it
   * @throws IOException if none is left
   */
  List<String> classPath() throws IOException {
    List<String> path = new ArrayList<>();
    List<String> more = new ArrayList<>();
    List<String> searched = new ArrayList<>();
    try {
      for (String jar : jars) {
        Collection<String> named = NamedJars.of(Path.of(jar));
        path.add(jar);
        more.addAll(named);
        searched.add(jar);
        searched.addAll(named);
      }
    } catch (IOException e) {
      if (path.isEmpty()) {
        throw e;
      }
      LOG.log(Level.DEBUG, "no class of this jar is in a start cache: {0}", e);
    }
    String last = seen.lastOn(searched);
    String opener = last == null ? "" : last.replace('.', '/') + ".class";
    if (!more.equals(content.named()) || !opener.equals(content.opener())) {
      content = contentWith(more, shared.with(jars), opener);
      marks.name(mark, more, opener);
    }
    return path;
  }

  /**
   * {@return the resource for which a worker with the cache is to look: once it has found that, it
   * has opened the jars, and keeps them as they are now; empty for none}
   */
  String opener() {
    return content.opener();
  }

  /**
   * {@return whether a worker that starts now finds in the jars what a cache was made of} The first
   * one takes the word of who has just looked: for some hundred jars that takes milliseconds.
   *
   * @param name the name of that cache
   */
  boolean isCurrent(String name) {
    boolean fresh =
        unused.compareAndSet(true, false) && System.nanoTime() - lookedNanos < FRESH_NANOS;
    return fresh ? content.cache().equals(name) : isUnchanged(name);
  }

  /**
   * {@return whether the jars are still what a cache was made of}
   *
   * @param name the name of that
   */
  boolean isUnchanged(String name) {
    try {
      CacheKey own = shared.with(jars);
      return own.name().equals(mark) && nameOf(own, content.named()).equals(name);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "cannot look at the jars of a start cache: {0}", e);
      return false;
    }
  }

  /** {@return the flags with which the next worker logs them; none if enough have done so} */
  List<String> flagsOfNextWorker(Path poolFolder) {
    return seen.flagsOfNextWorker(poolFolder);
  }

  /** Takes in what the workers of a pool have logged so far. */
  void learn(Path poolFolder) {
    seen.readFrom(poolFolder);
  }

  /**
   * {@return whether there are any, and the last look found no more}
   *
   * @param atLast whether it is enough that there are any
   */
  boolean areKnown(boolean atLast) {
    return atLast ? seen.count() > 0 : seen.areAll();
  }

  /** {@return their names, in the order in which they were first loaded} */
  List<String> names() {
    return seen.names();
  }
}
