package dev.tutti.memory.bell;

import dev.tutti.memory.segment.SharedSegment;
import java.io.IOException;

/**
 * An object of shared memory at which processes wait, with the words of its own and those that
 * share it.
 *
 * <p><b>Lifetime.</b> As its segment's: while something in this process refers to it.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
public final class SharedObject {
  private static final int VERSION = 3;

  private final SharedSegment segment;
  private final Members members;

  private SharedObject(SharedSegment segment, Members members) {
    this.segment = segment;
    this.members = members;
  }

  /**
   * Makes an object whose words are all zero.
   *
   * @param kind what it is
   * @param moreBytes how much it has after {@link Layout#END}
   * @return the object
   * @throws IOException if there is no room for it
   */
  public static SharedObject create(int kind, long moreBytes) throws IOException {
    SharedSegment segment = SharedSegment.create(Layout.BYTES + moreBytes);
    Words words = new MappedWords(segment);
    words.set(Layout.KIND, mark(kind));
    return new SharedObject(segment, new Members(words, Doorbell.own()));
  }

  /**
   * Joins those who use an object.
   *
   * @param segment where it is
   * @param kind what it must be
   * @return the object
   * @throws IOException if it is something else
   */
  public static SharedObject open(SharedSegment segment, int kind) throws IOException {
    Words words = new MappedWords(segment);
    if (segment.data().byteSize() < Layout.BYTES || words.get(Layout.KIND) != mark(kind)) {
      throw new IOException(
          "shared memory holds another kind of object, or that of another version: bytes=%d expected kind=%d version=%d"
              .formatted(segment.data().byteSize(), kind, VERSION));
    }
    return new SharedObject(segment, new Members(words, Doorbell.own()));
  }

  private static long mark(int kind) {
    return (long) VERSION << Integer.SIZE | kind;
  }

  /** {@return where it is} */
  public SharedSegment segment() {
    return segment;
  }

  /** {@return who uses it} */
  public Members members() {
    return members;
  }

  /** {@return the number for which its line is rung} */
  public long key() {
    return segment.id().getLeastSignificantBits();
  }
}
