package dev.tutti.engine;

import java.util.HashMap;
import java.util.Map;

/**
 * How much memory the large results of a call take that its consumer has not got, and how many more
 * items may begin for that. Guarded by the lock of the call.
 */
final class ResultBytes {
  /*
   * The window bounds how many results wait. That is no bound on memory where they are large, and nobody knows how
   * large before the first has come: then the next ones are taken to be so. Small results do not count; a
   * window of them takes little.
   *
   * Nothing is held back for ever: items go out in input order, so where a result waits, the one that the consumer waits
   * for has gone out too. If that comes back (its worker died), it goes out again, whatever the room (Lane).
   */
  static final long LARGE_BYTES = 1 << 16;

  private final long mostBytes;
  private final int workers;
  private final Map<Long, Long> waiting = new HashMap<>();
  private long bytes;
  private long each;

  /**
   * @param mostBytes how many bytes may wait
   * @param workers how many workers may begin items at once
   */
  ResultBytes(long mostBytes, int workers) {
    this.mostBytes = mostBytes;
    this.workers = workers;
  }

  void add(long index, long resultBytes) {
    if (resultBytes >= LARGE_BYTES) {
      waiting.put(index, resultBytes);
      bytes += resultBytes;
      each = Math.max(resultBytes, each - each / 4);
    } else if (each > 0) {
      each -= each / 4;
    }
  }

  void remove(long index) {
    if (!waiting.isEmpty()) {
      Long resultBytes = waiting.remove(index);
      bytes -= resultBytes == null ? 0 : resultBytes;
    }
  }

  /** {@return how many items one worker may be given now; 0 if none} */
  int room() {
    if (bytes >= mostBytes) {
      return 0; // first: so only the consumer, by taking a result, lets something out again
    }
    if (each < LARGE_BYTES) {
      return Integer.MAX_VALUE;
    }
    return Math.clamp((mostBytes - bytes) / each / workers, 1, Integer.MAX_VALUE);
  }
}
