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
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The documentation of the published modules is made, complete and without a warning.
 *
 * <p>The javadoc tool runs here, once over all modules, because the Maven plugin for it reads
 * module descriptors with the JDK that Maven runs on, which may be older than they are.
 */
@Tag("unit")
class JavadocTest {
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

  /** Every public and protected member is documented, every link and every snippet resolves. */
  @Test
  void javadoc_publishedModules_isComplete() throws IOException {
    List<String> moduleNames = new ArrayList<>();
    List<String> sourcePaths = new ArrayList<>();
    List<Path> snippetPaths = new ArrayList<>();
    for (BuiltModule module : BuiltModule.listedIn(Path.of(".."))) {
      Path descriptor = module.sources().resolve("module-info.java");
      if (WITHOUT_API.contains(module.name()) || !Files.exists(descriptor)) {
        continue;
      }
      Matcher matcher = MODULE_NAME.matcher(Files.readString(descriptor));
      Assertions.assertTrue(matcher.find(), () -> "no module name in " + descriptor);
      moduleNames.add(matcher.group(1));
      sourcePaths.add("--module-source-path");
      sourcePaths.add(matcher.group(1) + "=" + module.sources());
      Path tests = module.sources().resolve("../../test/java").normalize();
      if (Files.isDirectory(tests)) {
        snippetPaths.add(tests);
      }
    }
    if (moduleNames.isEmpty()) {
      return;
    }

    List<String> arguments = new ArrayList<>(sourcePaths);
    arguments.addAll(List.of("--module", String.join(",", moduleNames)));
    arguments.addAll(List.of("--module-path", jarsOfTheClassPath()));
    if (!snippetPaths.isEmpty()) {
      arguments.addAll(List.of("--snippet-path", joined(snippetPaths.stream())));
    }
    arguments.addAll(List.of("-d", "target/apidocs", "--release", "25", "-encoding", "UTF-8"));
    arguments.addAll(List.of("-protected", "-Xdoclint:all", "-Xmaxwarns", "10000"));
    arguments.addAll(List.of("-quiet", "-notimestamp", "--no-fonts"));

    StringWriter output = new StringWriter();
    PrintWriter printer = new PrintWriter(output);
    int status =
        ToolProvider.findFirst("javadoc")
            .orElseThrow()
            .run(printer, printer, arguments.toArray(String[]::new));
    printer.flush();
    List<String> complaints =
        output
            .toString()
            .lines()
            .filter(line -> COMPLAINT.matcher(line).find())
            .filter(line -> !TEST_METHOD.matcher(line).find())
            .toList();
    if (status != 0 || !complaints.isEmpty()) {
      Assertions.fail(
          "javadoc is incomplete: status=" + status + "\n" + String.join("\n", complaints));
    }
  }

  private static String jarsOfTheClassPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> entry.endsWith(".jar"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String joined(Stream<Path> paths) {
    return paths.map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }
}
