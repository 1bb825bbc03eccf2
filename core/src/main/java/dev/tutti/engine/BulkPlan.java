package dev.tutti.engine;

import dev.tutti.event.Progress;
import dev.tutti.plan.Batching;
import org.jspecify.annotations.Nullable;

/**
 * How a bulk call is to be run.
 *
 * @param window how many items may be on their way at once
 * @param batching how many items go to a worker together
 * @param progress who is told how far it is, if anybody
 */
public record BulkPlan(int window, Batching batching, @Nullable Progress progress) {}
