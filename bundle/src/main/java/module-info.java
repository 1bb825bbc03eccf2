/** All published rooms behind one dependency. */
module dev.tutti.bundle {
  requires transitive dev.tutti.core;
  requires transitive dev.tutti.memory;
  requires transitive dev.tutti.process;
}
