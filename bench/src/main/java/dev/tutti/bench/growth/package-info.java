/** How cost and memory grow with the number of items, and speed with the number of workers. */
@NullMarked
package dev.tutti.bench.growth;

import org.jspecify.annotations.NullMarked;
