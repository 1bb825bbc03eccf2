package dev.tutti.process.launch;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A hold on the one folder of all processes of their own and all pipes that this JVM has. The
 * folder is there while somebody holds it, so a JVM that is killed leaves one at most, however many
 * they were.
 */
public final class SharedFolder implements AutoCloseable {
  /** Numbers of more digits would make the path of a socket too long. */
  private static final int NUMBERS = 1_000_000;

  private static final ReentrantLock LOCK = new ReentrantLock();
  private static @Nullable PoolFolder folder; // guarded by LOCK
  private static int holders; // guarded by LOCK
  private static int serial; // guarded by LOCK

  private final PoolFolder held;
  private final int number;

  private SharedFolder(PoolFolder held, int number) {
    this.held = held;
    this.number = number;
  }

  /**
   * Takes hold of the folder, and makes it if it is not there.
   *
   * @return the hold
   * @throws IOException if there is no place for the folder
   */
  public static SharedFolder hold() throws IOException {
    LOCK.lock();
    try {
      PoolFolder there = folder;
      if (there == null) {
        there = PoolFolder.create();
        folder = there;
      } else {
        there.ensureThere();
      }
      holders++;
      serial = (serial + 1) % NUMBERS;
      return new SharedFolder(there, serial);
    } finally {
      LOCK.unlock();
    }
  }

  /** {@return the folder} */
  public PoolFolder folder() {
    return held;
  }

  /** {@return a number by which a socket in the folder can be told from the others} */
  public int number() {
    return number;
  }

  /** Lets go; to be called once. */
  @Override
  public void close() throws IOException {
    LOCK.lock();
    try {
      holders--;
      if (holders == 0) {
        PoolFolder unused = Objects.requireNonNull(folder, "folder");
        folder = null;
        unused.close();
      }
    } finally {
      LOCK.unlock();
    }
  }
}
