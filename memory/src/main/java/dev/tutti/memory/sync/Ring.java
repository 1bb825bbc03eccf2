package dev.tutti.memory.sync;

import static dev.tutti.memory.sync.QueueLayout.ANNEX;
import static dev.tutti.memory.sync.QueueLayout.CLOSED;
import static dev.tutti.memory.sync.QueueLayout.HEAD;
import static dev.tutti.memory.sync.QueueLayout.HEAD_KNOWN;
import static dev.tutti.memory.sync.QueueLayout.TAIL;
import static dev.tutti.memory.sync.QueueLayout.TAIL_KNOWN;

import dev.tutti.memory.bell.Members;
import dev.tutti.memory.bell.Words;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The items of a queue between processes, as bytes, one after the other in a ring. */
final class Ring {
  /*
   * TAIL and HEAD say where the next item goes and where the next one is, each in one word:
   *
   *   63            32 31            0
   *   +---------------+---------------+
   *   | number        | unit          |      number: of the item, from 1 on; it wraps, so do not compare, subtract
   *   +---------------+---------------+
   *
   * TAIL is written in the turn to put, HEAD in the turn to take (Turn), and nothing else decides what is in the queue:
   *
   *   put    turn, see that there is room, write the item behind TAIL, TAIL := behind it, give the turn
   *   take   turn, see that there is one, copy it, Hands.take, HEAD := behind it, give the turn
   *
   * So a process that dies in the middle of a put has not moved TAIL: half an item is what the next one writes over, and its room
   * was never gone. One that dies in the middle of a take has the item in its hands from the moment when HEAD has moved; before
   * that the next one takes it. See Hands for how such items are counted.
   *
   * The writing of TAIL pairs with the reading of it by takers, who then read the item; that of HEAD with the reading by putters,
   * who then write over it. HEAD_KNOWN is what putters have last read of HEAD, and TAIL_KNOWN what takers have read of TAIL: each
   * belongs to whose turn it is. Old values show less room, or fewer items, than there are, never more, and are read anew then;
   * so the sides touch each other's words once in a while and not for each item.
   *
   * Annex. An item that is longer than the whole ring has its length in the ring and its bytes in the annex, where one fits
   * at a time. ANNEX has the number of the last such item (and a bit that there was one), written in the turn to put before TAIL
   * moves. It is in use if that item is in the queue. It is written, and its memory given up, in the turn to put only, and read by who
   * has the turn to take while the item is at the head.
   *
   * Closing happens in the turn to put, so each put is before or after it. To discard takes both turns: that to take
   * first.
   *
   * Nothing here waits but for a turn, as long as Turn says; QueueLines has those who wait for more.
   */
  enum Tried {
    /** It has been done. */
    DONE,
    /** There was no room, or no item. */
    NOT_NOW,
    /** It is the turn of another one, which takes long. */
    BUSY,
    /** Nothing can be put any more, or no item will come. */
    CLOSED
  }

  /** An item that has been taken. */
  static final class Taken {
    byte @Nullable [] item;
  }

  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final long IN_ANNEX = 1L << Integer.SIZE;
  private static final long OPEN = 0;
  private static final long CLOSED_FOR_PUTS = 1;
  private static final long DISCARDED = 2;
  private static final int HEADER_UNITS = 1;

  private final Words words;
  private final Cells cells;
  private final int capacity;
  private final int units;
  private final Hands hands;
  private final Turn putTurn;
  private final Turn takeTurn;

  Ring(Members members, Cells cells) {
    this.words = members.words();
    this.cells = cells;
    this.capacity = (int) words.get(QueueLayout.CAPACITY);
    this.units = (int) words.get(QueueLayout.UNITS);
    this.hands = new Hands(members);
    this.putTurn = new Turn(members, QueueLayout.PUT_TURN, QueueLayout.PUT_WANTED, () -> {});
    this.takeTurn =
        new Turn(
            members,
            QueueLayout.TAKE_TURN,
            QueueLayout.TAKE_WANTED,
            () -> hands.mend(number(words.get(HEAD))));
  }

  /** Before anybody else knows of it. */
  static void first(Words words, int capacity, int units) {
    words.set(QueueLayout.CAPACITY, capacity);
    words.set(QueueLayout.UNITS, units);
    long empty = place(1, 0);
    for (int word : new int[] {TAIL, HEAD_KNOWN, HEAD, TAIL_KNOWN}) {
      words.set(word, empty);
    }
  }

  // ---------------------------------------------------------------- places

  private static long place(int number, int unit) {
    return (long) number << Integer.SIZE | unit;
  }

  private static int number(long place) {
    return (int) (place >>> Integer.SIZE);
  }

  private static int unit(long place) {
    return (int) place;
  }

  private static int count(long head, long tail) {
    return number(tail) - number(head);
  }

  private int used(long head, long tail) {
    int between = unit(tail) - unit(head);
    return between > 0 || count(head, tail) == 0 ? between : between + units;
  }

  private static int unitsFor(int bytes) {
    return (int) (((long) bytes + Long.BYTES - 1) / Long.BYTES);
  }

  private int after(int unit, int more) {
    int left = units - unit;
    return more < left ? unit + more : more - left;
  }

  /** {@return whether an item goes into the ring, and not into the annex} */
  boolean fits(byte[] item) {
    return HEADER_UNITS + unitsFor(item.length) <= units;
  }

  // ---------------------------------------------------------------- put

  Tried tryPut(byte[] item) {
    if (!putTurn.tryTake()) {
      return Tried.BUSY;
    }
    try {
      return putInTurn(item);
    } finally {
      putTurn.give();
    }
  }

  private Tried putInTurn(byte[] item) {
    if (words.get(CLOSED) != OPEN) {
      return Tried.CLOSED;
    }
    boolean inAnnex = !fits(item);
    int need = HEADER_UNITS + (inAnnex ? 0 : unitsFor(item.length));
    long tail = words.get(TAIL);
    if (isFull(words.get(HEAD_KNOWN), tail, need) || inAnnex) {
      long head = words.get(HEAD);
      words.put(HEAD_KNOWN, head);
      if (isFull(head, tail, need) || (inAnnex && isAnnexUsed(head, tail))) {
        return Tried.NOT_NOW;
      }
    }
    int unit = unit(tail);
    if (inAnnex) {
      writeAnnex(item, number(tail));
      cells.number(unit, IN_ANNEX | item.length);
    } else {
      cells.number(unit, item.length);
      cells.write(after(unit, HEADER_UNITS), item);
    }
    words.set(TAIL, place(number(tail) + 1, after(unit, need))); // pairs with takeInTurn()
    tidyInTurn(); // who took a large item may not have had the turn
    return Tried.DONE;
  }

  private boolean isFull(long head, long tail, int need) {
    return count(head, tail) >= capacity || units - used(head, tail) < need;
  }

  private boolean isAnnexUsed(long head, long tail) {
    long annex = words.get(ANNEX);
    int beforeHead = number(head) - (int) annex;
    return annex != 0 && beforeHead <= 0 && -beforeHead < count(head, tail);
  }

  private void writeAnnex(byte[] item, int number) {
    try {
      words.set(ANNEX, IN_ANNEX | (number & 0xFFFF_FFFFL));
      cells.cutAnnex();
      cells.writeAnnex(item);
    } catch (IOException e) {
      tidyInTurn();
      throw new UncheckedIOException(
          "no room for an item that is larger than the queue: bytes=%d queue=%d; free some of /dev/shm"
              .formatted(item.length, (long) units * Long.BYTES),
          e);
    }
  }

  /** Gives up what the annex has, unless it is in use. In the turn to put. */
  void tidyInTurn() {
    if (words.get(ANNEX) != 0 && !isAnnexUsed(words.get(HEAD), words.get(TAIL))) {
      try {
        cells.cutAnnex();
        words.set(ANNEX, 0);
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "the memory of an item is given up later", e);
      }
    }
  }

  // ---------------------------------------------------------------- take

  Tried tryTake(Taken taken) {
    if (!takeTurn.tryTake()) {
      return Tried.BUSY;
    }
    try {
      long head = words.get(HEAD);
      Tried tried = ensureItem(head);
      if (tried == Tried.DONE) {
        long next = behind(head);
        taken.item = copy(head);
        hands.take(number(head));
        words.set(HEAD, next); // pairs with putInTurn()
      }
      return tried;
    } finally {
      takeTurn.give();
    }
  }

  /** {@return DONE if there is an item at the head. In the turn to take} */
  private Tried ensureItem(long head) {
    if (count(head, words.get(TAIL_KNOWN)) > 0) {
      return words.get(CLOSED) == DISCARDED ? Tried.CLOSED : Tried.DONE;
    }
    long closed = words.get(CLOSED); // before TAIL: what was put before the end is seen
    long tail = words.get(TAIL);
    words.put(TAIL_KNOWN, tail);
    if (closed == DISCARDED) {
      return Tried.CLOSED;
    }
    return count(head, tail) > 0 ? Tried.DONE : closed == OPEN ? Tried.NOT_NOW : Tried.CLOSED;
  }

  private byte[] copy(long place) {
    long header = cells.number(unit(place));
    byte[] item = new byte[(int) header];
    if (header >= IN_ANNEX) {
      try {
        cells.readAnnex(item);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read an item of the queue: bytes=" + header, e);
      }
    } else {
      cells.read(after(unit(place), HEADER_UNITS), item);
    }
    return item;
  }

  private long behind(long place) {
    long header = cells.number(unit(place));
    int size = HEADER_UNITS + (header >= IN_ANNEX ? 0 : unitsFor((int) header));
    return place(number(place) + 1, after(unit(place), size));
  }

  // ---------------------------------------------------------------- looking

  /** {@return whether a take would not have to wait} */
  boolean hasItemOrEnd() {
    return words.get(HEAD) != words.get(TAIL) || words.get(CLOSED) != OPEN;
  }

  /** {@return whether the put of a small item would not have to wait} */
  boolean hasRoomOrEnd() {
    long head = words.get(HEAD); // first: if it moves on, who moves it looks who waits
    return !isFull(head, words.get(TAIL), HEADER_UNITS + 1) || words.get(CLOSED) != OPEN;
  }

  /**
   * {@return how many items are in the queue, or in the hands of the living and not marked done}
   * The queue is counted first, and again: if nothing has come or gone meanwhile, this is how it
   * was at the end.
   */
  long unfinished() {
    while (true) {
      long head = words.get(HEAD);
      long tail = words.get(TAIL);
      long sum = (isDiscarded() ? 0 : count(head, tail)) + hands.open();
      if (words.get(HEAD) == head && words.get(TAIL) == tail) {
        return sum;
      }
    }
  }

  boolean isClosed() {
    return words.get(CLOSED) != OPEN;
  }

  private boolean isDiscarded() {
    return words.get(CLOSED) == DISCARDED;
  }

  int size() {
    return isDiscarded() ? 0 : Math.clamp(count(words.get(HEAD), words.get(TAIL)), 0, capacity);
  }

  int capacity() {
    return capacity;
  }

  /** {@return how many bytes of the ring are in use} */
  long usedBytes() {
    long head = words.get(HEAD);
    long used = used(head, words.get(TAIL));
    return isDiscarded() ? 0 : Math.clamp(used, 0L, units) * Long.BYTES;
  }

  long bytes() {
    return (long) units * Long.BYTES;
  }

  /** {@return the first items, which stay where they are. In the turn to take} */
  List<byte[]> copiesInTurn(int most) {
    List<byte[]> copies = new ArrayList<>();
    long tail = words.get(TAIL);
    long place = words.get(HEAD);
    while (copies.size() < most && !isDiscarded() && count(place, tail) > 0) {
      copies.add(copy(place));
      place = behind(place);
    }
    return copies;
  }

  // ---------------------------------------------------------------- turns

  Turn putTurn() {
    return putTurn;
  }

  Turn takeTurn() {
    return takeTurn;
  }

  Hands hands() {
    return hands;
  }

  /** Nothing can be put from now on. In the turn to put. */
  void closeInTurn() {
    words.compareAndSet(CLOSED, OPEN, CLOSED_FOR_PUTS);
  }

  /** Throws away what is in the queue; it counts as done. In both turns. */
  void discardInTurns(boolean andClose) {
    if (andClose) {
      words.set(CLOSED, DISCARDED);
    }
    words.set(HEAD, words.get(TAIL));
    tidyInTurn();
  }
}
