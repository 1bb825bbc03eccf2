package dev.tutti.process.launch;

import java.io.File;
import java.lang.module.ResolvedModule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where a worker finds its classes: where its pool's JVM does, and what its pool says besides. */
final class WorkerClasses {
  /** Flags with any of this in them may bring classes that this JVM does not see. */
  private static final List<String> ABOUT_CLASSES =
      List.of("path", "-cp", "-p", "module", "agent", "@", "Flags=", "VMOptionsFile=", "loader");

  private static final Pattern PLAIN_PATH = Pattern.compile("[\\w/.+ -]+");

  /** Its loggers are its own, and only those that ask by the class path get them. */
  private static final String LOG_MANAGER = "-Djava.util.logging.manager=";

  private WorkerClasses() {}

  /** {@return those of the arguments that say where a worker finds its classes} */
  static List<String> flags(LaunchPlan plan) {
    boolean modular = WorkerClasses.class.getModule().isNamed();
    List<String> args = new ArrayList<>();
    String modulePath = System.getProperty("jdk.module.path", "");
    if (!modulePath.isEmpty()) {
      args.addAll(List.of("--module-path", String.join(File.pathSeparator, absolute(modulePath))));
      String roots = modular ? rootModules() : System.getProperty("jdk.module.main", "");
      if (!roots.isEmpty()) {
        args.addAll(List.of("--add-modules", roots));
      }
    }
    List<String> classPath = classPath(plan);
    if (bootWithTutti(plan)) {
      args.add(OwnJars.here().bootFlag());
      args.add(OwnJars.here().propertyFlag());
      classPath = OwnJars.here().withJarsLast(classPath);
    }
    if (!classPath.isEmpty()) {
      args.addAll(List.of(WorkerCommand.CLASS_PATH, String.join(File.pathSeparator, classPath)));
    }
    return List.copyOf(args);
  }

  static List<String> classPath(LaunchPlan plan) {
    List<String> classPath = new ArrayList<>();
    String own = System.getProperty("java.class.path", "");
    if (!own.isEmpty()) {
      classPath.addAll(absolute(own));
    }
    plan.classPath().forEach(entry -> classPath.add(entry.toAbsolutePath().toString()));
    return classPath;
  }

  /** A worker may be started in another directory, where a relative path means something else. */
  private static List<String> absolute(String path) {
    return Arrays.stream(path.split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .toList();
  }

  /**
   * All modules of this JVM that are not the JDK's own: what one of them needs, the worker needs.
   */
  private static String rootModules() {
    return ModuleLayer.boot().configuration().modules().stream()
        .filter(module ->
            module.reference().location().map(uri -> !"jrt".equals(uri.getScheme())).orElse(false))
        .map(ResolvedModule::name)
        .sorted()
        .collect(Collectors.joining(","));
  }

  /**
   * {@return whether workers find Tutti's own classes by their boot class path} Not where a flag
   * brings what may reach for them by a class loader, or classes of theirs that were made for the
   * class path.
   */
  static boolean bootWithTutti(LaunchPlan plan) {
    return OwnJars.here().haveNothingElse()
        && Collections.disjoint(plan.environment().keySet(), WorkerProcess.FLAG_VARIABLES)
        && Stream.of(WorkerCommand.inherited(), plan.jvmFlags())
            .flatMap(List::stream)
            .noneMatch(flag -> flag.startsWith(LOG_MANAGER) || CacheKey.isExclusive(flag));
  }

  /**
   * {@return the class path of a worker that sees Tutti alone} With an empty one the JDK looks into
   * the directory, for services and resources too; the JVM does not.
   */
  static List<String> ofTuttiAlone(LaunchPlan plan) {
    return bootWithTutti(plan) ? List.of() : OwnJars.here().withJarsFirst(List.of());
  }

  /**
   * {@return the jars with which the class path of a worker with a start cache begins; none if they
   * are Tutti's alone}
   */
  static List<String> leadingJars(LaunchPlan plan) {
    OwnJars own = OwnJars.here();
    List<String> all = classPath(plan);
    List<String> jars =
        (bootWithTutti(plan) ? own.withJarsLast(all) : own.withJarsFirst(all))
            .stream().takeWhile(WorkerClasses::canBeInCache).toList();
    boolean anyElse =
        !own.haveNothingElse() || jars.stream().anyMatch(jar -> !own.all().contains(Path.of(jar)));
    return anyElse ? jars : List.of();
  }

  /** A class of a start cache has another code source than one of the jar if that is not plain. */
  private static boolean canBeInCache(String entry) {
    return entry.endsWith(".jar")
        && PLAIN_PATH.matcher(entry).matches()
        && Files.isRegularFile(Path.of(entry));
  }

  /** {@return whether what a worker finds on its class path this JVM finds, too} */
  static boolean areSameAsHere(LaunchPlan plan) {
    return plan.java().isEmpty()
        && plan.classPath().isEmpty()
        && Collections.disjoint(plan.environment().keySet(), WorkerProcess.FLAG_VARIABLES)
        && plan.jvmFlags().stream()
            .noneMatch(flag -> ABOUT_CLASSES.stream().anyMatch(flag::contains));
  }
}
