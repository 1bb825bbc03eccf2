package dev.tutti.memory.bell;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.PathElement.sequenceElement;
import static java.lang.foreign.MemoryLayout.paddingLayout;
import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;

/**
 * Where the words are of an object that processes wait at. The magic number is that of its segment.
 *
 * <pre>
 *   byte 0       8       16            64                    128        136        144     152         192
 *   +------------+-------+-------------+---------+-----------+----------+----------+-------+-----------+--------+-- ... --+
 *   | kind and   | joins |  (padding)  | state 0 | .. 7      | waiting  | asleep   | alarm | (padding) | slot 0 | .. 63   |
 *   | version    |       |             |         |           | (bitmap) | (bitmap) |       |           |        |         |
 *   +------------+-------+-------------+---------+-----------+----------+----------+-------+-----------+--------+-- ... --+
 *
 *   slot, of 128 bytes: a process that takes part
 *   byte 0      8        16     24      32            40                              128
 *   +-----------+--------+------+-------+-------------+-------------------------------+
 *   | process   | ticket | note | tally | bell length | where its doorbell is (UTF-8) |
 *   +-----------+--------+------+-------+-------------+-------------------------------+
 * </pre>
 */
public final class Layout {
  /** How many processes may take part. */
  public static final int SLOTS = Long.SIZE;

  /** How many words of its own an object has. */
  static final int STATES = 8;

  /** How many words the place of a doorbell may have. */
  static final int BELL_WORDS = 11;

  private static final StructLayout SLOT_LAYOUT =
      structLayout(
          JAVA_LONG.withName("process"),
          JAVA_LONG.withName("ticket"),
          JAVA_LONG.withName("note"),
          JAVA_LONG.withName("tally"),
          JAVA_LONG.withName("bellLength"),
          sequenceLayout(BELL_WORDS, JAVA_LONG).withName("bell"));
  private static final StructLayout LAYOUT =
      structLayout(
          JAVA_LONG.withName("kind"),
          JAVA_LONG.withName("joins"),
          paddingLayout(48),
          sequenceLayout(STATES, JAVA_LONG).withName("state"),
          JAVA_LONG.withName("waiting"),
          JAVA_LONG.withName("asleep"),
          JAVA_LONG.withName("alarm"),
          paddingLayout(40),
          sequenceLayout(SLOTS, SLOT_LAYOUT).withName("slots"));

  static final int KIND = word(groupElement("kind"));
  static final int JOINS = word(groupElement("joins"));
  static final int WAITING = word(groupElement("waiting"));
  static final int ASLEEP = word(groupElement("asleep"));
  static final int ALARM = word(groupElement("alarm"));
  static final int PROCESS = slotWord("process");
  static final int TICKET = slotWord("ticket");
  static final int NOTE = slotWord("note");
  static final int TALLY = slotWord("tally");
  static final int BELL_LENGTH = slotWord("bellLength");
  static final int BELL = slotWord("bell");

  private static final int STATE = word(groupElement("state"), sequenceElement(0));
  private static final int SLOT = word(groupElement("slots"), sequenceElement(0));
  private static final int SLOT_WORDS = (int) (SLOT_LAYOUT.byteSize() / Long.BYTES);

  /** The size of an object that has no more words than these. */
  public static final long BYTES = LAYOUT.byteSize();

  /** The first word after those of every object; there may be more, as its kind needs. */
  public static final int END = (int) (BYTES / Long.BYTES);

  private Layout() {}

  private static int word(PathElement... path) {
    return (int) (LAYOUT.byteOffset(path) / Long.BYTES);
  }

  private static int slotWord(String name) {
    return (int) (SLOT_LAYOUT.byteOffset(groupElement(name)) / Long.BYTES);
  }

  /**
   * {@return the number of a word of the object's own}
   *
   * @param index which, from 0 to 7
   */
  public static int state(int index) {
    return STATE + index;
  }

  /**
   * {@return the number of the word in which a process tells the others something}
   *
   * @param slot its place
   */
  public static int note(int slot) {
    return of(slot, NOTE);
  }

  /**
   * {@return the number of the word in which a process counts what it has}
   *
   * @param slot its place
   */
  public static int tally(int slot) {
    return of(slot, TALLY);
  }

  /** {@return the number of a word of a slot} */
  static int of(int slot, int field) {
    return SLOT + slot * SLOT_WORDS + field;
  }
}
