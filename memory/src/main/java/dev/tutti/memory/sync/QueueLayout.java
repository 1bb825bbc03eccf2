package dev.tutti.memory.sync;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.PathElement.sequenceElement;
import static java.lang.foreign.MemoryLayout.paddingLayout;
import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tutti.memory.bell.Layout;
import dev.tutti.memory.bell.Line;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;

/**
 * Where the words of a queue are, after those that every object has. What one side writes often is
 * 128 bytes away from what the other does.
 *
 * <pre>
 *   byte 0       8       16       24            128        136    144          152              256
 *   +------------+-------+--------+-------------+----------+------+------------+----------------+
 *   | capacity   | units | closed |  (padding)  | put turn | tail | head known | annex, padding |
 *   +------------+-------+--------+-------------+----------+------+------------+----------------+
 *   byte 256     264     272          280       384          392           400        448
 *   +------------+-------+------------+---------+------------+-------------+----------+
 *   | take turn  | head  | tail known | padding | put wanted | take wanted | padding  |
 *   +------------+-------+------------+---------+------------+-------------+----------+
 *   byte 448     512     576     640     704                  4800
 *   +------------+-------+-------+-------+---------+-- ... --+---------------------------------+
 *   | line items | room  | turns | done  | hands 0 | .. 63   | cells: so many units of 8 bytes |
 *   +------------+-------+-------+-------+---------+-- ... --+---------------------------------+
 *
 *   hands, of 64 bytes: what a process, and those that had its place before, have taken
 *   +--------+------+-----------+------+-------------+--------------+-----------+
 *   | ticket | took | delivered | done | lost before | open before  | (padding) |
 *   +--------+------+-----------+------+-------------+--------------+-----------+
 *
 *   an item in the cells, which may go on at their beginning
 *   +---------------------------------+-------------------------------+
 *   | length, and whether in the annex | its bytes, up to a whole unit |
 *   +---------------------------------+-------------------------------+
 * </pre>
 */
final class QueueLayout {
  private static final StructLayout HANDS_LAYOUT =
      structLayout(
          JAVA_LONG.withName("ticket"),
          JAVA_LONG.withName("took"),
          JAVA_LONG.withName("delivered"),
          JAVA_LONG.withName("done"),
          JAVA_LONG.withName("lostBefore"),
          JAVA_LONG.withName("openBefore"),
          paddingLayout(16));
  private static final StructLayout LAYOUT =
      structLayout(
          JAVA_LONG.withName("capacity"),
          JAVA_LONG.withName("units"),
          JAVA_LONG.withName("closed"),
          paddingLayout(104),
          JAVA_LONG.withName("putTurn"),
          JAVA_LONG.withName("tail"),
          JAVA_LONG.withName("headKnown"),
          JAVA_LONG.withName("annex"),
          paddingLayout(96),
          JAVA_LONG.withName("takeTurn"),
          JAVA_LONG.withName("head"),
          JAVA_LONG.withName("tailKnown"),
          paddingLayout(104),
          JAVA_LONG.withName("putWanted"),
          JAVA_LONG.withName("takeWanted"),
          paddingLayout(48),
          sequenceLayout(Line.WORDS, JAVA_LONG).withName("items"),
          sequenceLayout(Line.WORDS, JAVA_LONG).withName("room"),
          sequenceLayout(Line.WORDS, JAVA_LONG).withName("turns"),
          sequenceLayout(Line.WORDS, JAVA_LONG).withName("done"),
          sequenceLayout(Layout.SLOTS, HANDS_LAYOUT).withName("hands"));

  static final int CAPACITY = word(groupElement("capacity"));
  static final int UNITS = word(groupElement("units"));
  static final int CLOSED = word(groupElement("closed"));
  static final int PUT_TURN = word(groupElement("putTurn"));
  static final int TAIL = word(groupElement("tail"));
  static final int HEAD_KNOWN = word(groupElement("headKnown"));
  static final int ANNEX = word(groupElement("annex"));
  static final int TAKE_TURN = word(groupElement("takeTurn"));
  static final int HEAD = word(groupElement("head"));
  static final int TAIL_KNOWN = word(groupElement("tailKnown"));
  static final int PUT_WANTED = word(groupElement("putWanted"));
  static final int TAKE_WANTED = word(groupElement("takeWanted"));
  static final int ITEMS_LINE = word(groupElement("items"), sequenceElement(0));
  static final int ROOM_LINE = word(groupElement("room"), sequenceElement(0));
  static final int TURNS_LINE = word(groupElement("turns"), sequenceElement(0));
  static final int DONE_LINE = word(groupElement("done"), sequenceElement(0));
  static final int TICKET = handsWord("ticket");
  static final int TOOK = handsWord("took");
  static final int DELIVERED = handsWord("delivered");
  static final int DONE = handsWord("done");
  static final int LOST_BEFORE = handsWord("lostBefore");
  static final int OPEN_BEFORE = handsWord("openBefore");

  private static final int HANDS = word(groupElement("hands"), sequenceElement(0));
  private static final int HANDS_WORDS = (int) (HANDS_LAYOUT.byteSize() / Long.BYTES);

  /** How much a queue has before its cells. */
  static final long BYTES = LAYOUT.byteSize();

  /** Where the cells begin in the object. */
  static final long CELLS = Layout.BYTES + BYTES;

  private QueueLayout() {}

  private static int word(PathElement... path) {
    return Layout.END + (int) (LAYOUT.byteOffset(path) / Long.BYTES);
  }

  private static int handsWord(String name) {
    return (int) (HANDS_LAYOUT.byteOffset(groupElement(name)) / Long.BYTES);
  }

  /** {@return the number of a word of the hands of a process} */
  static int of(int slot, int field) {
    return HANDS + slot * HANDS_WORDS + field;
  }
}
