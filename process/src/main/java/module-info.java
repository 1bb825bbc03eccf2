import dev.tutti.spi.Backend;
import org.jspecify.annotations.NullMarked;

/** Running tasks in worker JVMs on this machine. */
@NullMarked
@SuppressWarnings("module") // the module above this one is not there when it is compiled
module dev.tutti.process {
  requires static org.jspecify;
  requires transitive dev.tutti.core;
  requires dev.tutti.memory;
  requires java.management;
  requires static jdk.management;

  exports dev.tutti.process;
  exports dev.tutti.process.launch to
      dev.tutti.actors;
  exports dev.tutti.process.pipe to
      dev.tutti.actors;

  provides Backend with
      dev.tutti.process.ProcessBackend;
}
