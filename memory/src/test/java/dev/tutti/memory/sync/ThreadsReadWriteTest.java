package dev.tutti.memory.sync;

import org.junit.jupiter.api.Tag;

/** Among threads of one JVM. */
@Tag("contract")
class ThreadsReadWriteTest extends ReadWriteContract {
  @Override
  Parties parties() {
    return Parties.threads();
  }
}
