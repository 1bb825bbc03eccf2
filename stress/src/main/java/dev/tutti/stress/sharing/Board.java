package dev.tutti.stress.sharing;

import dev.tutti.memory.SharedLongs;
import java.io.IOException;
import java.io.Serializable;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What every player does now, in memory that outlives it.
 *
 * <pre>
 *   word 0   1..               1 + seats ..
 *   +------+------------------+------------------------------------------------+-- ...
 *   | rest | a seat: its rest | a row: doing, since, steps, phase, which, - |
 *   +------+------------------+------------------------------------------------+-- ...
 * </pre>
 *
 * @param words the memory
 * @param seats how many processes play at a time
 * @param threads how many players a process has
 */
record Board(SharedLongs words, int seats, int threads) implements Serializable {
  private static final int ROW = 8;

  static Board create(int seats, int threads) throws IOException {
    return new Board(SharedLongs.create(1L + seats + (long) seats * threads * ROW), seats, threads);
  }

  /** {@return the number of the rest that is held; 0 if the game is on} */
  long rest() {
    return words.getVolatile(0);
  }

  void rest(long number) {
    words.setVolatile(0, number);
  }

  /** {@return the last rest for which a process has its latch} */
  long latched(int seat) {
    return words.getVolatile(1L + seat);
  }

  void latched(int seat, long rest) {
    words.setVolatile(1L + seat, rest);
  }

  Row row(int seat, int thread) {
    return new Row(words, 1L + seats + ((long) seat * threads + thread) * ROW, seat, thread);
  }

  Stream<Row> rows(int seat) {
    return IntStream.range(0, threads).mapToObj(thread -> row(seat, thread));
  }

  Stream<Row> rows() {
    return IntStream.range(0, seats).boxed().flatMap(this::rows);
  }

  /**
   * One player.
   *
   * @param words the memory of the board
   * @param base where in it
   * @param seat its process
   * @param thread which of its process
   */
  record Row(SharedLongs words, long base, int seat, int thread) {
    private static final Doing[] ALL = Doing.values();

    void begins(Doing doing) {
      begins(doing, 0);
    }

    @SuppressWarnings("EnumOrdinal") // all processes of a run are of one build
    void begins(Doing doing, int which) {
      words.setVolatile(base + 1, System.nanoTime());
      words.setVolatile(base + 4, which);
      words.setVolatile(base, doing.ordinal());
      words.setVolatile(base + 2, steps() + 1);
    }

    Doing doing() {
      return ALL[(int) words.getVolatile(base)];
    }

    long sinceNanos() {
      return words.getVolatile(base + 1);
    }

    long steps() {
      return words.getVolatile(base + 2);
    }

    /** {@return with which of several things of a kind} */
    int which() {
      return (int) words.getVolatile(base + 4);
    }

    /** {@return how far it is with a permit} */
    long phase() {
      return words.getVolatile(base + 3);
    }

    void phase(long phase) {
      words.setVolatile(base + 3, phase);
    }

    void clear() {
      for (int i = 0; i < ROW; i++) {
        words.setVolatile(base + i, 0);
      }
    }

    @Override
    public String toString() {
      return "player %d.%d (%s)".formatted(seat, thread, doing());
    }
  }
}
