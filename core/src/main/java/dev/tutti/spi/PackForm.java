package dev.tutti.spi;

/**
 * A group's own form of a pack, which can be taken apart.
 *
 * @since 0.1
 */
public interface PackForm {
  /**
   * {@return the form of some elements; of one alone, what the group would make for it as an item}
   *
   * @param from the first of them
   * @param to the one behind the last of them
   */
  Object part(int from, int to);

  /**
   * {@return how much memory the form of some elements takes, in bytes, about}
   *
   * @param from the first of them
   * @param to the one behind the last of them
   */
  long bytes(int from, int to);
}
