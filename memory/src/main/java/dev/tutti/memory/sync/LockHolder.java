package dev.tutti.memory.sync;

/**
 * Who has, or had, a lock.
 *
 * {@snippet class=dev.tutti.memory.sync.SyncSnippets region=holder lang=java}
 *
 * @param pid the process; 0 if it ended so long ago that it is not known any more
 * @param thread the {@linkplain Thread#threadId identifier} of the thread in that process, its
 *     lower 32 bits
 * @since 0.1
 */
public record LockHolder(long pid, long thread) {}
