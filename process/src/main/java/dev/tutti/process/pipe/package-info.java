/** Messages between two processes, over a socket that the two ends find by themselves. */
package dev.tutti.process.pipe;
