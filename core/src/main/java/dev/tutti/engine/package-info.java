/** The way of a task from the caller to a worker, and of its outcome back. */
package dev.tutti.engine;
