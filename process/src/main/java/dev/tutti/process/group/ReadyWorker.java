package dev.tutti.process.group;

import dev.tutti.process.block.BlockReader;
import dev.tutti.process.wire.WorkChannel;

/**
 * What a worker has once it can work.
 *
 * @param flights what it was given
 * @param arrivals hears what it says
 * @param blocks reads the large parts of its results
 * @param meeting its two channels
 * @param signs what is seen of it from outside
 */
record ReadyWorker(
    Flights flights, Arrivals arrivals, BlockReader blocks, Meeting meeting, VitalSigns signs) {

  WorkChannel work() {
    return meeting.work();
  }
}
