package dev.tutti.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A source file and which of its methods is meant.
 *
 * @param method the method's name, or null for the only one
 */
record SourceName(Path file, @Nullable String method) {
  private static final String SEPARATOR = "::";

  /** Reads {@code SOURCE.java} or {@code SOURCE.java::method}. */
  static SourceName parse(String text) {
    int at = text.lastIndexOf(SEPARATOR);
    String name = at < 0 ? text : text.substring(0, at);
    String method = at < 0 ? null : text.substring(at + SEPARATOR.length());
    if (method != null && method.isEmpty()) {
      throw CommandException.usage("a method's name must follow '::': source=" + text);
    }
    try {
      return new SourceName(existing(Path.of(name)), method);
    } catch (InvalidPathException e) {
      throw CommandException.usage("source is no file name: source=" + text);
    }
  }

  private static Path existing(Path file) {
    if (!file.toString().endsWith(".java")) {
      throw CommandException.usage(
          "source must be a .java file: source=%s; write SOURCE.java or SOURCE.java::method"
              .formatted(file));
    }
    if (!Files.isRegularFile(file)) {
      throw CommandException.usage("source is not there: source=%s".formatted(file));
    }
    if (!Files.isReadable(file)) {
      throw CommandException.usage("source cannot be read: source=%s".formatted(file));
    }
    return file;
  }

  /** The name that the file's main class has. */
  String mainClass() {
    String name = file.getFileName().toString();
    return name.substring(0, name.length() - ".java".length());
  }
}
