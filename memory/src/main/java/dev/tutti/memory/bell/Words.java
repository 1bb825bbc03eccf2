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

  /** {@return whether threads can sleep at a word; once it is true it stays so} */
  default boolean isBed() {
    return false;
  }

  /**
   * Sleeps while the lower half of a word holds a value, until somebody wakes it; it may return at
   * any time. An interrupt does not end it. Not for virtual threads.
   *
   * @param word its number
   * @param value what its lower half holds
   * @param mark bits by which this thread can be woken
   * @param nanos how long at most, and then any mark wakes it; {@code Long.MAX_VALUE} for ever
   */
  default void sleep(int word, int value, int mark, long nanos) {
    throw new UnsupportedOperationException("no bed: ask isBed()");
  }

  /**
   * Wakes threads of any process that sleep at a word. Those that are about to sleep there are not
   * told: change the word first.
   *
   * @param word its number
   * @param marks of whom: of those who have one of these bits
   * @param count how many at most
   * @return how many were woken
   */
  default int wake(int word, int marks, int count) {
    throw new UnsupportedOperationException("no bed: ask isBed()");
  }
}
