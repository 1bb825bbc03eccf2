package dev.tutti.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.task.Cancelled;
import dev.tutti.task.Failure;
import dev.tutti.task.Outcome;
import dev.tutti.task.Success;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How elements of a pack have ended. */
@Tag("unit")
final class PartOutcomesTest {
  private static final int MANY = 1_000;

  @Test
  void add_manyOfAllKinds_givesThemBackInTheirOrder() {
    PartOutcomes outcomes = new PartOutcomes();
    outcomes.keepTimes();
    List<Outcome<?>> expected = new ArrayList<>();
    IllegalStateException cause = new IllegalStateException("one");
    for (int i = 0; i < MANY; i++) {
      Outcome<?> outcome =
          switch (i % 4) {
            case 0 -> new Failure<>(cause);
            case 1 -> new Cancelled<>();
            case 2 -> new Success<>(null);
            default -> new Success<>("r" + i);
          };
      expected.add(outcome);
      outcomes.addOutcome(outcome);
      if (i % 3 == 0) {
        outcomes.took(i);
      }
    }
    assertThat(outcomes).isEqualTo(expected);
    assertThat(outcomes.succeeded()).isFalse();
    assertThat(outcomes.elapsedNanos(999)).isEqualTo(999);
    assertThat(outcomes.elapsedNanos(998)).isZero();
  }

  @Test
  void clear_afterFailures_isAsNew() {
    PartOutcomes outcomes = PartOutcomes.of(new Cancelled<>(), 7);
    assertThat(outcomes.elapsedNanos(0)).isEqualTo(7);
    outcomes.clear();
    assertThat(outcomes).isEmpty();
    outcomes.addValue("r");
    assertThat(outcomes.succeeded()).isTrue();
    assertThat(outcomes.elapsedNanos(0)).isZero();
    Object[] values = new Object[2];
    outcomes.copyValues(values, 1);
    assertThat(values).containsExactly(null, "r");
  }

  @Test
  void copies_ofOneOutcome_haveNoTime() {
    PartOutcomes outcomes = PartOutcomes.copies(MANY, new Cancelled<>());
    assertThat(outcomes).hasSize(MANY).containsOnly(new Cancelled<>());
    assertThat(outcomes.elapsedNanos(MANY - 1)).isZero();
  }
}
