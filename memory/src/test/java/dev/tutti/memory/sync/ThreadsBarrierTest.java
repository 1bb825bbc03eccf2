package dev.tutti.memory.sync;

import org.junit.jupiter.api.Tag;

/** Among threads of one JVM. */
@Tag("contract")
@Tag("roads")
class ThreadsBarrierTest extends BarrierContract {
  @Override
  Parties parties() {
    return Parties.threads();
  }
}
