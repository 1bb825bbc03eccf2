package dev.tutti.process.group;

import dev.tutti.codec.ValueFilter;
import dev.tutti.process.launch.LaunchPlan;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a group of worker processes is to be like.
 *
 * @param launch how workers are started
 * @param grace how long what is to stop may go on
 * @param rules when a worker is to leave
 * @param initialiser the bytes of what each worker does first; null for nothing
 * @param initialiserSource what those bytes were made of, kept because workers may ask for its
 *     classes; null for nothing
 * @param filter what is taken from workers
 * @param maxReadTime how long reading a value from a worker may take
 */
@SuppressWarnings("ArrayRecordComponent") // written once, never compared
public record GroupPlan(
    LaunchPlan launch,
    Duration grace,
    RetireRules rules,
    byte @Nullable [] initialiser,
    @Nullable Object initialiserSource,
    ValueFilter filter,
    Duration maxReadTime) {}
