package dev.tutti.memory.sync;

import dev.tutti.memory.bell.Roads;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

/** Among threads of three JVMs, of which this one need not allow native calls and the others do. */
@Tag("system")
class MixedQueueItemsTest extends QueueItemsContract {
  @Override
  Parties parties() throws IOException {
    return Parties.processes(Roads.NATIVE_ACCESS);
  }
}
