package dev.tutti.checks;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The documentation of the published modules, as one site.
 *
 * <p>The javadoc tool runs here, once over all modules, because the Maven plugin for it reads
 * module descriptors with the JDK that Maven runs on, which may be older than they are. The script
 * {@code docs/javadoc} runs this class from its source.
 */
final class ApiSite {
  /* Programs, and the bundle, which has no package. Whatever is not named here is published. */
  private static final Set<String> WITHOUT_API =
      Set.of("cli", "examples", "bench", "stress", "bundle", "build-checks");

  private static final Pattern COMPLAINT = Pattern.compile("\\.java:\\d+: (warning|error)|^error");

  /**
   * The parts of the contract suite: who subclasses that inherits their test methods, which nobody
   * calls and whose names say what they check.
   */
  private static final Pattern TEST_METHOD =
      Pattern.compile("/testkit/\\w+Suite\\.java:\\d+: warning: no (comment|@param|@throws)");

  private static final Pattern MODULE_NAME = Pattern.compile("(?m)^(?:open )?module ([\\w.]+)");

  private ApiSite() {}

  /**
   * Makes it; the exit status is 1 if anything is missing.
   *
   * @param args the root of the project, the folder of the site, the jars that the modules need
   * @throws IOException if a source cannot be read
   */
  public static void main(String[] args) throws IOException {
    List<String> complaints = make(Path.of(args[0]), Path.of(args[1]), args[2]);
    complaints.forEach(System.err::println);
    System.exit(complaints.isEmpty() ? 0 : 1);
  }

  /** Makes the site; returns each warning and error. */
  static List<String> make(Path root, Path site, String jars) throws IOException {
    List<String> moduleNames = new ArrayList<>();
    List<String> arguments = new ArrayList<>();
    List<Path> snippetPaths = new ArrayList<>();
    for (BuiltModule module : BuiltModule.listedIn(root)) {
      Path descriptor = module.sources().resolve("module-info.java");
      if (WITHOUT_API.contains(module.name()) || !Files.exists(descriptor)) {
        continue;
      }
      Matcher matcher = MODULE_NAME.matcher(Files.readString(descriptor));
      if (!matcher.find()) {
        return List.of("no module name in " + descriptor);
      }
      moduleNames.add(matcher.group(1));
      arguments.add("--module-source-path");
      arguments.add(matcher.group(1) + "=" + module.sources());
      Path tests = module.sources().resolve("../../test/java").normalize();
      if (Files.isDirectory(tests)) {
        snippetPaths.add(tests);
      }
    }
    arguments.addAll(List.of("--module", String.join(",", moduleNames), "--module-path", jars));
    arguments.addAll(
        List.of(
            "--snippet-path",
            snippetPaths.stream()
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator))));
    arguments.addAll(List.of("-d", site.toString(), "--release", "25", "-encoding", "UTF-8"));
    arguments.addAll(List.of("-protected", "-Xdoclint:all", "-Xmaxwarns", "10000"));
    arguments.addAll(List.of("-windowtitle", "Tutti", "-doctitle", "Tutti"));
    arguments.addAll(List.of("-quiet", "-notimestamp", "--no-fonts"));

    StringWriter output = new StringWriter();
    PrintWriter printer = new PrintWriter(output);
    int status =
        ToolProvider.findFirst("javadoc")
            .orElseThrow()
            .run(printer, printer, arguments.toArray(String[]::new));
    printer.flush();
    List<String> complaints =
        new ArrayList<>(
            output
                .toString()
                .lines()
                .filter(line -> COMPLAINT.matcher(line).find())
                .filter(line -> !TEST_METHOD.matcher(line).find())
                .toList());
    if (status != 0 && complaints.isEmpty()) {
      complaints.add("javadoc ended with status " + status + "\n" + output);
    }
    return complaints;
  }

  /** {@return the jars of the class path of this JVM} */
  static String jarsOfTheClassPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> entry.endsWith(".jar"))
        .collect(Collectors.joining(File.pathSeparator));
  }
}
