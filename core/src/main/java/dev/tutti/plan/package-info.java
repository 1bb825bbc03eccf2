/** Decisions as values: how many workers, how to cut, how much in flight. No threads here. */
package dev.tutti.plan;
