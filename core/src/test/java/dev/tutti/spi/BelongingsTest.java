package dev.tutti.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a worker has made for its tasks. */
@Tag("unit")
final class BelongingsTest {
  private record First(List<String> closed) implements AutoCloseable {
    @Override
    public void close() {
      closed.add("first");
    }
  }

  /** Fails at whatever it is asked. */
  private static final class Second implements AutoCloseable {
    @Override
    public void close() {
      throw new AssertionError("a value of a test that cannot be closed");
    }

    @Override
    public String toString() {
      throw new IllegalStateException("a value of a test that has no text");
    }
  }

  private record Third(List<String> closed) implements AutoCloseable {
    @Override
    public void close() {
      closed.add("third");
    }
  }

  /** A value that throws an error at its end keeps no other one from being closed. */
  @Test
  void close_oneThrowsError_othersAreClosedInReverse() {
    List<String> closed = new ArrayList<>();
    Belongings belongings = new Belongings();
    assertThat(belongings.get(First.class, () -> new First(closed)).closed()).isEmpty();
    assertThat(belongings.get(Second.class, Second::new)).isNotNull();
    assertThat(belongings.get(Third.class, () -> new Third(closed)).closed()).isEmpty();
    belongings.close();
    assertThat(closed).containsExactly("third", "first");
  }
}
