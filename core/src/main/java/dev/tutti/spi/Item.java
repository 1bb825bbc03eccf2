package dev.tutti.spi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One element of the input of a call, and where it stands; or a <i>pack</i>: several elements, one
 * behind the other, that take so little time that they are kept, sent and told together. Each
 * element of a pack is claimed, and ends, for itself.
 *
 * @since 0.1
 */
public final class Item {
  /*
   * The claim. It lives here for workers that share memory with the engine. A group whose workers do
   * not share memory keeps a word for each item where its workers can see it, and leaves this one
   * alone.
   *
   *   QUEUED  -> RUNNING   claim(), by the worker, before it does anything with the item
   *   QUEUED  -> TAKEN     takeBack(), by whoever wants it elsewhere or not at all
   *   TAKEN   -> QUEUED    requeue(), by the engine, before it offers the item again
   *   RUNNING -> QUEUED    requeue(), the same, for a further attempt
   *
   * Of a pack, claims are the group's; the engine takes it back as a whole while it waits. What is left of it after
   * a part was taken back by the group is an item of its own (part). `wanted` only falls.
   */
  private static final int QUEUED = 0;
  private static final int RUNNING = 1;
  private static final int TAKEN = 2;
  private static final VarHandle CLAIM;
  private static final VarHandle PLACE;
  private static final VarHandle ATTEMPTS;
  private static final VarHandle DEATHS;
  private static final VarHandle DECIDED;
  private static final VarHandle OVERDUE;
  private static final VarHandle WANTED;

  static {
    try {
      CLAIM = MethodHandles.lookup().findVarHandle(Item.class, "claim", int.class);
      PLACE = MethodHandles.lookup().findVarHandle(Item.class, "place", Object.class);
      ATTEMPTS = MethodHandles.lookup().findVarHandle(Item.class, "attempts", int.class);
      DEATHS = MethodHandles.lookup().findVarHandle(Item.class, "deaths", int.class);
      DECIDED = MethodHandles.lookup().findVarHandle(Item.class, "decided", boolean.class);
      OVERDUE = MethodHandles.lookup().findVarHandle(Item.class, "overdue", boolean.class);
      WANTED = MethodHandles.lookup().findVarHandle(Item.class, "wanted", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Call call;
  private final long index;
  private final @Nullable Object argument;
  private final @Nullable Object @Nullable [] elements; // of a pack, from `first` on
  private final int first;
  private final int count;

  @SuppressWarnings("unused") // by CLAIM
  private volatile int claim = QUEUED;

  private volatile int wanted;
  private volatile @Nullable Object place;
  private volatile @Nullable Object form;
  private volatile long bytes;
  private long resultBytes; // of one thread: who reports its end
  private volatile @Nullable Object worker;
  private volatile @Nullable Object avoided;

  @SuppressWarnings("unused") // by ATTEMPTS
  private volatile int attempts;

  @SuppressWarnings("unused") // by DEATHS
  private volatile int deaths;

  @SuppressWarnings("unused") // by DECIDED
  private volatile boolean decided;

  @SuppressWarnings("unused") // by OVERDUE
  private volatile boolean overdue;

  /**
   * Makes an item.
   *
   * @param call the call that it belongs to
   * @param index its place in the input, from 0
   * @param argument the element itself
   */
  public Item(Call call, long index, @Nullable Object argument) {
    this.call = call;
    this.index = index;
    this.argument = argument;
    this.elements = null;
    this.first = 0;
    this.count = 1;
    this.wanted = 1;
  }

  /**
   * Makes a pack.
   *
   * @param call the call that it belongs to
   * @param index the place of its first element in the input, from 0
   * @param elements the elements, at least two; not to be changed from here on
   * @return the pack
   */
  public static Item pack(Call call, long index, @Nullable Object[] elements) {
    return new Item(call, index, elements, 0, elements.length);
  }

  private Item(Call call, long index, @Nullable Object[] elements, int first, int count) {
    this.call = call;
    this.index = index;
    this.argument = null;
    this.elements = elements;
    this.first = first;
    this.count = count;
    this.wanted = count;
  }

  /** {@return the call that this item belongs to} */
  public Call call() {
    return call;
  }

  /** {@return the item's place in the input, from 0; of a pack, that of its first element} */
  public long index() {
    return index;
  }

  /** {@return how many elements it has: 1, or more if it is a pack} */
  public int count() {
    return count;
  }

  /** {@return whether it is a pack} */
  public boolean isPack() {
    return elements != null;
  }

  /** {@return the element itself; null of a pack} */
  public @Nullable Object argument() {
    return argument;
  }

  /**
   * {@return one element}
   *
   * @param element which, from 0
   */
  public @Nullable Object argument(int element) {
    @Nullable Object @Nullable [] all = elements;
    return all == null ? argument : all[first + element];
  }

  /**
   * Makes an item of some elements of this pack, which is to be used no more for them.
   *
   * @param from the first of them
   * @param to the one behind the last of them
   * @return an item of one element, or a smaller pack, in nobody's hands
   */
  public Item part(int from, int to) {
    @Nullable Object[] all = Objects.requireNonNull(elements, "only a pack has parts");
    Item part =
        to - from == 1
            ? new Item(call, index + from, all[first + from])
            : new Item(call, index + from, all, first + from, to - from);
    if (form instanceof PackForm whole) {
      part.form(whole.part(from, to), whole.bytes(from, to));
    }
    part.deaths = deaths;
    part.avoided = avoided;
    part.unwantFrom(wanted - from);
    return part;
  }

  /**
   * Makes the item the caller's own to run, if nobody has been quicker.
   *
   * @return whether the caller is to run it
   */
  public boolean claim() {
    return CLAIM.compareAndSet(this, QUEUED, RUNNING); // against takeBack()
  }

  /**
   * Takes the item from the worker that it was offered to, if that has not claimed it.
   *
   * @return whether the item is back
   */
  public boolean takeBack() {
    return CLAIM.compareAndSet(this, QUEUED, TAKEN); // against claim()
  }

  /**
   * Makes the item ready to be claimed again. Only for the engine, while nobody else has it.
   *
   * @param next where it is from now on; null if it waits for a worker
   * @param to the worker that has it from now on; null if it waits for one
   */
  public void requeue(@Nullable Object next, @Nullable Object to) {
    worker = to;
    place = next; // before it can be claimed: who claims it says where it is then
    overdue = false;
    CLAIM.setVolatile(this, QUEUED);
  }

  /**
   * Says that nobody wants the item's result any more: it is not to start, and is to be stopped.
   */
  public void unwant() {
    unwantFrom(0);
  }

  /**
   * Says that nobody wants the results of some elements of a pack any more, as {@link #unwant} does
   * for all.
   *
   * @param element the first of them; all if it is negative, none if there is no such
   */
  public void unwantFrom(int element) {
    int to = Math.max(0, element);
    int now = wanted;
    while (to < now && !WANTED.compareAndSet(this, now, to)) {
      now = wanted; // before the group looks for the item's place in stop()
    }
  }

  /** {@return how many of its elements are wanted: those before that number} */
  public int wanted() {
    return wanted;
  }

  /**
   * {@return whether nobody wants any of the item's results any more} A group looks here after it
   * has set the item's {@linkplain #place place}, so that a stop that came just before is not
   * missed.
   */
  public boolean isUnwanted() {
    return wanted == 0;
  }

  /** {@return the worker that has the item, as its group knows it} */
  public @Nullable Object place() {
    return place;
  }

  /**
   * Says which batch the item is in, unless a worker has said that it has the item.
   *
   * @param batch the batch
   * @param to the worker that asked for it
   */
  public void handOut(Batch batch, Object to) {
    worker = to;
    PLACE.compareAndSet(
        this, null, batch); // against place(), by who claims it out of an older batch
  }

  /** Says that another worker than the last is to have the item, where there is one. */
  public void avoidLastWorker() {
    avoided = worker;
  }

  /**
   * {@return whether another worker than this one is to have the item, where there is one}
   *
   * @param who a worker, as it asks for work
   */
  public boolean avoids(Object who) {
    return avoided == who;
  }

  /**
   * Says which worker has the item.
   *
   * @param place the worker, as its group knows it
   */
  public void place(@Nullable Object place) {
    this.place = place;
  }

  /** {@return what the group kept of this item when it admitted it, such as its bytes} */
  public @Nullable Object form() {
    return form;
  }

  /**
   * Keeps the group's own form of this item.
   *
   * @param form the form
   * @param bytes how much memory it takes, about
   */
  public void form(@Nullable Object form, long bytes) {
    this.bytes = bytes;
    this.form = form;
  }

  /** {@return how many bytes the group's own form takes; 0 if it has none} */
  public long bytes() {
    return bytes;
  }

  /**
   * {@return how many bytes of that are those of some elements}
   *
   * @param from the first of them
   * @param to the one behind the last of them
   */
  public long bytes(int from, int to) {
    return form instanceof PackForm pack ? pack.bytes(from, to) : bytes;
  }

  /**
   * Says how much memory the result takes, before the end of the item is reported and by the thread
   * that reports it. Where nobody says so it counts as small.
   *
   * @param size the memory in bytes, about
   */
  public void resultBytes(long size) {
    resultBytes = size;
  }

  /** {@return how many bytes the result takes, about; 0 if nobody has said so} */
  public long resultBytes() {
    return resultBytes;
  }

  /** {@return how often the item was started} */
  public int attempts() {
    return attempts;
  }

  /** Counts one start. Only the engine calls it, once for each outcome of a started attempt. */
  public void countAttempt() {
    ATTEMPTS.getAndAdd(this, 1);
  }

  /**
   * Decides how the item has ended. Only the engine calls it.
   *
   * @return whether it was not decided before
   */
  public boolean decide() {
    return DECIDED.compareAndSet(this, false, true);
  }

  /** {@return whether it is decided how the item has ended, though it may still run} */
  public boolean isDecided() {
    return decided;
  }

  /**
   * Says that the attempt that runs has had its time. Only the engine calls it.
   *
   * @return whether that was not said before of this attempt
   */
  public boolean markOverdue() {
    return OVERDUE.compareAndSet(this, false, true);
  }

  /** {@return whether the attempt has had its time} */
  public boolean isOverdue() {
    return overdue;
  }

  /** {@return how many workers died while they had this item and had claimed nothing} */
  public int deaths() {
    return deaths;
  }

  /** Counts one such death. Only the engine calls it. */
  public void countDeath() {
    DEATHS.getAndAdd(this, 1);
  }
}
