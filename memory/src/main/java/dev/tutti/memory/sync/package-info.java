/**
 * Waiting for each other, in threads and processes: semaphores, locks, conditions, events, latches,
 * barriers, queues.
 *
 * <p>Each object is a handle: captured in a task of a pool of processes, or serialised in another
 * way, it is the same object in the other process. In one process there is one Java object for it.
 * It exists as long as some process refers to it; a handle on its way is good while the process
 * that gave it still refers to the object. At most 64 processes at a time may use one.
 *
 * <p><b>Time-outs.</b> A {@code Duration} that is zero or negative does not wait; one that is too
 * long for a {@code long} of nanoseconds waits for ever.
 *
 * <p><b>Waiting.</b> Waiters are parked, platform and virtual threads alike, and nobody polls. Who
 * is killed while it wakes another costs that one a quarter of a second at most.
 *
 * <p><b>Native access.</b> None is needed. Where a JVM allows it to this module ({@code
 * --enable-native-access}, which worker JVMs get), platform threads that often wait sleep in the
 * kernel instead, and are woken without a detour.
 */
package dev.tutti.memory.sync;
