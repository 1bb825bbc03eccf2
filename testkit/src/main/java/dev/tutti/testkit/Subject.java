package dev.tutti.testkit;

import dev.tutti.Pool;

/** What a suite must know of the backend that it looks at. */
interface Subject {
  Pool open(int workers);

  Pool open();

  boolean isolated();

  boolean callerRuns();

  boolean canStop();

  boolean boundsWorkers();
}
