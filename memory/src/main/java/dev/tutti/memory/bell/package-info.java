/**
 * Waiting for something in shared memory, and being told by another process that it has changed.
 */
package dev.tutti.memory.bell;
