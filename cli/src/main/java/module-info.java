import org.jspecify.annotations.NullMarked;

/** The command line. */
@NullMarked
module dev.tutti.cli {
  requires static org.jspecify;
  requires dev.tutti.core;
  requires dev.tutti.examples;
  requires dev.tutti.process;
  requires info.picocli;
  requires java.compiler;

  opens dev.tutti.cli to
      info.picocli;
}
