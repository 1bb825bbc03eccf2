import org.jspecify.annotations.NullMarked;

/** Memory that several processes share. */
@NullMarked
@SuppressWarnings("module") // the module above this one is not there when it is compiled
module dev.tutti.memory {
  requires static org.jspecify;
  requires transitive dev.tutti.core;

  exports dev.tutti.memory;
  exports dev.tutti.memory.sync;
  exports dev.tutti.memory.segment to
      dev.tutti.process;
}
