package dev.tutti.testkit;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Fails a test that does not come to its end, and writes what all threads of this JVM and of its
 * child JVMs do, virtual threads too, to standard error.
 *
 * <p>The test's thread is interrupted after that. A test that goes on nevertheless holds up the
 * run, but the dump is there.
 *
 * @since 0.1
 */
public final class Watchdog implements InvocationInterceptor {
  private static final Duration LIMIT =
      Duration.ofSeconds(Integer.getInteger("tutti.test.limit", 60));
  private static final long DUMP_SECONDS = 10;

  /** For JUnit. */
  public Watchdog() {}

  @Override
  public void interceptTestMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    guard(invocation, context);
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    guard(invocation, context);
  }

  private static void guard(Invocation<@Nullable Void> invocation, ExtensionContext context)
      throws Throwable {
    CountDownLatch over = new CountDownLatch(1);
    AtomicReference<@Nullable String> verdict = new AtomicReference<>();
    Thread test = Thread.currentThread();
    Thread watcher =
        Thread.ofPlatform()
            .daemon()
            .name("watchdog")
            .start(() -> watch(over, verdict, test, context.getDisplayName()));
    try {
      invocation.proceed();
    } catch (Throwable e) {
      if (verdict.get() != null) {
        e.addSuppressed(new AssertionError(verdict.get()));
      }
      throw e;
    } finally {
      over.countDown();
      boolean interrupted = Thread.interrupted(); // a flag that a test leaves is not the next one's
      watcher.join();
      interrupted |= Thread.interrupted();
      if (interrupted && verdict.get() == null) {
        System.err.println("test left its interrupt flag set: " + context.getDisplayName());
      }
    }
    if (verdict.get() != null) {
      throw new AssertionError(verdict.get());
    }
  }

  private static void watch(
      CountDownLatch over, AtomicReference<@Nullable String> verdict, Thread test, String name) {
    try {
      if (over.await(LIMIT.toNanos(), TimeUnit.NANOSECONDS)) {
        return;
      }
      verdict.set("test is wedged: test=%s limit=%s; the dump is above".formatted(name, LIMIT));
      System.err.println("test is wedged: " + name);
      ProcessHandle self = ProcessHandle.current();
      dump(self);
      self.descendants().forEach(Watchdog::dump);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (verdict.get() != null) {
        test.interrupt();
      }
    }
  }

  private static void dump(ProcessHandle process) {
    try {
      Path file = Files.createTempFile("threads", ".txt");
      try {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
        command.add(Long.toString(process.pid()));
        command.addAll(List.of("Thread.dump_to_file", "-overwrite", file.toString()));
        Process jcmd =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!jcmd.waitFor(DUMP_SECONDS, TimeUnit.SECONDS)) {
          jcmd.destroyForcibly();
        }
        System.err.println("--- threads of " + process.pid() + " " + process.info().commandLine());
        System.err.println(Files.readString(file));
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      System.err.println("no dump of " + process.pid() + ": " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
