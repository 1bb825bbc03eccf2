package dev.tutti.spi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One element of the input of a call, and where it stands.
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

  static {
    try {
      CLAIM = MethodHandles.lookup().findVarHandle(Item.class, "claim", int.class);
      PLACE = MethodHandles.lookup().findVarHandle(Item.class, "place", Object.class);
      ATTEMPTS = MethodHandles.lookup().findVarHandle(Item.class, "attempts", int.class);
      DEATHS = MethodHandles.lookup().findVarHandle(Item.class, "deaths", int.class);
      DECIDED = MethodHandles.lookup().findVarHandle(Item.class, "decided", boolean.class);
      OVERDUE = MethodHandles.lookup().findVarHandle(Item.class, "overdue", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Call call;
  private final long index;
  private final @Nullable Object argument;

  @SuppressWarnings("unused") // by CLAIM
  private volatile int claim = QUEUED;

  private volatile boolean unwanted;
  private volatile @Nullable Object place;
  private volatile @Nullable Object form;
  private volatile long bytes;
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
  }

  /** {@return the call that this item belongs to} */
  public Call call() {
    return call;
  }

  /** {@return the item's place in the input, from 0} */
  public long index() {
    return index;
  }

  /** {@return the element itself} */
  public @Nullable Object argument() {
    return argument;
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
    unwanted = true; // before the group looks for the item's place in stop()
  }

  /**
   * {@return whether nobody wants the item's result any more} A group looks here after it has set
   * the item's {@linkplain #place place}, so that a stop that came just before is not missed.
   */
  public boolean isUnwanted() {
    return unwanted;
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
