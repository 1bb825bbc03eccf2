package dev.tutti.cli;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the method that is meant among the compiled classes. */
final class MethodFinder {
  private static final String WANTED =
      "a public static method with one parameter, of type String or Path";

  private final SourceCompiler.Compiled compiled;

  MethodFinder(SourceCompiler.Compiled compiled) {
    this.compiled = compiled;
  }

  /** The only method of the right kind, or the only one of that name. */
  SourceFunction find() {
    SourceName source = compiled.source();
    List<Method> all;
    try {
      all = candidates();
    } catch (IOException | ReflectiveOperationException | LinkageError e) {
      throw CommandException.notStarted(
          "cannot load the classes of %s: %s".formatted(source.file(), Words.of(e)));
    }
    List<Method> named =
        source.method() == null
            ? all
            : all.stream().filter(method -> method.getName().equals(source.method())).toList();
    if (named.size() == 1) {
      return new SourceFunction(named.getFirst());
    }
    throw CommandException.usage(named.isEmpty() ? none(all) : several(named));
  }

  private String none(List<Method> all) {
    SourceName source = compiled.source();
    if (source.method() == null) {
      return "no method to run in %s: it needs %s".formatted(source.file(), WANTED);
    }
    return "no method '%s' to run in %s: it needs %s; %s"
        .formatted(
            source.method(),
            source.file(),
            WANTED,
            all.isEmpty() ? "there is none of that kind" : "of that kind there are:" + listed(all));
  }

  private String several(List<Method> named) {
    SourceName source = compiled.source();
    return source.method() == null
        ? "several methods in %s could be run; name one, as in %s::%s:%s"
            .formatted(source.file(), source.file(), named.getFirst().getName(), listed(named))
        : "several methods are named '%s' in %s; give one another name:%s"
            .formatted(source.method(), source.file(), listed(named));
  }

  private static String listed(List<Method> methods) {
    return methods.stream()
        .map(method ->
            "%n  %s(%s) of class %s"
                .formatted(
                    method.getName(),
                    method.getParameterTypes()[0].getSimpleName(),
                    method.getDeclaringClass().getName()))
        .collect(Collectors.joining());
  }

  /**
   * Of the class that is named like the file; in a file without one, of all its top-level classes.
   */
  private List<Method> candidates() throws IOException, ReflectiveOperationException {
    List<String> classes = topLevelClasses();
    String main = compiled.source().mainClass();
    List<String> chosen =
        classes.stream().filter(name -> name.equals(main) || name.endsWith("." + main)).toList();
    List<Method> methods = new java.util.ArrayList<>();
    for (String name : chosen.isEmpty() ? classes : chosen) {
      Arrays.stream(Class.forName(name, false, compiled.loader()).getDeclaredMethods())
          .filter(MethodFinder::isOfTheKind)
          .sorted(java.util.Comparator.comparing(Method::toString))
          .forEach(methods::add);
    }
    return methods;
  }

  private static boolean isOfTheKind(Method method) {
    return Modifier.isPublic(method.getModifiers())
        && Modifier.isStatic(method.getModifiers())
        && !method.isSynthetic()
        && method.getParameterCount() == 1
        && (method.getParameterTypes()[0] == String.class
            || method.getParameterTypes()[0] == Path.class);
  }

  private List<String> topLevelClasses() throws IOException {
    Path folder = compiled.folder();
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .map(file -> folder.relativize(file).toString())
          .filter(name -> name.endsWith(".class") && !name.contains("$"))
          .map(name -> name.substring(0, name.length() - ".class".length()))
          .map(name -> name.replace(folder.getFileSystem().getSeparator(), "."))
          .sorted()
          .toList();
    }
  }
}
