/** How much memory and time workers take that have nothing to do, and how fast they start. */
@NullMarked
package dev.tutti.bench.size;

import org.jspecify.annotations.NullMarked;
