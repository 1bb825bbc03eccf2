import org.jspecify.annotations.NullMarked;

/** Whole programs that show one use each. */
@NullMarked
module dev.tutti.examples {
  requires static org.jspecify;
  requires transitive dev.tutti.core;

  exports dev.tutti.examples;
}
