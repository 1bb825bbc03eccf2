package dev.tutti.stress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.stress.Act.Deed;
import dev.tutti.stress.Ended.How;
import dev.tutti.stress.Line.Mark;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The judge of a round finds what a broken pool would do, in journals that are made up. */
@Tag("unit")
class RoundCheckTest {
  private static final long SEED = 7;
  private static final Life FIRST = new Life(101, 1);
  private static final Life SECOND = new Life(102, 2);
  private static final long[] GOOD = numbers(true);
  private static final long THROWER = numbers(false)[0];

  private final List<Ended> ended = new ArrayList<>();
  private final Map<Life, List<Line>> journals = new LinkedHashMap<>();
  private final Map<Life, Set<Deed>> deeds = new LinkedHashMap<>();
  private int attempts = 1;
  private boolean mayCancel;
  private long clock;

  /** Items of the seed that succeed, or that throw. */
  private static long[] numbers(boolean good) {
    long[] numbers = new long[3];
    int found = 0;
    for (long item = 0; found < numbers.length; item++) {
      Kind kind = Kind.of(SEED, item);
      if (good ? kind.succeeds() : kind == Kind.THROWS) {
        numbers[found++] = item;
      }
    }
    return numbers;
  }

  private void wrote(Life life, Mark mark, long item) {
    long value = mark == Mark.ENDED ? Mix.result(SEED, item) : 0;
    journals
        .computeIfAbsent(life, _ -> new ArrayList<>())
        .add(new Line(mark, item, value, ++clock));
  }

  private void ran(Life life, long item) {
    wrote(life, Mark.BEGAN, item);
    wrote(life, Mark.ENDED, item);
  }

  private void acted(Life life, Deed... all) {
    deeds.computeIfAbsent(life, _ -> EnumSet.noneOf(Deed.class)).addAll(Arrays.asList(all));
  }

  private void endedAs(long item, How how, long value, int made) {
    ended.add(new Ended(item, how, value, made, "", Long.MAX_VALUE));
  }

  private void succeeded(long item) {
    endedAs(item, How.SUCCEEDED, Mix.result(SEED, item), 1);
  }

  /** Only what the tested items do matters: the others of the round have done their work. */
  private List<String> broken() {
    int items = (int) Math.max(THROWER, GOOD[2]) + 1;
    Life rest = new Life(999, 9);
    for (long item = 0; item < items; item++) {
      long other = item;
      boolean used =
          ended.stream().anyMatch(e -> e.item() == other)
              || journals.values().stream().flatMap(List::stream).anyMatch(l -> l.item() == other);
      if (!used && Kind.of(SEED, item).succeeds()) {
        ran(rest, item);
        succeeded(item);
      } else if (!used) {
        wrote(rest, Mark.BEGAN, item);
        wrote(rest, Mark.THREW, item);
        endedAs(item, How.THREW, 0, attempts);
      }
    }
    return new RoundCheck(
            new RoundCheck.Terms(SEED, items, attempts, mayCancel), ended, journals, deeds)
        .brokenRules();
  }

  private void assertBroken(String rule) {
    assertThat(broken()).isNotEmpty().anySatisfy(sentence -> assertThat(sentence).contains(rule));
  }

  /** What a good pool does under faults breaks no rule. */
  @Test
  void check_goodRound_findsNothing() {
    ran(FIRST, GOOD[0]);
    succeeded(GOOD[0]);
    wrote(FIRST, Mark.BEGAN, THROWER);
    wrote(FIRST, Mark.THREW, THROWER);
    endedAs(THROWER, How.THREW, 0, 1);
    wrote(FIRST, Mark.BEGAN, GOOD[1]);
    acted(FIRST, Deed.PAUSE, Deed.KILL);
    endedAs(GOOD[1], How.LOST, FIRST.pid(), 1);
    wrote(SECOND, Mark.BEGAN, GOOD[2]);
    wrote(SECOND, Mark.FILLS, GOOD[2]);
    acted(SECOND, Deed.FILL);
    endedAs(GOOD[2], How.OUT_OF_MEMORY, 0, 1);

    assertThat(broken()).isEmpty();
  }

  /** A worker that is killed between two items may lose the one that has not written yet. */
  @Test
  void check_lostBeforeFirstLine_findsNothing() {
    ran(FIRST, GOOD[0]);
    succeeded(GOOD[0]);
    acted(FIRST, Deed.KILL);
    endedAs(GOOD[1], How.LOST, FIRST.pid(), 1);

    assertThat(broken()).isEmpty();
  }

  /** An item without a retry must not begin twice. */
  @Test
  void check_doubledBegin_isFound() {
    wrote(FIRST, Mark.BEGAN, GOOD[0]);
    acted(FIRST, Deed.KILL);
    ran(SECOND, GOOD[0]);
    succeeded(GOOD[0]);

    assertBroken("must not begin more often");
  }

  /** An item that was given to the pool must come out of it. */
  @Test
  void check_itemWithoutOutcome_isFound() {
    ran(FIRST, GOOD[0]);

    assertBroken("must have one outcome: item=" + GOOD[0] + " outcomes=0");
  }

  /** An item must come out once. */
  @Test
  void check_twoOutcomes_isFound() {
    ran(FIRST, GOOD[0]);
    succeeded(GOOD[0]);
    succeeded(GOOD[0]);

    assertBroken("must have one outcome: item=" + GOOD[0] + " outcomes=2");
  }

  /** A success with a wrong value is no success. */
  @Test
  void check_wrongValue_isFound() {
    ran(FIRST, GOOD[0]);
    endedAs(GOOD[0], How.SUCCEEDED, Mix.result(SEED, GOOD[1]), 1);

    assertBroken("must have the right value");
  }

  /** A success of an item that never came to its end is made up. */
  @Test
  void check_successWithoutEnd_isFound() {
    wrote(FIRST, Mark.BEGAN, GOOD[0]);
    succeeded(GOOD[0]);

    assertBroken("must have come to its end");
  }

  /** A kill costs the item that ran and no other. */
  @Test
  void check_secondLossOfOneWorker_isFound() {
    wrote(FIRST, Mark.BEGAN, GOOD[0]);
    acted(FIRST, Deed.KILL);
    endedAs(GOOD[0], How.LOST, FIRST.pid(), 1);
    endedAs(GOOD[1], How.LOST, FIRST.pid(), 1);

    assertBroken("must be lost by the worker that ran it");
  }

  /** An item that had ended is not lost when its worker dies at a later one. */
  @Test
  void check_lossOfAnEarlierItem_isFound() {
    ran(FIRST, GOOD[0]);
    wrote(FIRST, Mark.BEGAN, GOOD[1]);
    acted(FIRST, Deed.KILL);
    endedAs(GOOD[0], How.LOST, FIRST.pid(), 1);
    endedAs(GOOD[1], How.LOST, FIRST.pid(), 1);

    assertBroken("when its worker runs another");
  }

  /** A worker that nobody touched is not lost. */
  @Test
  void check_lossWithoutAct_isFound() {
    wrote(FIRST, Mark.BEGAN, GOOD[0]);
    acted(FIRST, Deed.HALT);
    endedAs(GOOD[0], How.LOST, FIRST.pid(), 1);

    assertBroken("nobody did anything");
  }

  /** Two attempts of an item never run at once. */
  @Test
  void check_overlap_isFound() {
    attempts = 2;
    wrote(FIRST, Mark.BEGAN, GOOD[0]);
    wrote(SECOND, Mark.BEGAN, GOOD[0]);
    wrote(SECOND, Mark.OVERLAPPED, GOOD[0]);
    wrote(SECOND, Mark.ENDED, GOOD[0]);
    endedAs(GOOD[0], How.SUCCEEDED, Mix.result(SEED, GOOD[0]), 2);

    assertBroken("must not run at once");
  }

  /** An item that has a further attempt is not given up. */
  @Test
  void check_givenUpTooEarly_isFound() {
    attempts = 3;
    wrote(FIRST, Mark.BEGAN, GOOD[0]);
    acted(FIRST, Deed.KILL);
    endedAs(GOOD[0], How.LOST, FIRST.pid(), 1);

    assertBroken("must have all its attempts");
  }

  /** What is over does not go on. */
  @Test
  void check_lineAfterTheEnd_isFound() {
    mayCancel = true;
    wrote(FIRST, Mark.BEGAN, GOOD[0]);
    ended.add(new Ended(GOOD[0], How.CANCELLED, 0, 0, "", clock));
    wrote(FIRST, Mark.INTERRUPTED, GOOD[0]);

    assertBroken("that is over must not run");
  }

  /** An item that nobody cancelled does not end as cancelled. */
  @Test
  void check_cancelOutOfTheBlue_isFound() {
    endedAs(GOOD[0], How.CANCELLED, 0, 0);

    assertBroken("nobody cancelled");
  }

  /** A worker runs one item at a time. */
  @Test
  void check_itemsInterleaved_isFound() {
    wrote(FIRST, Mark.BEGAN, GOOD[0]);
    ran(FIRST, GOOD[1]);
    endedAs(GOOD[0], How.TIMED_OUT, 0, 1);
    succeeded(GOOD[1]);

    assertBroken("one item after the other");
  }

  /** A failure that no item of the round was made for is found. */
  @Test
  void check_strangeFailure_isFound() {
    endedAs(GOOD[0], How.OTHERWISE, 0, 0);

    assertBroken("ended as none can");
  }
}
