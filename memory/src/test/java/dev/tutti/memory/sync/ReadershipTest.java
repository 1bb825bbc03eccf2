package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.memory.bell.Members;
import dev.tutti.memory.bell.Street;
import dev.tutti.testkit.Await;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A read-write lock of a process that is played on the heap. */
@Tag("unit")
class ReadershipTest {
  private final Street.House house = Street.sound(0).newHouse();
  private final Readership lock = new Readership(new Members(house, house), 1);

  /** A thread that finds no memory while it locks to read does not read for ever. */
  @ParameterizedTest
  @CsvSource({"0, false", "1, false", "2, false", "3, false", "0, true", "1, true", "2, true"})
  void tryRead_outOfMemory_readsNoLongerThanItLives(int findings, boolean writes) throws Exception {
    Poor reader = new Poor(findings, writes);
    reader.start();
    Await.ended(reader);
    assertThat(reader.failed).isTrue();
    assertThat(lock.reading()).isZero();
    assertThat(lock.tryWrite()).isTrue();
  }

  /** A thread that is found so often in the table of readers, and then there is no memory. */
  private final class Poor extends Thread {
    private int findings = Integer.MAX_VALUE;
    private final int most;
    private final boolean writes;
    private boolean failed;

    Poor(int most, boolean writes) {
      this.most = most;
      this.writes = writes;
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      if (findings-- == 0) {
        throw new OutOfMemoryError("not really");
      }
      return 1;
    }

    @Override
    public void run() {
      boolean has = writes && lock.tryWrite();
      findings = most;
      try {
        if (lock.tryRead()) {
          lock.endRead();
        }
      } catch (OutOfMemoryError e) {
        failed = true;
      }
      if (has) {
        lock.endWrite();
      }
    }
  }
}
