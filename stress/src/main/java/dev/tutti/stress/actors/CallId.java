package dev.tutti.stress.actors;

import java.io.Serializable;

/**
 * Tells a call from all others of its round.
 *
 * @param caller who makes it
 * @param number its number among his
 */
record CallId(int caller, int number) implements Serializable {
  private static final long serialVersionUID = 1L;
}
