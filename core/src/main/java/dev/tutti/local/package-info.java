/** Workers inside this JVM: the caller, threads, virtual threads. */
package dev.tutti.local;
