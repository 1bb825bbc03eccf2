/** What {@code Parallel} chooses by measurement, beside what it could have chosen. */
@NullMarked
package dev.tutti.bench.choose;

import org.jspecify.annotations.NullMarked;
