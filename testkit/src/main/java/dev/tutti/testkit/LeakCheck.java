package dev.tutti.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test that leaves something behind: a thread named {@code tutti-*}, a child process, or a
 * file of ours in {@code /dev/shm} or in the folder for temporary files.
 *
 * <p>What was there before the test is not looked at. What is just ending is waited for; threads
 * that stay for a moment when they have nothing to do, the timer and the keepers of pools, are
 * waited for after the last test of the class. The doorbell of a process, with its thread and its
 * folder, stays until the process ends.
 *
 * <p><b>Thread safety.</b> For tests that run one after another in one JVM.
 *
 * @since 0.1
 */
public final class LeakCheck
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
  private static final ExtensionContext.Namespace OURS =
      ExtensionContext.Namespace.create(LeakCheck.class);
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");
  private static final String PREFIX = "tutti";
  private static final String BELL = "-bell";
  private static final Pattern LINGERING = Pattern.compile("thread tutti-(timer|.*-keeper)#.*");

  /** For JUnit. */
  public LeakCheck() {}

  @Override
  public void beforeAll(ExtensionContext context) {
    remember(context);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    remember(context);
  }

  private static void remember(ExtensionContext context) {
    context.getStore(OURS).put(Set.class, found());
  }

  @Override
  public void afterEach(ExtensionContext context) throws InterruptedException {
    awaitNothing(context, LINGERING.asMatchPredicate().negate());
  }

  @Override
  public void afterAll(ExtensionContext context) throws InterruptedException {
    awaitNothing(context, _ -> true);
  }

  private static void awaitNothing(ExtensionContext context, Predicate<String> counts)
      throws InterruptedException {
    Set<?> before = context.getStore(OURS).getOrDefault(Set.class, Set.class, Set.of());
    Await.until(
        () -> "nothing is left behind: " + leftOver(before),
        () -> leftOver(before).stream().noneMatch(counts));
  }

  private static Set<String> leftOver(Set<?> before) {
    Set<String> now = found();
    now.removeAll(before);
    return now;
  }

  private static Set<String> found() {
    Set<String> found = new LinkedHashSet<>();
    Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(PREFIX + "-"))
        .filter(thread -> !thread.getName().equals(PREFIX + BELL))
        .forEach(thread -> found.add("thread " + thread.getName() + "#" + thread.threadId()));
    ProcessHandle.current()
        .children()
        .forEach(child -> found.add("process " + child.pid() + " " + child.info().commandLine()));
    found.addAll(files(SHARED_MEMORY));
    found.addAll(files(Path.of(System.getProperty("java.io.tmpdir"))));
    return found;
  }

  /** Files carry the process id of their owner; those of other JVMs are not ours. */
  private static boolean isOurs(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith(PREFIX + "-" + ProcessHandle.current().pid() + "-")
        && !name.contains(BELL + "-");
  }

  private static Set<String> files(Path folder) {
    if (!Files.isDirectory(folder)) {
      return Set.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(LeakCheck::isOurs)
          .map(file -> "file " + file)
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
