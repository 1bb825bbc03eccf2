/** Starting a worker JVM that sees what this JVM sees, and hearing what it prints. */
package dev.tutti.process.launch;
