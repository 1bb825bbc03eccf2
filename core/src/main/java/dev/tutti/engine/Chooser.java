package dev.tutti.engine;

import dev.tutti.plan.Choice;
import dev.tutti.spi.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * What is known of the items of one call, and which way they go. Times come from outside. Guarded
 * by the lock of its {@link ChoosingFeed}.
 */
final class Chooser {
  /*
   *   trial     the thread that reads runs the items, one first, then twice as many each time, until they have taken TRIAL
   *             together or one of them takes long; the last of these samples decides, as the first ones also pay for loading.
   *             One that waits decides at once: on virtual threads its mistakes are found out
   *   decided   further samples are compared with the one that decided (`basis`). Two in a row that are more than four times
   *             as long or short, or compute for another half of their time, decide anew; and so do some together that do, where
   *             kinds of items take turns, so that no two in a row are alike
   *
   * Where the thread that reads must not run the first items, one by one of them go to threads, whose samples are the trial.
   *
   * Nobody can tell the CPU time on a virtual thread. So there the times of the first samples are the basis, and where later
   * ones are different there is a trial again, each time after a longer pause. An item that has waited waits for its turn too,
   * behind all the others: that makes none different.
   */
  private static final long TRIAL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long CHUNK_NANOS = TimeUnit.MICROSECONDS.toNanos(250);
  private static final long WAIT_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int MOST_HERE = 4_096;
  private static final double DIFFERENT = 4;
  private static final double OTHER_SHARE = 0.5;
  private static final int IN_A_ROW = 2;
  private static final int LEAST_RECENT = 4;
  private static final int MOST_RECENT = 8;
  private static final int VIRTUAL_BASIS = 8;
  private static final int MOST_STEPS = 16;
  private static final int UNKNOWN_LEFT = 1_024;

  private final Costs costs;
  private final OptionalLong expected;
  private final boolean singly;
  private final List<Decision> decisions = new ArrayList<>();
  private Way way = Way.CALLER;
  private boolean onTrial = true;
  private int batch = 1;
  private long done;
  private long spentNanos;
  private int lastHere;
  private Sample last = Sample.NONE;
  private Sample basis = Sample.NONE;
  private Sample odd = Sample.NONE;
  private int oddInRow;
  private Sample recent = Sample.NONE;
  private int recentCount;
  private long nextTrialNanos;
  private long pauseNanos = PAUSE_NANOS;
  private boolean hasPaused;

  /** What was known when it was decided. To put it into words takes as long as many items. */
  private record Decision(Sample sample, long left, long done) {}

  /**
   * @param costs what items cost in each way
   * @param expected how many items there are, if that is known
   * @param singly whether items go to workers one by one, because each is made large enough
   */
  Chooser(Costs costs, OptionalLong expected, boolean singly) {
    this.costs = costs;
    this.expected = expected;
    this.singly = singly;
  }

  /** The trial is not for the thread that reads. */
  void tryElsewhere() {
    onTrial = false;
    way = Way.THREADS;
  }

  /** {@return which way the next item goes} */
  Way way() {
    return onTrial ? Way.CALLER : way;
  }

  /** {@return how many items go to a worker together} */
  int batch() {
    return batch;
  }

  /** {@return how many items the thread that reads is to run next, if it is to run them} */
  int here() {
    if (singly || last.items() == 0) {
      return 1;
    }
    long fit = Math.max(1, (long) (CHUNK_NANOS / last.wall()));
    return (int) Math.min(Math.min(fit, MOST_HERE), Math.max(1, 2L * lastHere));
  }

  private long left() {
    return expected.isPresent()
        ? Math.max(0, expected.getAsLong() - done)
        : Math.max(UNKNOWN_LEFT, done);
  }

  /**
   * Items have run on the thread that reads.
   *
   * @param count how many of the call's items that were
   * @return whether what comes next goes another way than before
   */
  boolean ranHere(Sample sample, int count) {
    done += sample.items();
    lastHere = count;
    last = sample;
    if (!onTrial) {
      return way == Way.CALLER && isOdd(sample) && decide(odd);
    }
    spentNanos += sample.wallNanos();
    boolean waits = sample.wallNanos() >= WAIT_NANOS && sample.hardlyComputes();
    return (waits || spentNanos >= TRIAL_NANOS) && decide(sample);
  }

  /**
   * Items that the thread that reads has begun take long.
   *
   * @param sample the items that have ended, and the one that runs, with their time so far
   * @return whether what comes next goes another way than before
   */
  boolean stillRunsHere(Sample sample) {
    boolean asExpected = !onTrial && sample.wall() < DIFFERENT * basis.wall();
    return !asExpected && decide(sample);
  }

  /** Some more items have ended. */
  void count(long items) {
    done += items;
  }

  /**
   * Items have run on a worker.
   *
   * @param nowNanos the time, as {@link System#nanoTime}
   * @return whether what comes next goes another way than before
   */
  boolean ranElsewhere(Sample sample, long nowNanos) {
    done += sample.items();
    if (onTrial || way == Way.CALLER) {
      return false; // a straggler of what went before
    }
    if (sample.hasCpu()) {
      return way == Way.THREADS && ranOnThreads(sample);
    }
    if (way == Way.VIRTUAL_THREADS) {
      ranVirtually(sample, nowNanos);
    }
    return false;
  }

  private boolean ranOnThreads(Sample sample) {
    if (basis.items() == 0) {
      return isTried(sample);
    }
    boolean isMixed = isMixed(sample);
    if (isOdd(sample)) {
      return decide(odd);
    }
    return isMixed && decide(recent);
  }

  /** {@return whether the samples of threads that stand for a trial have decided} */
  private boolean isTried(Sample sample) {
    spentNanos += sample.wallNanos();
    return spentNanos >= TRIAL_NANOS && decide(sample);
  }

  private void ranVirtually(Sample sample, long nowNanos) {
    if (last.items() < VIRTUAL_BASIS) {
      last = last.plus(sample);
      if (last.items() >= VIRTUAL_BASIS) {
        boolean wasChance = last.wall() < basis.wall() / DIFFERENT;
        basis = last;
        if (wasChance) {
          tryAgain(nowNanos);
        }
      }
    } else if (isOdd(sample)) {
      basis = odd; // what is as this is now is no reason for another trial
      tryAgain(nowNanos);
      forgetOdd();
    }
  }

  private void tryAgain(long nowNanos) {
    if (!hasPaused || nowNanos - nextTrialNanos >= 0) {
      hasPaused = true;
      nextTrialNanos = nowNanos + pauseNanos;
      pauseNanos *= 2;
      beginTrial();
    }
  }

  private void beginTrial() {
    onTrial = true;
    spentNanos = 0;
    last = Sample.NONE;
    lastHere = 0;
  }

  /** {@return whether so many in a row were different that it has to be decided again} */
  private boolean isOdd(Sample sample) {
    double turn = way == Way.VIRTUAL_THREADS ? costs.turnNanos() : 0;
    boolean known = sample.hasCpu() && basis.hasCpu();
    boolean different =
        sample.wall() > DIFFERENT * (basis.wall() + turn)
            || sample.wall() < basis.wall() / DIFFERENT
            || (known && Math.abs(sample.share() - basis.share()) > OTHER_SHARE);
    if (!different) {
      forgetOdd();
      return false;
    }
    odd = odd.plus(sample);
    oddInRow++;
    return oddInRow >= IN_A_ROW;
  }

  /** {@return whether the last ones together compute for another part of their time} */
  private boolean isMixed(Sample sample) {
    boolean begins = recentCount == MOST_RECENT;
    recent = begins ? sample : recent.plus(sample);
    recentCount = begins ? 1 : recentCount + 1;
    return recentCount >= LEAST_RECENT
        && recent.hasCpu()
        && basis.hasCpu()
        && Math.abs(recent.share() - basis.share()) > OTHER_SHARE;
  }

  private void forgetOdd() {
    odd = Sample.NONE;
    oddInRow = 0;
  }

  private boolean decide(Sample sample) {
    Way before = way;
    int batchBefore = batch;
    boolean wasOnTrial = onTrial;
    long left = left();
    basis = sample;
    last = sample;
    onTrial = false;
    recent = Sample.NONE;
    recentCount = 0;
    forgetOdd();
    if (left == 0) {
      return false;
    }
    way = costs.best(sample, left);
    batch = way == Way.THREADS && !singly ? costs.batch(sample.wall(), left) : 1;
    boolean changed = way != before || batch != batchBefore;
    if (decisions.isEmpty() || way != before || isOtherSize(batchBefore)) {
      note(new Decision(sample, left, done));
    }
    if (way == Way.VIRTUAL_THREADS) {
      last = Sample.NONE; // the basis is what they take there
    }
    return changed || (wasOnTrial && way != Way.CALLER);
  }

  private boolean isOtherSize(int before) {
    return batch > DIFFERENT * before || before > DIFFERENT * batch;
  }

  private void note(Decision decision) {
    if (decisions.size() == MOST_STEPS) {
      decisions.remove(1); // the first and the last are the ones that are asked for
    }
    decisions.add(decision);
  }

  /** {@return what was decided so far} */
  Choice choice() {
    if (!decisions.isEmpty()) {
      return new Choice(decisions.stream().map(d -> costs.step(d.sample, d.left, d.done)).toList());
    }
    return new Choice(
        List.of(
            new Choice.Step(
                0,
                Way.CALLER.backend(),
                1,
                1,
                last.items() == 0 ? Optional.empty() : Optional.of(last.figures()),
                List.of(),
                "the call was over before there was anything to decide",
                List.of())));
  }
}
