/** What a sum costs whose numbers workers combine first. */
@NullMarked
package dev.tutti.bench.reduce;

import org.jspecify.annotations.NullMarked;
