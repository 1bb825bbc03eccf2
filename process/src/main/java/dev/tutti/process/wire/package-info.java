/** What a pool and its worker processes say to each other, byte by byte. */
package dev.tutti.process.wire;
