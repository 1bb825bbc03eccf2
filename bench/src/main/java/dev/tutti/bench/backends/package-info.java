/** The same work on every backend: computing, waiting, and work that crashes, hangs or leaks. */
@NullMarked
package dev.tutti.bench.backends;

import org.jspecify.annotations.NullMarked;
