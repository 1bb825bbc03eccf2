package dev.tutti.stress.sharing;

import dev.tutti.stress.Life;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/** One thread of a process that plays, and what it writes down. */
final class Player {
  private static final long PID = ProcessHandle.current().pid();
  private static final int SPINS = 300;
  private static final long PAUSE_NANOS = 1_000_000;

  private final Board.Row row;
  private final SplittableRandom random;
  private final Cheat cheat;
  private final Path folder;

  /** Ends the thread, with whatever it has in its hands. */
  static final class Ends extends RuntimeException {
    private static final long serialVersionUID = 1;

    Ends() {
      super("the thread ends", null, false, false);
    }
  }

  Player(Board.Row row, long seed, Cheat cheat, Path folder) {
    this.row = row;
    this.random = new SplittableRandom(seed);
    this.cheat = cheat;
    this.folder = folder;
  }

  Board.Row row() {
    return row;
  }

  long pid() {
    return PID;
  }

  int choice(int of) {
    return random.nextInt(of);
  }

  boolean oneIn(int many) {
    return random.nextInt(many) == 0;
  }

  /** {@return whether it is to do this wrong, this time} */
  boolean cheats(Cheat how) {
    return cheat == how && (how == Cheat.SLEEPS_ON || oneIn(5));
  }

  /**
   * {@return whether a process still runs: not one that was killed and not yet asked for its
   * status}
   */
  static boolean isAlive(long pid) {
    return pid > 0 && Life.of(pid).map(life -> !life.isOver()).orElse(false);
  }

  /** Takes three seconds, whatever happens. */
  static void sleepOn() {
    long end = System.nanoTime() + 3_000_000_000L;
    while (System.nanoTime() - end < 0) {
      LockSupport.parkNanos(PAUSE_NANOS);
      boolean _ = Thread.interrupted();
    }
  }

  /** Takes some time, so that it can be stopped or killed there. */
  @SuppressWarnings("ThreadPriorityCheck") // others may come in between
  void linger() {
    switch (random.nextInt(16)) {
      case 0 -> LockSupport.parkNanos(random.nextLong(PAUSE_NANOS));
      case 1, 2 -> Thread.yield();
      case 3, 4, 5, 6 -> {
        for (int i = random.nextInt(SPINS); i > 0; i--) {
          Thread.onSpinWait();
        }
      }
      default -> {}
    }
  }

  /**
   * Writes a number into the file of one of several things. One write, of a stream that no
   * interrupt closes.
   */
  void note(int which, long number) throws IOException {
    try (FileOutputStream out = new FileOutputStream(Notes.file(folder, which).toFile(), true)) {
      out.write(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
    }
  }

  void complain(String about) {
    try (FileOutputStream out = new FileOutputStream(folder.resolve("complaints").toFile(), true)) {
      String line = about.replace('\n', ' ') + " [" + row + " of " + PID + "]\n";
      out.write(line.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      System.err.println("cannot write: " + about + ": " + e);
    }
  }
}
