package dev.tutti.process.wire;

import dev.tutti.memory.segment.Segment;
import java.io.BufferedReader;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;

/**
 * What a pool tells a worker before anything else, as lines on the worker's standard input: so the
 * secret is in no argument and no environment, which others can read.
 *
 * @param secret what the worker has to say in its greetings
 * @param socket the path of the socket to connect to
 * @param parent the process id of the pool's JVM
 * @param worker the worker's name
 * @param heapBound above how much heap in use the worker is to leave; 0 for none
 * @param claims where the claim words are
 */
public record Introduction(
    String secret,
    String socket,
    long parent,
    String worker,
    long heapBound,
    Segment.Handle claims) {
  /** A system property of a process that is killed with its parent without asking for it. */
  public static final String HAS_DEATH_SIGNAL = "tutti.deathSignal";

  /** A system property of a process whose descriptor 9 leads to its guard. */
  public static final String HAS_GUARD = "tutti.guard";

  /** A system property of a worker with a start cache: the resource that opens its jars. */
  public static final String OPENS = "tutti.opens";

  private static final int SECRET_BYTES = 32;

  /** {@return a secret that nobody else knows} */
  public static String newSecret() {
    byte[] key = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(key);
    return HexFormat.of().formatHex(key);
  }

  /** {@return the lines} */
  public List<String> toLines() {
    return List.of(
        secret,
        socket,
        Long.toString(parent),
        worker,
        Long.toString(heapBound),
        Integer.toString(claims.descriptor()),
        Long.toString(claims.bytes()));
  }

  /**
   * Reads the lines.
   *
   * @param in the worker's standard input
   * @return what the pool said
   * @throws IOException if there are too few lines, or other ones
   */
  public static Introduction read(BufferedReader in) throws IOException {
    try {
      String secret = line(in);
      String socket = line(in);
      long parent = Long.parseLong(line(in));
      String worker = line(in);
      long heapBound = Long.parseLong(line(in));
      int descriptor = Integer.parseInt(line(in));
      long bytes = Long.parseLong(line(in));
      return new Introduction(
          secret, socket, parent, worker, heapBound, new Segment.Handle(parent, descriptor, bytes));
    } catch (NumberFormatException e) {
      throw new WireException("standard input is not that of a worker: " + e.getMessage());
    }
  }

  private static String line(BufferedReader in) throws IOException {
    String line = in.readLine();
    if (line == null) {
      throw new WireException(
          "standard input ended: a worker is started by a pool, not by hand; use Pool.processes()");
    }
    return line;
  }
}
