import org.jspecify.annotations.NullMarked;

/** Objects that live in a process of their own. */
@NullMarked
module dev.tutti.actors {
  requires static org.jspecify;
  requires transitive dev.tutti.core;
  requires transitive dev.tutti.process;
  requires dev.tutti.memory;

  exports dev.tutti.actors;

  // The lambdas of this package travel as names, which core looks up here.
  opens dev.tutti.actors to
      dev.tutti.core;
}
