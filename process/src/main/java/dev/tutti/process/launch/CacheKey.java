package dev.tutti.process.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a start cache depends on: the JDK, the jars and the flags.
 *
 * <p><b>Thread safety.</b> A value that never changes.
 *
 * @param text all of it
 */
record CacheKey(String text) {
  /** Changes with what is in a cache, or how it is made. */
  private static final String FORM = "2\n";

  /**
   * What makes no difference to the JVM's comparison; the flag for the boot class path does. Above
   * 32 GB a heap has other references.
   */
  private static final List<String> INDIFFERENT =
      List.of(
          "-D",
          "-Xms",
          "-XX:ActiveProcessorCount=",
          "-XX:ErrorFile=",
          "-XX:MaxMetaspaceSize=",
          "-XX:MaxDirectMemorySize=");

  private static final long COMPRESSED_BYTES = 32L << 30;

  /** Flags by which the user has an arrangement of his own, or that the JVM allows no file with. */
  private static final List<String> EXCLUSIVE =
      List.of(
          "-XX:AOT",
          "-Xshare",
          "-XX:SharedArchiveFile",
          "-XX:+AutoCreateSharedArchive",
          "-XX:DumpLoadedClassList",
          "-XX:SharedClassListFile",
          "-XX:Flags=",
          "-XX:VMOptionsFile=",
          "@",
          "-javaagent",
          "-agent",
          "-Djava.system.class.loader",
          "--patch-module",
          "--upgrade-module-path",
          "--limit-modules");

  /**
   * {@return that of the cache that all programs share}
   *
   * @param java the command
   * @param arguments those of a worker
   * @throws IOException if a file cannot be read
   */
  static CacheKey of(Path java, List<String> arguments) throws IOException {
    Path program = java.toRealPath();
    StringBuilder text = new StringBuilder(FORM);
    stamp(text, program);
    stamp(text, program.resolveSibling("../lib/modules").normalize());
    for (Path jar : OwnJars.here().all()) {
      stamp(text, jar);
    }
    comparable(arguments).forEach(argument -> text.append(argument).append('\n'));
    return new CacheKey(text.toString());
  }

  /** {@return that of a program with these jars} */
  CacheKey with(List<String> jars) throws IOException {
    StringBuilder all = new StringBuilder(text);
    for (String jar : jars) {
      stamp(all, Path.of(jar));
    }
    return new CacheKey(all.toString());
  }

  /** {@return whether there can be no start cache with a flag} */
  static boolean isExclusive(String flag) {
    return EXCLUSIVE.stream().anyMatch(flag::startsWith);
  }

  /**
   * Builds that are to be the same each time give all files one date of modification, and the JVM
   * takes a file of that date and of the same size for the same. When a file was changed indeed,
   * nobody can set.
   */
  private static void stamp(StringBuilder text, Path file) throws IOException {
    Map<String, Object> is = Files.readAttributes(file, "unix:size,lastModifiedTime,ctime");
    text.append(file).append(' ').append(is.get("size")).append(' ');
    text.append(is.get("lastModifiedTime")).append(' ').append(is.get("ctime")).append('\n');
  }

  /** {@return what the JVM compares of its arguments} */
  static List<String> comparable(List<String> arguments) {
    List<String> kept = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (argument.equals("-cp")) {
        i++; // what it has to begin with is in the key
      } else if (argument.startsWith("-Xmx")) {
        kept.add("large=" + (bytes(argument) >= COMPRESSED_BYTES));
      } else if (INDIFFERENT.stream().noneMatch(argument::startsWith)) {
        kept.add(argument);
      }
    }
    return kept;
  }

  private static long bytes(String xmx) {
    try {
      return Long.parseLong(xmx.substring("-Xmx".length()));
    } catch (NumberFormatException ofTheUser) {
      return COMPRESSED_BYTES; // a key of its own does no harm
    }
  }

  /**
   * {@return a name for its file} By FNV-1a; two keys with one name would be found out by the JVM's
   * own comparison.
   */
  String name() {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return Long.toHexString(hash);
  }
}
