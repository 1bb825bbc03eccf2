package dev.tutti.actors;

import dev.tutti.process.PipeEnd;
import dev.tutti.task.Action;

/**
 * The one task of an actor's process: to have the state, and to run calls on it.
 *
 * @param pipe where calls come from and answers go
 * @param words by which its owner knows what has begun
 * @param state how the state is made, or a checkpoint, as the codec has written it
 * @param restores whether it is a checkpoint
 * @param atOnce how many calls run at the same time at most
 * @param checkpointEvery after how many calls the state is copied; 0 for never
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares it
record Host(
    PipeEnd pipe, Words words, byte[] state, boolean restores, int atOnce, int checkpointEvery)
    implements Action {
  @Override
  public void act() {
    new HostRun(this).run();
  }
}
