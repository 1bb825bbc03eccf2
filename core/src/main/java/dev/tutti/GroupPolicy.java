package dev.tutti;

import dev.tutti.task.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * When a {@link TaskGroup} is done, and what its tasks keep to. {@link TaskGroup#failFast}, {@link
 * TaskGroup#allSuccessful}, {@link TaskGroup#anySuccessful} and {@link TaskGroup#awaitAll} make
 * one; its methods make others of it.
 *
 * {@snippet class=dev.tutti.GroupSnippets region=policy lang=java}
 *
 * <p><b>Thread safety.</b> Immutable; may be used for any number of groups.
 *
 * @param <T> the type of what the tasks return
 * @param <R> the type of what {@link TaskGroup#join} returns
 * @since 0.1
 */
public final class GroupPolicy<T extends @Nullable Object, R extends @Nullable Object> {
  /** What ends a group before all its tasks have ended. */
  enum Until {
    FIRST_FAILURE,
    FIRST_SUCCESS,
    ALL_HAVE_ENDED
  }

  private final Until until;
  private final Function<List<T>, R> result;
  private final Optional<Duration> deadline;
  private final OptionalInt atMost;
  private final List<Carried.Source> carried;

  private GroupPolicy(
      Until until,
      Function<List<T>, R> result,
      Optional<Duration> deadline,
      OptionalInt atMost,
      List<Carried.Source> carried) {
    this.until = until;
    this.result = result;
    this.deadline = deadline;
    this.atMost = atMost;
    this.carried = carried;
  }

  /**
   * Makes a policy.
   *
   * @param until what ends the group
   * @param result what {@code join} returns for the results that count, in the order of their forks
   */
  static <T extends @Nullable Object, R extends @Nullable Object> GroupPolicy<T, R> of(
      Until until, Function<List<T>, R> result) {
    return new GroupPolicy<>(until, result, Optional.empty(), OptionalInt.empty(), List.of());
  }

  /**
   * {@return this policy with a deadline} When it comes, tasks that have not ended are cancelled
   * and {@code join} throws.
   *
   * @param limit how long the group may take, counted from when it is opened; not negative
   * @throws IllegalArgumentException if it is negative
   */
  public GroupPolicy<T, R> deadline(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    if (limit.isNegative()) {
      throw new IllegalArgumentException("deadline must not be negative: deadline=" + limit);
    }
    return new GroupPolicy<>(until, result, Optional.of(limit), atMost, carried);
  }

  /**
   * {@return this policy with a bound on how many tasks of the group run at once} The others wait
   * in the group, not in the pool.
   *
   * @param tasks how many, at least 1
   * @throws IllegalArgumentException if there would be none
   */
  public GroupPolicy<T, R> atMost(int tasks) {
    if (tasks < 1) {
      throw new IllegalArgumentException("tasks must be >= 1: tasks=" + tasks);
    }
    return new GroupPolicy<>(until, result, deadline, OptionalInt.of(tasks), carried);
  }

  /**
   * {@return this policy with scoped values that the tasks see as the thread saw them that opened
   * the group} One that is not bound there is not bound in the tasks. For pools of this JVM; see
   * {@link #carrying(Task)} for others.
   *
   * @param values the scoped values, in addition to those named before
   */
  public GroupPolicy<T, R> carrying(ScopedValue<?>... values) {
    List<Carried.Source> more = new ArrayList<>(carried);
    for (ScopedValue<?> value : values) {
      more.add(Carried.Source.here(Objects.requireNonNull(value, "value")));
    }
    return new GroupPolicy<>(until, result, deadline, atMost, List.copyOf(more));
  }

  /**
   * {@return this policy with a scoped value that the tasks see in any process} A scoped value has
   * no name by which another process could find its own; so the worker asks the task for it, which
   * reads a static field there: {@code carrying(() -> TENANT)}. What it is bound to is copied to
   * the worker with each task and must be able to travel.
   *
   * @param place finds the scoped value, in whatever process it runs
   */
  public GroupPolicy<T, R> carrying(Task<? extends ScopedValue<?>> place) {
    List<Carried.Source> more = new ArrayList<>(carried);
    more.add(Carried.Source.anywhere(Objects.requireNonNull(place, "place")));
    return new GroupPolicy<>(until, result, deadline, atMost, List.copyOf(more));
  }

  Until until() {
    return until;
  }

  R result(List<T> results) {
    return result.apply(results);
  }

  Optional<Duration> deadline() {
    return deadline;
  }

  OptionalInt atMost() {
    return atMost;
  }

  List<Carried.Source> carried() {
    return carried;
  }
}
