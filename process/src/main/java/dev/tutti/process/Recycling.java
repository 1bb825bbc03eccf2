package dev.tutti.process;

import dev.tutti.plan.DataSize;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * When a worker process is replaced by a fresh one, though it works: against leaks, and for what is
 * not needed any more.
 *
 * {@snippet class=dev.tutti.process.ProcessSnippets region=recycling lang=java}
 *
 * <p>A worker ends what it runs before it leaves, and gets nothing further; its replacement starts
 * meanwhile if there is work for it. No item is lost, and none is run twice. The reason is told to
 * the pool's {@linkplain dev.tutti.Pool#listen listeners} and logged.
 *
 * @param tasks after how many tasks; if empty, whatever their number
 * @param resident above how much resident memory of the process, looked at after a task; if empty,
 *     whatever it takes
 * @param heap above how much heap in use after a garbage collection, looked at after a task; if
 *     empty, whatever it takes
 * @param age after how long since its start; if empty, at any age
 * @param idle after how long without work it leaves without a replacement; if empty, it stays
 * @param least how many workers stay however long they are idle
 * @since 0.1
 */
public record Recycling(
    OptionalInt tasks,
    Optional<DataSize> resident,
    Optional<DataSize> heap,
    Optional<Duration> age,
    Optional<Duration> idle,
    int least) {
  /** Workers live as long as their pool. */
  public static final Recycling NONE =
      new Recycling(
          OptionalInt.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          0);

  /** Makes the rule. */
  public Recycling {
    Checks.require(tasks.orElse(1) >= 1, "tasks must be >= 1: tasks=" + tasks.orElse(1));
    Objects.requireNonNull(resident, "resident");
    Objects.requireNonNull(heap, "heap");
    age.ifPresent(d -> ensurePositive("age", d));
    idle.ifPresent(d -> ensurePositive("idle", d));
    Checks.require(least >= 0, "least must be >= 0: least=" + least);
  }

  private static void ensurePositive(String name, Duration duration) {
    Checks.require(duration.isPositive(), name + " must be positive: " + name + "=" + duration);
  }

  /**
   * {@return this rule, and a fresh worker after so many tasks}
   *
   * @param number how many, at least 1; with 1, each task has a worker of its own
   */
  public Recycling afterTasks(int number) {
    return new Recycling(OptionalInt.of(number), resident, heap, age, idle, least);
  }

  /**
   * {@return this rule, and a fresh worker once one takes more memory than this}
   *
   * @param size the resident memory of the process
   */
  public Recycling aboveResident(DataSize size) {
    return new Recycling(tasks, Optional.of(size), heap, age, idle, least);
  }

  /**
   * {@return this rule, and a fresh worker once one's heap holds more than this after a collection}
   *
   * @param size the heap in use
   */
  public Recycling aboveHeap(DataSize size) {
    return new Recycling(tasks, resident, Optional.of(size), age, idle, least);
  }

  /**
   * {@return this rule, and a fresh worker after so long}
   *
   * @param time the time since its start, positive
   */
  public Recycling afterAge(Duration time) {
    return new Recycling(tasks, resident, heap, Optional.of(time), idle, least);
  }

  /**
   * {@return this rule, and workers that leave when they have had nothing to do for so long}
   *
   * @param time how long, positive
   * @param stay how many workers stay all the same, not negative
   */
  public Recycling afterIdle(Duration time, int stay) {
    return new Recycling(tasks, resident, heap, age, Optional.of(time), stay);
  }
}
