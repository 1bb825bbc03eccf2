package dev.tutti.cli;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The source file of a command, and what it needs. */
sealed class SourceArguments permits SourceWithInputs {
  @Parameters(
      index = "0",
      paramLabel = "SOURCE.java[::method]",
      description =
          "The source file. The method is public and static with one parameter, String or Path.")
  private String source = "";

  @Option(
      names = {"--class-path", "-cp"},
      paramLabel = "CP",
      defaultValue = "",
      description = "Folders and jars that the source needs.")
  private String classPath = "";

  /** {@return the file and the method; wrong usage if that cannot be one} */
  SourceName name() {
    return SourceName.parse(source);
  }

  SourceCompiler.Compiled compile(Session session, SourceName name) {
    return new SourceCompiler(session, classPath).compile(name);
  }
}
