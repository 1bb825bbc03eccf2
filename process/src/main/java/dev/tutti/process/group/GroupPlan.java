package dev.tutti.process.group;

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
 */
@SuppressWarnings("ArrayRecordComponent") // written once, never compared
public record GroupPlan(
    LaunchPlan launch, Duration grace, RetireRules rules, byte @Nullable [] initialiser) {}
