package dev.tutti.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.plan.Choice;
import dev.tutti.spi.CpuTime;
import dev.tutti.spi.Way;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** When it is decided, by which samples, and when again. */
@Tag("unit")
class ChooserTest {
  private static final long US = 1_000;
  private static final long MS = 1_000 * US;
  private final Costs costs = new Costs(2, 256, 1_024, false);
  private final Chooser chooser = new Chooser(costs, OptionalLong.of(100_000), false);

  private static Sample computing(long items, long nanosEach) {
    return new Sample(items, items * nanosEach, items * nanosEach);
  }

  private static Sample waiting(long items, long nanosEach) {
    return new Sample(items, items * nanosEach, 0);
  }

  private List<String> ways() {
    return chooser.choice().steps().stream().map(Choice.Step::backend).toList();
  }

  /** The first item runs alone, then twice as many each time. */
  @Test
  void here_quickItems_twiceAsManyEachTime() {
    assertThat(chooser.here()).isEqualTo(1);
    assertThat(chooser.ranHere(computing(1, US), 1)).isFalse();
    assertThat(chooser.here()).isEqualTo(2);
    assertThat(chooser.ranHere(computing(2, US), 2)).isFalse();
    assertThat(chooser.here()).isEqualTo(4);
    assertThat(chooser.way()).isEqualTo(Way.CALLER);
  }

  /** No more run at once than take a quarter of a millisecond. */
  @Test
  void here_itemsOf100us_two() {
    chooser.ranHere(computing(1, 100 * US), 1);
    chooser.ranHere(computing(2, 100 * US), 2);
    chooser.ranHere(computing(4, 100 * US), 4);
    assertThat(chooser.here()).isEqualTo(2);
  }

  /** After a millisecond of items the last of them decide, not the first, which load classes. */
  @Test
  void ranHere_afterAMillisecond_lastSampleDecides() {
    assertThat(chooser.ranHere(computing(1, 950 * US), 1)).isFalse();
    assertThat(chooser.ranHere(computing(2, 30 * US), 2)).isTrue();
    assertThat(chooser.way()).isEqualTo(Way.THREADS);
    assertThat(chooser.batch()).isEqualTo(16);
  }

  @Test
  void ranHere_longItem_decidesAtOnce() {
    assertThat(chooser.ranHere(waiting(1, 2 * MS), 1)).isTrue();
    assertThat(chooser.way()).isEqualTo(Way.VIRTUAL_THREADS);
    assertThat(chooser.batch()).isEqualTo(1);
  }

  /** One that waits decides before a millisecond, but not one that may have lost its processor. */
  @Test
  void ranHere_waits_decidesAtOnce() {
    assertThat(chooser.ranHere(waiting(1, 99 * US), 1)).isFalse();
    assertThat(chooser.ranHere(new Sample(1, 200 * US, 60 * US), 1)).isFalse();
    assertThat(chooser.ranHere(waiting(1, 100 * US), 1)).isTrue();
    assertThat(chooser.way()).isEqualTo(Way.VIRTUAL_THREADS);
  }

  /** An item that has not ended yet decides as well. */
  @Test
  void stillRunsHere_onTrial_decides() {
    assertThat(chooser.stillRunsHere(waiting(1, 2 * MS))).isTrue();
    assertThat(chooser.way()).isEqualTo(Way.VIRTUAL_THREADS);
  }

  /**
   * Tiny items stay in the caller; a chunk of them that only takes a little longer changes nothing.
   */
  @Test
  void stillRunsHere_notFourTimesAsLong_staysHere() {
    chooser.ranHere(computing(10_000, 110), 10_000);
    assertThat(chooser.way()).isEqualTo(Way.CALLER);
    assertThat(chooser.stillRunsHere(computing(1_000, 430))).isFalse();
    assertThat(chooser.way()).isEqualTo(Way.CALLER);
  }

  /** Tiny, then long. */
  @Test
  void stillRunsHere_longItemAmongTiny_decidesAnew() {
    chooser.ranHere(computing(10_000, 110), 10_000);
    assertThat(chooser.stillRunsHere(computing(1, 2 * MS))).isTrue();
    assertThat(chooser.way()).isEqualTo(Way.THREADS);
    assertThat(ways()).containsExactly("sequential", "threads");
  }

  /** One sample that is different may be chance; the second in a row is not. */
  @Test
  void ranHere_moreThanFourTimes_secondInARowDecides() {
    chooser.ranHere(computing(10_000, 110), 10_000);
    assertThat(chooser.ranHere(computing(10, 60 * US), 10)).isFalse();
    assertThat(chooser.ranHere(computing(10_000, 110), 10_000)).isFalse();
    assertThat(chooser.ranHere(computing(10, 60 * US), 10)).isFalse();
    assertThat(chooser.ranHere(computing(10, 60 * US), 10)).isTrue();
    assertThat(chooser.way()).isEqualTo(Way.THREADS);
  }

  /** Four times as long is as before; more than that is not. */
  @Test
  void ranElsewhere_fourTimes_isTheBound() {
    chooser.ranHere(computing(1, 2 * MS), 1);
    for (int i = 0; i < 4; i++) {
      assertThat(chooser.ranElsewhere(computing(1, 8 * MS), 0)).isFalse();
    }
    assertThat(ways()).containsExactly("threads");
    assertThat(chooser.ranElsewhere(computing(1, 40 * US), 0)).isFalse();
    assertThat(chooser.ranElsewhere(computing(1, 40 * US), 0)).isTrue();
    assertThat(chooser.batch()).isGreaterThan(4);
  }

  /** Computing, then waiting, in the same time. */
  @Test
  void ranElsewhere_computingThenWaiting_virtualThreads() {
    chooser.ranHere(computing(1, 2 * MS), 1);
    assertThat(chooser.ranElsewhere(waiting(1, 2 * MS), 0)).isFalse();
    assertThat(chooser.ranElsewhere(waiting(1, 2 * MS), 0)).isTrue();
    assertThat(chooser.way()).isEqualTo(Way.VIRTUAL_THREADS);
  }

  /**
   * On virtual threads nobody knows CPU times; other times lead to a trial, with a pause between
   * two.
   */
  @Test
  void ranElsewhere_otherTimesOnVirtualThreads_trialAgain() {
    chooser.ranHere(waiting(1, 5 * MS), 1);
    Sample asBefore = new Sample(1, 5 * MS, CpuTime.UNKNOWN);
    Sample quick = new Sample(1, 100 * US, CpuTime.UNKNOWN);
    for (int i = 0; i < 8; i++) {
      chooser.ranElsewhere(asBefore, 0);
    }
    chooser.ranElsewhere(quick, 0);
    assertThat(chooser.way()).isEqualTo(Way.VIRTUAL_THREADS);
    chooser.ranElsewhere(quick, 0);
    assertThat(chooser.way()).isEqualTo(Way.CALLER);
    assertThat(chooser.here()).isEqualTo(1);
    assertThat(chooser.ranHere(waiting(1, 5 * MS), 1)).isTrue();
    assertThat(chooser.way()).isEqualTo(Way.VIRTUAL_THREADS);
    for (int i = 0; i < 20; i++) {
      chooser.ranElsewhere(i < 8 ? asBefore : quick, 19 * MS);
    }
    assertThat(chooser.way()).isEqualTo(Way.VIRTUAL_THREADS);
    for (int i = 0; i < 4; i++) {
      chooser.ranElsewhere(asBefore, 21 * MS);
    }
    assertThat(chooser.way()).isEqualTo(Way.CALLER);
  }

  /** A first item that waited by chance, before quick ones, is found out by the first of those. */
  @Test
  void ranElsewhere_firstWaitedByChance_trialAgain() {
    chooser.ranHere(waiting(1, 300 * US), 1);
    assertThat(chooser.way()).isEqualTo(Way.VIRTUAL_THREADS);
    for (int i = 0; i < 8; i++) {
      chooser.ranElsewhere(new Sample(1, 2 * US, CpuTime.UNKNOWN), 0);
    }
    assertThat(chooser.way()).isEqualTo(Way.CALLER);
    assertThat(chooser.ranHere(computing(10_000, 110), 10_000)).isTrue();
    assertThat(chooser.way()).isEqualTo(Way.CALLER);
    assertThat(ways()).containsExactly("virtual", "sequential");
  }

  /** Short items take longer where a thousand others want the processors too: no reason to try. */
  @Test
  void ranElsewhere_waitForATurn_noTrial() {
    chooser.ranHere(waiting(1, 200 * US), 1);
    Sample first = new Sample(1, 200 * US, CpuTime.UNKNOWN);
    Sample crowded = new Sample(1, 4 * MS, CpuTime.UNKNOWN);
    Sample longer = new Sample(1, 6 * MS, CpuTime.UNKNOWN);
    for (int i = 0; i < 8; i++) {
      chooser.ranElsewhere(first, 0);
    }
    for (int i = 0; i < 8; i++) {
      chooser.ranElsewhere(crowded, 0);
    }
    assertThat(chooser.way()).isEqualTo(Way.VIRTUAL_THREADS);
    chooser.ranElsewhere(longer, 0);
    chooser.ranElsewhere(longer, 0);
    assertThat(chooser.way()).isEqualTo(Way.CALLER);
  }

  /** Where nothing is left there is nothing to decide. */
  @Test
  void ranHere_allItems_nothingIsDecided() {
    Chooser one = new Chooser(costs, OptionalLong.of(1), false);
    assertThat(one.ranHere(computing(1, 50 * MS), 1)).isFalse();
    assertThat(one.way()).isEqualTo(Way.CALLER);
    assertThat(one.choice().last().reason()).contains("before there was anything to decide");
  }

  /** A call that was stopped says nothing of items that have not ended. */
  @Test
  void choice_overBeforeADecision_saysNothingOfAllItems() {
    chooser.ranHere(computing(1, US), 1); // of 100,000
    assertThat(chooser.choice().last().reason())
        .isEqualTo("the call was over before there was anything to decide");
    assertThat(chooser.choice().last().figures()).isPresent();
  }

  /** However often it is decided, the explanation stays short and has the first and the last. */
  @Test
  void choice_manyChanges_bounded() {
    chooser.ranHere(computing(1, 2 * MS), 1);
    for (int i = 0; i < 100; i++) {
      long each = i % 2 == 0 ? 2 * US : 2 * MS;
      chooser.ranElsewhere(computing(1, each), 0);
      chooser.ranElsewhere(computing(1, each), 0);
    }
    assertThat(chooser.choice().steps()).hasSizeBetween(2, 16);
    assertThat(chooser.choice().steps().getFirst().fromItem()).isEqualTo(1);
  }

  /** Where each other item waits, no two in a row do, but together they do. */
  @Test
  void ranElsewhere_kindsTakeTurns_decidesAnew() {
    chooser.ranHere(computing(1, 2 * MS), 1);
    assertThat(chooser.way()).isEqualTo(Way.THREADS);
    boolean changed = false;
    for (int i = 0; i < 4 && !changed; i++) {
      Sample sample = i % 2 == 0 ? waiting(1, 6 * MS) : computing(1, 2 * MS);
      changed = chooser.ranElsewhere(sample, i * MS);
    }
    assertThat(changed).isTrue();
    assertThat(chooser.way()).isEqualTo(Way.VIRTUAL_THREADS);
  }
}
