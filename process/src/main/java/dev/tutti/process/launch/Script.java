package dev.tutti.process.launch;

import java.util.List;

/**
 * What a rehearsal for a start cache is to be like.
 *
 * @param flags what the worker's JVM is to be started with
 * @param classPath where it finds classes, besides its boot class path
 * @param classes the names of those that it is to load
 */
public record Script(List<String> flags, List<String> classPath, List<String> classes) {
  /** Copies the lists. */
  public Script {
    flags = List.copyOf(flags);
    classPath = List.copyOf(classPath);
    classes = List.copyOf(classes);
  }
}
