import org.jspecify.annotations.NullMarked;

/** Memory that several processes share. */
@NullMarked
@SuppressWarnings("module") // the module above this one is not there when it is compiled
module dev.tutti.memory {
  requires static org.jspecify;
  requires dev.tutti.core;

  exports dev.tutti.memory to
      dev.tutti.process;
}
