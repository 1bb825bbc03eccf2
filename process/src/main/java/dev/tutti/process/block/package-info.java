/** Shared memory in which the large parts of values cross between a pool and its workers. */
package dev.tutti.process.block;
