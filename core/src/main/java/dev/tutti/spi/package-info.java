/** What a backend offers to the engine, what the engine offers to a backend. */
package dev.tutti.spi;
