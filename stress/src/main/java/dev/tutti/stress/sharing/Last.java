package dev.tutti.stress.sharing;

import dev.tutti.memory.sync.ProcessLock;

/** A process that makes a doorbell and ends. */
final class Last {
  private Last() {}

  /**
   * Locks and unlocks.
   *
   * @param args none
   */
  public static void main(String[] args) {
    ProcessLock lock = ProcessLock.create();
    lock.lock();
    try {
      System.out.println(lock);
    } finally {
      lock.unlock();
    }
  }
}
