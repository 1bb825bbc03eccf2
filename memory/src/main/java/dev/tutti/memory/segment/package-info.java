/** Pieces of memory that several processes map, and how one finds those of another. */
package dev.tutti.memory.segment;
