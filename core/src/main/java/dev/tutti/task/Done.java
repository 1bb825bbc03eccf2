package dev.tutti.task;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One item of a bulk call and how it ended.
 *
 * {@snippet class=dev.tutti.TaskSnippets region=done lang=java}
 *
 * @param <A> the type of the item
 * @param <R> the type of the result
 * @param index the item's place in the input, from 0
 * @param item the item
 * @param outcome how its task ended
 * @param elapsed how long its last attempt ran on its worker; zero if it never started, or runs
 *     when the deadline of its call comes
 * @param attempts how often it was started and had ended or had taken longer than its time-out; an
 *     attempt that the deadline of the call meets is not among them, so an item that is timed out
 *     by it may have begun though this is 0
 * @since 0.1
 */
public record Done<A extends @Nullable Object, R extends @Nullable Object>(
    long index, A item, Outcome<R> outcome, Duration elapsed, int attempts) {}
