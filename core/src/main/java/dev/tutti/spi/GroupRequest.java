package dev.tutti.spi;

import dev.tutti.event.PoolListener;
import dev.tutti.plan.BackendOptions;

/**
 * What a pool asks of a backend.
 *
 * @param pool the name of the pool, for threads, files and messages
 * @param options the options that the user gave
 * @param source where the group gets its work
 * @param sink where the group tells how the work ended
 * @param events who is told what happens to the workers
 * @since 0.1
 */
public record GroupRequest(
    String pool,
    BackendOptions options,
    WorkSource source,
    OutcomeSink sink,
    PoolListener events) {}
