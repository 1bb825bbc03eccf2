package dev.tutti.memory.bell;

/**
 * Words of 64 bits that several threads, or several processes, read and change.
 *
 * <p><b>Thread safety.</b> All accesses of all words are in one order that every thread and every
 * process agrees on, but those of {@link #put}.
 *
 * <p><b>Memory consistency.</b> What is written before a word is set happens-before what is read
 * after that value was seen, in any process.
 */
public interface Words {
  /**
   * {@return what a word holds}
   *
   * @param word its number
   */
  long get(int word);

  /**
   * Writes a word.
   *
   * @param word its number
   * @param value what it holds from now on
   */
  void set(int word, long value);

  /**
   * Writes a word that only the caller reads until it sets another one.
   *
   * @param word its number
   * @param value what it holds from now on
   */
  void put(int word, long value);

  /**
   * Writes a word if it holds what is expected.
   *
   * @param word its number
   * @param expected what it must hold
   * @param value what it holds from now on
   * @return whether it held that
   */
  boolean compareAndSet(int word, long expected, long value);

  /**
   * Sets bits of a word. Costs one read if they are set.
   *
   * @param word its number
   * @param bits the bits
   */
  default void setBits(int word, long bits) {
    long now = get(word);
    while ((now & bits) != bits && !compareAndSet(word, now, now | bits)) {
      now = get(word);
    }
  }

  /**
   * Clears bits of a word.
   *
   * @param word its number
   * @param bits the bits
   * @return which of them were set
   */
  default long clearBits(int word, long bits) {
    long now = get(word);
    while ((now & bits) != 0 && !compareAndSet(word, now, now & ~bits)) {
      now = get(word);
    }
    return now & bits;
  }

  /**
   * {@return a word's next value, which it holds now}
   *
   * @param word its number
   */
  default long increment(int word) {
    long now = get(word);
    while (!compareAndSet(word, now, now + 1)) {
      now = get(word);
    }
    return now + 1;
  }
}
