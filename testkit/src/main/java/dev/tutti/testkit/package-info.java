/** What a backend must keep, faults to try it with, and checks that nothing is left behind. */
package dev.tutti.testkit;
