/**
 * The torture of a pool of worker processes, and its judgement from what the tasks have written.
 */
@NullMarked
package dev.tutti.stress;

import org.jspecify.annotations.NullMarked;
