package dev.tutti.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A program of {@code examples/python}, which is there in both languages.
 *
 * @param python the name of the Python file, without its ending
 * @param java the name of the Java file, without its ending
 * @param needs a Python module that may be missing, or nothing
 * @param arguments the arguments of both
 * @param inOrder whether the lines of the output have an order
 * @param expected the lines of the output
 */
record PythonProgram(
    String python,
    String java,
    String needs,
    List<String> arguments,
    boolean inOrder,
    List<String> expected) {
  static final Path SOURCES = Path.of("python");
  private static final long PATIENCE_SECONDS = 100;

  static PythonProgram of(String python, String java, List<String> arguments, String... expected) {
    return new PythonProgram(python, java, "", arguments, true, List.of(expected));
  }

  PythonProgram needing(String module) {
    return new PythonProgram(python, java, module, arguments, inOrder, expected);
  }

  PythonProgram inAnyOrder() {
    return new PythonProgram(python, java, needs, arguments, false, expected);
  }

  Path pythonFile() {
    return SOURCES.resolve(python + ".py");
  }

  Path javaFile() {
    return SOURCES.resolve(java + ".java");
  }

  /** What both printed; nothing for Python where that or the module is missing. */
  record Output(List<String> java, Optional<List<String>> python) {}

  /** Runs both, in a folder of their input. */
  Output run(Path input, Path classes, Path logs) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.add(ProcessHandle.current().info().command().orElseThrow());
    line.addAll(List.of("-XX:TieredStopAtLevel=1", "-Dtutti.aot=off", "-cp"));
    line.add(classes.toAbsolutePath() + ":" + System.getProperty("java.class.path"));
    line.add(java);
    List<String> printed = printed(line, input, logs);
    if (!hasPython(logs)) {
      return new Output(printed, Optional.empty());
    }
    List<String> other = List.of("python3", pythonFile().toAbsolutePath().toString());
    return new Output(printed, Optional.of(printed(other, input, logs)));
  }

  /** What Java's prints where nobody has compiled it, as the guide says to run it. */
  List<String> runSource(Path input, Path logs) throws IOException, InterruptedException {
    List<String> line =
        List.of(
            ProcessHandle.current().info().command().orElseThrow(),
            "-Dtutti.aot=off",
            "-cp",
            System.getProperty("java.class.path"),
            javaFile().toAbsolutePath().toString());
    return printed(line, input, logs);
  }

  private boolean hasPython(Path logs) throws InterruptedException {
    try {
      String code = needs.isEmpty() ? "" : "import " + needs;
      Process python =
          new ProcessBuilder("python3", "-c", code)
              .redirectErrorStream(true)
              .redirectOutput(logs.resolve(python() + ".probe").toFile())
              .start();
      return python.waitFor() == 0;
    } catch (IOException _) {
      return false; // there is no python3
    }
  }

  private List<String> printed(List<String> command, Path folder, Path logs)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(command);
    line.addAll(arguments);
    Path out = Files.createTempFile(logs, python, ".out");
    Path err = Files.createTempFile(logs, python, ".err");
    Process process =
        new ProcessBuilder(line)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    if (process.exitValue() != 0) {
      throw new AssertionError(
          String.join(" ", line) + " exit=" + process.exitValue() + "\n" + Files.readString(err));
    }
    List<String> lines = new ArrayList<>(Files.readAllLines(out));
    if (!inOrder) {
      lines.sort(null);
    }
    return lines;
  }
}
