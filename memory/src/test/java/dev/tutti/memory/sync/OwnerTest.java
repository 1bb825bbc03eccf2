package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.memory.bell.Layout;
import dev.tutti.memory.bell.Members;
import dev.tutti.memory.bell.Street;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class OwnerTest {
  private static final int OWNER = Layout.state(0);

  private final Street.House house = Street.sound(0).newHouse();
  private final Members members = new Members(house, house);

  /** A thread whose number the owner had, 2^32 threads ago, is not the owner. */
  @Test
  void tryTake_ownerHasTheSameNumber_isRefused() {
    Ownership lock = new Ownership(members, 1);
    long mine = new Owner(members, OWNER).mine();
    house.set(OWNER, mine); // as another thread writes it
    assertThat(lock.isMine()).isFalse();
    assertThat(lock.tryTake()).isFalse();
    house.set(OWNER, 0);
    assertThat(lock.tryTake()).isTrue();
    assertThat(lock.tryTake()).isTrue();
    assertThat(lock.holds()).isEqualTo(2);
  }
}
