package dev.tutti.memory.bell;

/** How a process knows its neighbours: who it is, who of them still runs, and how to ring. */
public interface Neighbourhood {
  /** {@return who this process is: a positive number that no other process has} */
  long self();

  /**
   * {@return whether a process still runs; true if that cannot be told}
   *
   * @param process who it is
   */
  boolean isAlive(long process);

  /** {@return how often lines with waiters are looked at} */
  long lookNanos();

  /** {@return where this process's doorbell is; empty if it cannot have one} */
  String bell();

  /**
   * Rings a neighbour.
   *
   * @param process who it is
   * @param bell where its doorbell is
   * @param key for which line
   * @return whether somebody was there to hear it
   */
  boolean ring(long process, String bell, long key);

  /**
   * Rings for a line reach it from now on, as long as something refers to it.
   *
   * @param line the line
   */
  void add(Line line);

  /**
   * Says that a line has waiters in this process, so that it is looked at now and then.
   *
   * @param line the line
   */
  void watch(Line line);

  /**
   * Says that a line has no waiters in this process any more.
   *
   * @param line the line
   */
  void unwatch(Line line);
}
