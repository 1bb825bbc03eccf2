package dev.tutti.stress.sharing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the torture of shared things finds in evidence that is made up. */
@Tag("unit")
class JudgementTest {
  private static final long HAS = 2;
  private static final long MAY_HAVE = 1;

  @TempDir Path folder;

  /** A number that does not go up means that two had the lock at once. */
  @Test
  void notes_numberTwice_isFound() throws Exception {
    write(1, 2, 5, 6);
    assertThat(Notes.check(folder, 0)).isEmpty();
    write(1, 2, 5, 5, 6);
    assertThat(Notes.check(folder, 0)).contains("5 after 5");
  }

  private void write(long... numbers) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Long.BYTES);
    for (long number : numbers) {
      bytes.putLong(number);
    }
    Files.write(Notes.file(folder, 0), bytes.array());
  }

  /** A permit that is missing and that no death explains is found. */
  @Test
  void permits_missingWithoutADeath_areFound() throws Exception {
    PermitGame game = PermitGame.create(2);
    assertThat(game.atRest()).isEmpty();
    assertThat(game.semaphore().tryAcquire()).isTrue();
    assertThat(game.atRest()).contains("missing=1");
  }

  /** The permit of one that died is given back once; who died while it took one may have had it. */
  @Test
  void permits_ofTheDead_areExplained() throws Exception {
    Board board = Board.create(1, 1);
    PermitGame game = PermitGame.create(2);
    assertThat(game.semaphore().tryAcquire()).isTrue();
    Board.Row row = board.row(0, 0);
    row.phase(HAS);
    game.died(List.of(row));
    assertThat(game.semaphore().permits()).isEqualTo(2);
    assertThat(game.semaphore().tryAcquire()).isTrue();
    row.phase(MAY_HAVE);
    game.died(List.of(row));
    assertThat(game.atRest()).isEmpty();
    assertThat(game.semaphore().permits()).isEqualTo(2);
  }

  /** A lock that is not free although nobody plays is found. */
  @Test
  void lock_notFreeAtRest_isFound() throws Exception {
    LockGame game = LockGame.create(0);
    assertThat(game.atRest()).isEmpty();
    Thread holder = Thread.ofPlatform().start(() -> holdUntilInterrupted(game));
    while (!game.lock().isLocked()) {
      Thread.onSpinWait();
    }
    assertThat(game.atRest()).contains("not free");
    assertThat(game.isOpen(pid -> false)).isFalse();
    assertThat(game.isOpen(pid -> pid == ProcessHandle.current().pid())).isTrue();
    holder.interrupt();
    holder.join();
    assertThat(game.atRest()).isEmpty();
  }

  private static void holdUntilInterrupted(LockGame game) {
    game.lock().lock();
    try {
      Thread.currentThread().join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      game.lock().unlock();
    }
  }

  /** An option that is unknown, or out of bounds, is refused with its name. */
  @Test
  void options_wrong_areRefused() {
    assertThat(SharingOptions.parse("--seed", "7").seed()).isEqualTo(7);
    assertThatThrownBy(() -> SharingOptions.parse("--sed", "7")).hasMessageContaining("--sed");
    assertThatThrownBy(() -> SharingOptions.parse("--processes", "64"))
        .hasMessageContaining("--processes=64");
  }
}
