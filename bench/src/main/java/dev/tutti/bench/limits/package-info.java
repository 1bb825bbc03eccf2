/** What is promised in figures: memory of streams, slow items, batches, the time that is left. */
@NullMarked
package dev.tutti.bench.limits;

import org.jspecify.annotations.NullMarked;
