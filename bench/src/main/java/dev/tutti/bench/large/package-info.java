/** What large values cost, and where. */
@NullMarked
package dev.tutti.bench.large;

import org.jspecify.annotations.NullMarked;
