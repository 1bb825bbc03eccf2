/** Whole programs that show one use each: read one, copy it, change it. */
package dev.tutti.examples;
