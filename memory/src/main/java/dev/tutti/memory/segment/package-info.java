/**
 * Pieces of memory that several processes map, and how one finds those of another; and the folders
 * that those processes leave if they are killed.
 */
package dev.tutti.memory.segment;
