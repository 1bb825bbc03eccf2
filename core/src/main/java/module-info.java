import dev.tutti.spi.Backend;
import org.jspecify.annotations.NullMarked;

/** What to run, how it ended, and running it inside this JVM. */
@NullMarked
@SuppressWarnings("module") // the modules above this one are not there when it is compiled
module dev.tutti.core {
  requires static org.jspecify;
  requires java.management;

  exports dev.tutti;
  exports dev.tutti.event;
  exports dev.tutti.plan;
  exports dev.tutti.spi;
  exports dev.tutti.task;
  exports dev.tutti.codec to
      dev.tutti.memory,
      dev.tutti.process,
      dev.tutti.actors;
  exports dev.tutti.origin to
      dev.tutti.process,
      dev.tutti.actors;

  uses Backend;

  provides Backend with
      dev.tutti.local.SequentialBackend,
      dev.tutti.local.ThreadsBackend,
      dev.tutti.local.AutoBackend,
      dev.tutti.local.VirtualThreadsBackend;
}
