package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tutti.memory.bell.Members;
import dev.tutti.memory.bell.Street;
import dev.tutti.testkit.Await;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class TurnsTest {
  private final Street street = Street.sound(0);

  /** Who cannot be looked after does not stand before those who come later. */
  @Test
  void enter_noRoomToWatch_nextOneIsFirst() throws Exception {
    Street.House house = street.newHouse();
    Turns turns = new Turns(new Members(house, house), 1, () -> true);
    house.fill();
    assertThrows(OutOfMemoryError.class, () -> turns.enter(() -> true));
    assertThat(turns.isAwaited()).isFalse();
    assertThat(turns.await(() -> true, () -> true, Await.PATIENCE.toNanos(), true)).isTrue();
    assertThat(turns.count()).isZero();
  }
}
