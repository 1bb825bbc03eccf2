package dev.tutti.task;

import org.jspecify.annotations.Nullable;

/**
 * The task was given up before it had a result: it was cancelled, its call was stopped, or its pool
 * was closed.
 *
 * @param <R> the type of the result
 * @since 0.1
 */
public record Cancelled<R extends @Nullable Object>() implements Outcome<R> {}
