package dev.tutti.process.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a start cache depends on: the JDK, the jars and the flags.
 *
 * <p>The JVM compares most of it with what the file was made for. It does not compare the class
 * path of a file that was made in two steps (JDK 25): so what is there has to be in the key.
 *
 * <p><b>Thread safety.</b> A value that never changes.
 *
 * @param text all of it
 */
record CacheKey(String text) {
  /** Changes with what is in a cache, or how it is made. */
  private static final String FORM = "3\n";

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
  private static final String UNITS = "kmgt";
  private static final int BITS_OF_UNIT = 10;

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
    for (Path jar : OwnJars.here().all()) { // of those the JVM compares size and date at most
      append(text, jar);
    }
    comparable(arguments).forEach(argument -> text.append(argument).append('\n'));
    return new CacheKey(text.toString());
  }

  /** {@return that of a program with these jars; one that is not there counts as that} */
  CacheKey with(List<String> jars) throws IOException {
    StringBuilder all = new StringBuilder(text).append("with\n");
    for (String jar : jars) {
      append(all, Path.of(jar));
    }
    return new CacheKey(all.toString());
  }

  /** {@return whether there can be no start cache with a flag} */
  static boolean isExclusive(String flag) {
    return EXCLUSIVE.stream().anyMatch(flag::startsWith);
  }

  private static void append(StringBuilder text, Path jar) throws IOException {
    text.append(jar).append(' ').append(build(jar)).append('\n');
  }

  private static void stamp(StringBuilder text, Path file) throws IOException {
    BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
    text.append(file).append(' ').append(is.size()).append(' ');
    text.append(is.lastModifiedTime().toMillis()).append('\n');
  }

  /**
   * {@return what tells a jar from an earlier one} Builds that are to be the same each time give
   * all files one date of modification. When a file was changed indeed, nobody can set; two that
   * one command has changed may have the same time, and have other numbers ({@code ino}).
   */
  private static String build(Path jar) throws IOException {
    try {
      Map<String, Object> is = Files.readAttributes(jar, "unix:size,lastModifiedTime,ctime,ino");
      String date = is.get("lastModifiedTime") + " " + is.get("ctime");
      return is.get("size") + " " + date + " " + is.get("ino");
    } catch (NoSuchFileException e) {
      return "is not there";
    }
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
    String size = xmx.substring("-Xmx".length()).toLowerCase(Locale.ROOT);
    try {
      int unit = size.isEmpty() ? -1 : UNITS.indexOf(size.charAt(size.length() - 1));
      long number = Long.parseLong(unit < 0 ? size : size.substring(0, size.length() - 1));
      return number << ((unit + 1) * BITS_OF_UNIT);
    } catch (NumberFormatException refusedByTheJvm) {
      return COMPRESSED_BYTES;
    }
  }

  /** {@return a name for its file} By FNV-1a. */
  String name() {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return Long.toHexString(hash);
  }
}
