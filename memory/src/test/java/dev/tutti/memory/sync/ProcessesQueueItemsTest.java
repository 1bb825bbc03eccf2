package dev.tutti.memory.sync;

import java.io.IOException;
import org.junit.jupiter.api.Tag;

/** Among threads of three JVMs. */
@Tag("system")
@Tag("roads")
class ProcessesQueueItemsTest extends QueueItemsContract {
  @Override
  Parties parties() throws IOException {
    return Parties.processes();
  }
}
