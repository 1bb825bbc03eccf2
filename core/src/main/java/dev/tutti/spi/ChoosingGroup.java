package dev.tutti.spi;

/**
 * A group that has threads, virtual threads and the caller. The engine measures the items of a bulk
 * call and says which of them is to run them; submitted tasks go to virtual threads.
 *
 * <p>Its {@linkplain WorkerGroup#maxWorkers largest number of workers} is that of its threads. Each
 * kind of worker gets its work {@linkplain WorkSource#only from a source of its own}.
 *
 * @since 0.1
 */
public interface ChoosingGroup extends CallerGroup, HelpingGroup {}
