/** Memory that every process sees, as handles that a lambda can capture. */
package dev.tutti.memory;
