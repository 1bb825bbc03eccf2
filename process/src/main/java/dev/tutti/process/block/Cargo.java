package dev.tutti.process.block;

import dev.tutti.codec.Codec;
import dev.tutti.codec.Parts;
import dev.tutti.codec.Role;
import dev.tutti.task.NotSendableException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A value as it crosses: its bytes, and the block that has its large parts, if it has any.
 *
 * <p><b>Lifetime.</b> The block is the cargo's until the last of those who hold it has let it go.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
public final class Cargo {
  /** What holds a block, and counts who needs it. */
  private record Lent(Blocks blocks, Block block, PartsTable table, AtomicInteger holders) {}

  private final byte[] bytes;
  private final @Nullable Lent lent;

  private Cargo(byte[] bytes, @Nullable Lent lent) {
    this.bytes = bytes;
    this.lent = lent;
  }

  /**
   * Writes a value. Its large parts are copied into a block; where there is no room for one, they
   * are among its bytes.
   *
   * @param value the value
   * @param role what it is
   * @param blocks where blocks come from
   * @param mostBytes how many bytes it may have besides a block
   * @param wayOut what to do about one that has more
   * @return the cargo, held by the caller
   * @throws NotSendableException if the value cannot be written, or is too large
   */
  public static Cargo of(
      @Nullable Object value, Role role, Blocks blocks, int mostBytes, String wayOut) {
    Parts parts = new Parts();
    byte[] bytes = Codec.encode(value, role, parts);
    if (parts.isEmpty()) {
      return new Cargo(fitting(bytes, bytes.length, mostBytes, role, wayOut), null);
    }
    fitting(bytes, bytes.length, mostBytes, role, wayOut);
    long[] lengths = parts.lengths();
    Lent lent = lend(parts, lengths, role, blocks, mostBytes);
    if (lent != null) {
      return new Cargo(bytes, lent);
    }
    fitting(bytes, Parts.room(lengths), mostBytes, role, wayOut);
    return inOnePiece(value, role, mostBytes, wayOut);
  }

  /**
   * Writes a value as {@link #of} does, with its large parts among its bytes.
   *
   * @param value the value
   * @param role what it is
   * @param mostBytes how many bytes it may have
   * @param wayOut what to do about one that has more
   * @return the cargo, without a block
   * @throws NotSendableException if the value cannot be written, or is too large
   */
  public static Cargo inOnePiece(@Nullable Object value, Role role, int mostBytes, String wayOut) {
    byte[] all = Codec.encode(value, role);
    return new Cargo(fitting(all, all.length, mostBytes, role, wayOut), null);
  }

  private static @Nullable Lent lend(
      Parts parts, long[] lengths, Role role, Blocks blocks, int mostBytes) {
    long room = Parts.room(lengths);
    Block block = blocks.lend(room, room > mostBytes);
    if (block == null) {
      return null;
    }
    PartsTable table = null;
    try {
      parts.copyTo(block.parts());
      table = blocks.filled(block, lengths);
    } catch (IllegalStateException | WrongThreadException e) { // a segment of the user's
      throw new NotSendableException(
          "cannot send %s: its memory cannot be read here: %s [T003]"
              .formatted(words(role), e.getMessage()),
          e);
    } finally {
      if (table == null) {
        blocks.giveBack(block);
      }
    }
    return table == null ? null : new Lent(blocks, block, table, new AtomicInteger(1));
  }

  private static byte[] fitting(byte[] bytes, long size, int most, Role role, String wayOut) {
    if (size > most) {
      throw new NotSendableException(
          "cannot send %s: bytes=%d most=%d; %s [T003]".formatted(words(role), size, most, wayOut),
          null);
    }
    return bytes;
  }

  private static String words(Role role) {
    return switch (role) {
      case FUNCTION -> "the task to a worker";
      case ITEM -> "the item to a worker";
      default -> "the result of the task back";
    };
  }

  /** {@return the bytes, without the large parts; not to be changed} */
  public byte[] bytes() {
    return bytes;
  }

  /** {@return how much memory it takes} */
  public long size() {
    return lent == null ? bytes.length : bytes.length + lent.block().room();
  }

  /** {@return whether it has a block} */
  public boolean hasBlock() {
    return lent != null;
  }

  /** {@return how the reader finds the large parts; null if there are none} */
  public @Nullable ByteBuffer table() {
    return lent == null ? null : lent.table().toBytes();
  }

  /** {@return whether the caller holds the block now too; if not, there is none any more} */
  public boolean hold() {
    return lent != null
        && lent.holders().getAndUpdate(holders -> holders == 0 ? 0 : holders + 1) > 0;
  }

  /** Lets the block go, for one who held it. */
  public void letGo() {
    if (lent != null && lent.holders().decrementAndGet() == 0) {
      lent.blocks().giveBack(lent.block());
    }
  }
}
