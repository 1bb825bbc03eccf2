/**
 * The command line: arguments to commands to pools, results to standard output, talk to standard
 * error.
 */
package dev.tutti.cli;
