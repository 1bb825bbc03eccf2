/** The front door: pools, and bulk calls over them. */
package dev.tutti;
