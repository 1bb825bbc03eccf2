/** Class loaders that only one process has, and how others get their classes. */
package dev.tutti.origin;
