package dev.tutti.memory.bell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class MembersTest {
  private final Street street = Street.sound(0);

  private Members join(Street.House house) {
    return new Members(house, house);
  }

  /** Joining again finds the same place. */
  @Test
  void join_twice_isTheSamePlace() {
    Street.House house = street.newHouse();
    Members first = join(house);
    Members second = join(house);
    assertThat(second.slot()).isEqualTo(first.slot());
    assertThat(second.ticket()).isEqualTo(first.ticket());
  }

  /** There is room for 64 at a time; the places of the dead are given again, their tickets not. */
  @Test
  void join_placesOfTheDead_areTakenWithNewTickets() {
    List<Street.House> houses = new ArrayList<>();
    List<Members> all = new ArrayList<>();
    for (int i = 0; i < Layout.SLOTS; i++) {
      houses.add(street.newHouse());
      all.add(join(houses.get(i)));
    }
    assertThatIllegalStateException()
        .isThrownBy(() -> join(street.newHouse()))
        .withMessageContaining("at most 64 processes at a time");
    Members dead = all.get(17);
    houses.get(17).kill();
    houses.get(17).gone();
    Members next = join(street.newHouse());
    assertThat(next.slot()).isEqualTo(dead.slot());
    assertThat(next.ticket()).isNotEqualTo(dead.ticket());
    assertThat(all.getFirst().isGone(dead.ticket())).isTrue();
    assertThat(all.getFirst().isGone(next.ticket())).isFalse();
  }

  /** A death is found, and what the dead one was is known while its place is free. */
  @Test
  void isGone_memberHasDied_isFound() {
    Street.House house = street.newHouse();
    Members dead = join(house);
    Members other = join(street.newHouse());
    dead.note(5);
    assertThat(other.isGone(dead.ticket())).isFalse();
    assertThat(other.isDeadWithNote(5)).isFalse();
    house.kill();
    house.gone();
    assertThat(other.isDeadWithNote(5)).isTrue();
    assertThat(other.isGone(dead.ticket())).isTrue();
    assertThat(other.pid(dead.ticket())).isEqualTo(house.self());
    assertThat(other.pid(12_345)).isZero();
  }
}
