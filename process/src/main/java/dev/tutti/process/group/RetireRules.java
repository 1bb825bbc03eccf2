package dev.tutti.process.group;

import dev.tutti.event.PoolEvent.Reason;
import dev.tutti.plan.DataSize;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * When a worker that works is to leave.
 *
 * @param tasks after how many tasks
 * @param resident above how much resident memory
 * @param heap above how much heap in use; the worker itself looks
 * @param age after how long since its start
 * @param idle after how long without work
 * @param least how many workers stay, however long they are idle, until the pool is told otherwise
 * @param residentLimit above how much resident memory it is killed
 */
public record RetireRules(
    OptionalInt tasks,
    Optional<DataSize> resident,
    Optional<DataSize> heap,
    Optional<Duration> age,
    Optional<Duration> idle,
    int least,
    Optional<DataSize> residentLimit) {
  private static final long LEAST_TICK_MILLIS = 10;
  private static final long MOST_TICK_MILLIS = 200;
  private static final int TICKS_IN_A_BOUND = 5;

  /**
   * Why a worker leaves.
   *
   * @param reason why
   * @param words the same with the figures that decided it
   */
  record Retirement(Reason reason, String words) {}

  /** {@return how many tasks a worker may still run that has run some} */
  int tasksLeft(long ran) {
    return tasks.isEmpty() ? Integer.MAX_VALUE : (int) Math.max(0, tasks.getAsInt() - ran);
  }

  /**
   * {@return why a worker is to leave that has just ended a task; null if it is not}
   *
   * @param signs what is known of it
   */
  @Nullable Retirement dueAfterTask(VitalSigns signs) {
    if (tasksLeft(signs.ran()) == 0) {
      return new Retirement(Reason.TASKS, "it has run %d tasks".formatted(signs.ran()));
    }
    if (age.isPresent() && signs.ageNanos() > TimeUnit.NANOSECONDS.convert(age.get())) {
      return tooOld(signs);
    }
    if (resident.isPresent()) {
      OptionalLong bytes = signs.residentBytes();
      if (bytes.isPresent() && bytes.getAsLong() > resident.get().bytes()) {
        return new Retirement(
            Reason.RESIDENT,
            "its resident memory is above its bound: resident=%s bound=%s"
                .formatted(DataSize.bytes(bytes.getAsLong()), resident.get()));
      }
    }
    return null;
  }

  private Retirement tooOld(VitalSigns signs) {
    return new Retirement(
        Reason.AGE,
        "it is older than its bound: age=%s bound=%s"
            .formatted(seconds(signs.ageNanos()), age.orElse(Duration.ZERO)));
  }

  /**
   * {@return why a worker is to leave that has nothing to do; null if it is not}
   *
   * @param signs what is known of it
   * @param idleNanos how long it has had nothing to do
   * @param spare how many workers there are more than are to stay
   */
  @Nullable Retirement dueWhileIdle(VitalSigns signs, long idleNanos, int spare) {
    if (age.isPresent() && signs.ageNanos() > TimeUnit.NANOSECONDS.convert(age.get())) {
      return tooOld(signs);
    }
    if (idle.isPresent() && idleNanos > TimeUnit.NANOSECONDS.convert(idle.get()) && spare > 0) {
      return new Retirement(Reason.IDLE, "it has had nothing to do for " + seconds(idleNanos));
    }
    return null;
  }

  /**
   * {@return why a worker is to be killed; null if it is not}
   *
   * @param signs what is known of it
   */
  @Nullable String killReason(VitalSigns signs) {
    if (residentLimit.isEmpty()) {
      return null;
    }
    OptionalLong bytes = signs.residentBytes();
    return bytes.isPresent() && bytes.getAsLong() > residentLimit.get().bytes()
        ? "its resident memory was above its limit, and it was killed: resident=%s limit=%s"
            .formatted(DataSize.bytes(bytes.getAsLong()), residentLimit.get())
        : null;
  }

  /** {@return whether a worker that has nothing to do needs no look} */
  boolean letIdle() {
    return age.isEmpty() && idle.isEmpty() && residentLimit.isEmpty();
  }

  /** {@return how often workers are to be looked at, in milliseconds} */
  long tickMillis() {
    long tick = MOST_TICK_MILLIS;
    for (Optional<Duration> bound : List.of(age, idle)) {
      if (bound.isPresent()) {
        tick =
            Math.min(
                tick,
                Math.max(
                    LEAST_TICK_MILLIS,
                    TimeUnit.MILLISECONDS.convert(bound.get()) / TICKS_IN_A_BOUND));
      }
    }
    return tick;
  }

  private static String seconds(long nanos) {
    return "%.1f s".formatted(nanos / (double) TimeUnit.SECONDS.toNanos(1));
  }
}
