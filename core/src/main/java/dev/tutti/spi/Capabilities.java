package dev.tutti.spi;

/**
 * What the workers of a group can do.
 *
 * @param callerRuns whether the thread that offers the work runs it; such a group is a {@link
 *     CallerGroup}
 * @param sharesMemory whether workers see the caller's objects themselves, not copies
 * @param batches whether it pays to hand over several items at once
 * @param packs whether it takes quick items as packs
 * @since 0.1
 */
public record Capabilities(
    boolean callerRuns, boolean sharesMemory, boolean batches, boolean packs) {}
