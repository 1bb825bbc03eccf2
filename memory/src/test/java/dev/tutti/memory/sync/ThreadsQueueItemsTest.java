package dev.tutti.memory.sync;

import org.junit.jupiter.api.Tag;

/** Among threads of one JVM. */
@Tag("contract")
@Tag("roads")
class ThreadsQueueItemsTest extends QueueItemsContract {
  @Override
  Parties parties() {
    return Parties.threads();
  }
}
