/** Rules about the structure of all modules, checked on what was built. */
package dev.tutti.checks;
