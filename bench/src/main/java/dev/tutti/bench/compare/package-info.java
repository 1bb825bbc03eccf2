/** The Java columns of the comparison, each in a JVM of its own. */
@NullMarked
package dev.tutti.bench.compare;

import org.jspecify.annotations.NullMarked;
