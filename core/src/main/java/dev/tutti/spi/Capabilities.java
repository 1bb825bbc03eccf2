package dev.tutti.spi;

/**
 * What the workers of a group can do.
 *
 * @param sharesMemory whether workers see the caller's objects themselves, not copies
 * @param batches whether it pays to hand over several items at once
 * @since 0.1
 */
public record Capabilities(boolean sharesMemory, boolean batches) {}
