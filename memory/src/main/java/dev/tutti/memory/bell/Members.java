package dev.tutti.memory.bell;

import static dev.tutti.memory.bell.Layout.BELL;
import static dev.tutti.memory.bell.Layout.BELL_LENGTH;
import static dev.tutti.memory.bell.Layout.BELL_WORDS;
import static dev.tutti.memory.bell.Layout.JOINS;
import static dev.tutti.memory.bell.Layout.NOTE;
import static dev.tutti.memory.bell.Layout.PROCESS;
import static dev.tutti.memory.bell.Layout.SLOTS;
import static dev.tutti.memory.bell.Layout.TALLY;
import static dev.tutti.memory.bell.Layout.TICKET;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The processes that take part in one object of shared memory, as one of them sees them.
 *
 * <p><b>Lifetime.</b> Who has joined is a member until the process ends; joining again finds the
 * same place. The place of a dead process goes to one that joins when no other is free.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
public final class Members {
  /*
   * A slot, by its word `process`:
   *
   *   0 or -dead -> process   a process joins: compare-and-set, so one gets it
   *   process    -> -process  whoever finds it dead: compare-and-set, so a process that has the slot by now stays
   *
   * A ticket is given out once in the life of the object. A word that names a ticket names a process for ever, also
   * when its slot has gone to another: a ticket that is in no slot, or in that of a dead process, is of one that is
   * gone. Nobody uses its ticket before it has written it, so a slot that is half written misleads no more than a
   * question about the ticket that was in it before, once.
   *
   * The other words of a slot are written by its process alone. Where the doorbell is pairs with its length: that is
   * written last, and read first. Who reads them while the slot changes hands rings at a door that is not there.
   * The note of a dead process is there for others to find. Who takes its slot before they have looked does in their place what they
   * would have done, and then clears it: so if it dies before, they find it still.
   */
  private final Words words;
  private final Neighbourhood neighbourhood;
  private final int slot;
  private final int ticket;
  private final long knownNanos;
  private long inheritedNote; // written while it joins

  /** When each slot's process was last found alive. */
  private final AtomicLongArray seenNanos = new AtomicLongArray(SLOTS);

  /**
   * Joins.
   *
   * @param words the object's words
   * @param neighbourhood how this process knows the others
   * @throws IllegalStateException if no place is free
   */
  public Members(Words words, Neighbourhood neighbourhood) {
    this.words = words;
    this.neighbourhood = neighbourhood;
    this.knownNanos = neighbourhood.lookNanos() / 2; // so that every look asks anew
    this.slot = join();
    this.ticket = (int) words.get(Layout.of(slot, TICKET));
    for (int s = 0; s < SLOTS; s++) {
      seenNanos.set(s, System.nanoTime() - knownNanos);
    }
  }

  private int join() {
    long self = neighbourhood.self();
    for (int s = 0; s < SLOTS; s++) {
      if (words.get(Layout.of(s, PROCESS)) == self) {
        return s;
      }
    }
    int free = claim(self);
    if (free < 0) {
      for (int s = 0; s < SLOTS; s++) {
        long process = words.get(Layout.of(s, PROCESS));
        if (process > 0 && !neighbourhood.isAlive(process)) {
          bury(s, process);
        }
      }
      free = claim(self);
    }
    if (free < 0) {
      throw new IllegalStateException(
          "at most %d processes at a time may use a lock or the like: all of them run; use one for each group of processes"
              .formatted(SLOTS));
    }
    words.set(Layout.of(free, BELL_LENGTH), 0);
    inheritedNote = words.get(Layout.of(free, NOTE));
    words.set(Layout.of(free, TALLY), 0);
    words.set(Layout.of(free, TICKET), words.increment(JOINS) & Integer.MAX_VALUE);
    return free;
  }

  /** One that was never used, or else one of the dead; what is known of them is kept so long. */
  private int claim(long self) {
    for (int s = 0; s < SLOTS; s++) {
      if (words.compareAndSet(Layout.of(s, PROCESS), 0, self)) {
        return s;
      }
    }
    for (int s = 0; s < SLOTS; s++) {
      long process = words.get(Layout.of(s, PROCESS));
      if (process < 0 && words.compareAndSet(Layout.of(s, PROCESS), process, self)) {
        return s;
      }
    }
    return -1;
  }

  private void bury(int of, long process) {
    words.compareAndSet(Layout.of(of, PROCESS), process, -process); // pairs with claim()
  }

  /** {@return the object's words} */
  public Words words() {
    return words;
  }

  /** {@return how this process knows its neighbours} */
  public Neighbourhood neighbourhood() {
    return neighbourhood;
  }

  /** {@return the place of this process} */
  public int slot() {
    return slot;
  }

  /** {@return the number of this process in this object, which no other has or will have} */
  public int ticket() {
    return ticket;
  }

  /**
   * {@return whether the process with a ticket has ended; found within a quarter of a second}
   *
   * @param of its ticket
   */
  public boolean isGone(int of) {
    int s = slotOf(of);
    return s < 0 || isDead(s);
  }

  /**
   * {@return the process id of a member, dead or alive; 0 if it is long gone}
   *
   * @param of its ticket
   */
  public long pid(int of) {
    int s = slotOf(of);
    return s < 0 ? 0 : Identity.pid(Math.abs(words.get(Layout.of(s, PROCESS))));
  }

  /**
   * {@return the process id of who has a place, dead or alive; 0 if nobody ever had it, and then
   * nor one after it}
   *
   * @param of the place
   */
  public long pidAt(int of) {
    return Identity.pid(Math.abs(words.get(Layout.of(of, PROCESS))));
  }

  private int slotOf(int of) {
    for (int s = 0; s < SLOTS; s++) {
      if (words.get(Layout.of(s, TICKET)) == of && words.get(Layout.of(s, PROCESS)) != 0) {
        return s;
      }
    }
    return -1;
  }

  /**
   * {@return whether the process in a place has ended; found within a quarter of a second}
   *
   * @param of the place
   */
  public boolean isDead(int of) {
    long process = words.get(Layout.of(of, PROCESS));
    if (process <= 0) {
      return process < 0;
    }
    long now = System.nanoTime();
    if (of == slot || now - seenNanos.get(of) < knownNanos) {
      return false;
    }
    if (neighbourhood.isAlive(process)) {
      seenNanos.set(of, now);
      return false;
    }
    bury(of, process);
    return true;
  }

  /**
   * Leaves a number for the others to find, also when this process has died.
   *
   * @param value the number
   */
  public void note(long value) {
    words.set(Layout.of(slot, NOTE), value);
  }

  /**
   * {@return whether a process that has left this number is dead}
   *
   * @param value the number
   */
  public boolean isDeadWithNote(long value) {
    for (int s = 0; s < SLOTS; s++) {
      if (words.get(Layout.of(s, NOTE)) == value && isDead(s)) {
        return true;
      }
    }
    return false;
  }

  /**
   * {@return the number that a dead process had left in the place that this one has just taken from
   * it; 0 if none. Nobody else finds it while this process lives}
   */
  public long inheritedNote() {
    return inheritedNote;
  }

  /** Clears that number. By who knows what it means, when nobody is to find it any more. */
  public void forgetInheritedNote() {
    if (inheritedNote != 0) {
      note(0);
    }
  }

  /** Tells the others where this process's doorbell is. Before it asks to be rung. */
  public void answerTheBell() {
    if (words.get(Layout.of(slot, BELL_LENGTH)) != 0) {
      return;
    }
    byte[] bell = neighbourhood.bell().getBytes(UTF_8);
    ByteBuffer packed = ByteBuffer.allocate(BELL_WORDS * Long.BYTES).put(bell).clear();
    for (int i = 0; i < BELL_WORDS; i++) {
      words.set(Layout.of(slot, BELL + i), packed.getLong());
    }
    words.set(Layout.of(slot, BELL_LENGTH), bell.length); // pairs with bell()
  }

  private String bell(int of) {
    int length = (int) words.get(Layout.of(of, BELL_LENGTH)); // pairs with answerTheBell()
    ByteBuffer packed = ByteBuffer.allocate(BELL_WORDS * Long.BYTES);
    for (int i = 0; i < BELL_WORDS; i++) {
      packed.putLong(words.get(Layout.of(of, BELL + i)));
    }
    return new String(packed.array(), 0, Math.clamp(length, 0, packed.capacity()), UTF_8);
  }

  /**
   * Rings a member.
   *
   * @param of its place
   * @param key for which line
   * @return whether somebody was there to hear it
   */
  public boolean ring(int of, long key) {
    long process = words.get(Layout.of(of, PROCESS));
    String bell = bell(of);
    if (process <= 0 || bell.isEmpty()) {
      return false;
    }
    if (neighbourhood.ring(process, bell, key)) {
      return true;
    }
    if (!neighbourhood.isAlive(process)) {
      bury(of, process);
    }
    return false;
  }

  /** Has a member look at a line by itself. */
  void ask(int memberTicket, long key) {
    int s = slotOf(memberTicket);
    if (s >= 0 && s != slot) {
      ring(s, key);
    }
  }
}
