package dev.tutti.task;

import org.jspecify.annotations.Nullable;

/**
 * The task returned.
 *
 * @param <R> the type of the result
 * @param value what it returned
 * @since 0.1
 */
public record Success<R extends @Nullable Object>(R value) implements Outcome<R> {}
