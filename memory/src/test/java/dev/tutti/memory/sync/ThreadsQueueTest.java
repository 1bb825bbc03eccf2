package dev.tutti.memory.sync;

import org.junit.jupiter.api.Tag;

/** Among threads of one JVM. */
@Tag("contract")
class ThreadsQueueTest extends QueueContract {
  @Override
  Parties parties() {
    return Parties.threads();
  }
}
