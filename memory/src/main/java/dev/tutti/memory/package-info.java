/** Pieces of memory that several processes map. */
package dev.tutti.memory;
