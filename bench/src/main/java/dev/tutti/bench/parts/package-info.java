/** Measurements of single parts, with JMH. */
@NullMarked
package dev.tutti.bench.parts;

import org.jspecify.annotations.NullMarked;
