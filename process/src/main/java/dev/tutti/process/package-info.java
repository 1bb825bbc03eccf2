/** Running tasks in worker JVMs on this machine. */
package dev.tutti.process;
