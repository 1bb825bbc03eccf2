package dev.tutti.cli;

import dev.tutti.plan.BackendOptions;
import dev.tutti.plan.SequentialOptions;
import dev.tutti.plan.ThreadOptions;
import dev.tutti.plan.VirtualThreadOptions;
import dev.tutti.process.ProcessOptions;
import dev.tutti.process.WorkerOutput;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The backends as the user names them. */
enum BackendName {
  SEQUENTIAL,
  THREADS,
  VIRTUAL,
  PROCESSES;

  /**
   * Ctrl-C must end all within two seconds, and what ignores its interrupt is killed after this.
   */
  private static final Duration GRACE = Duration.ofMillis(500);

  private static final String ALL = "all";

  /** Reads a list such as {@code threads,processes}, or {@code all}. */
  static List<BackendName> list(String names) {
    if (names.equalsIgnoreCase(ALL)) {
      return List.of(values());
    }
    Set<BackendName> backends = new LinkedHashSet<>();
    for (String name : names.split(",", -1)) {
      backends.add(one(name));
    }
    return List.copyOf(backends);
  }

  /** Reads one name. */
  static BackendName one(String name) {
    return known(name)
        .orElseThrow(() ->
            CommandException.usage(
                "--backend is not known: backend=%s; there are %s".formatted(name, names())));
  }

  /** {@return the backend of this name, if it is one that the command takes} */
  static Optional<BackendName> known(String name) {
    return Arrays.stream(values())
        .filter(backend -> backend.toString().equalsIgnoreCase(name.strip()))
        .findFirst();
  }

  /** {@return the names of all, for a message} */
  static String names() {
    return Arrays.stream(values()).map(BackendName::toString).collect(Collectors.joining(", "));
  }

  /** The one that the property {@code tutti.backend} names, or processes. */
  static BackendName byDefault() {
    String property = System.getProperty("tutti.backend", "");
    if (property.isBlank()) {
      return PROCESSES;
    }
    return known(property)
        .orElseThrow(() ->
            CommandException.usage(
                "property tutti.backend must be one of %s here: tutti.backend=%s; or name one by --backend"
                    .formatted(names(), property)));
  }

  /** Whether its number of workers can be chosen. */
  boolean hasWorkers() {
    return this == THREADS || this == PROCESSES;
  }

  BackendOptions options(int workers, List<Path> classPath) {
    return switch (this) {
      case SEQUENTIAL -> SequentialOptions.DEFAULTS;
      case THREADS -> ThreadOptions.DEFAULTS.withWorkers(workers);
      case VIRTUAL -> VirtualThreadOptions.DEFAULTS;
      case PROCESSES ->
          ProcessOptions.DEFAULTS
              .withWorkers(workers)
              .withClassPath(classPath)
              .withGrace(GRACE)
              .withOutput(WorkerOutput.STDERR);
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
