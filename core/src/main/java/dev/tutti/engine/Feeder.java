package dev.tutti.engine;

import dev.tutti.spi.Batch;
import dev.tutti.spi.Item;
import dev.tutti.spi.OutcomeSink;
import dev.tutti.task.Failure;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the input of one bulk call and brings it into the pool. For one thread. */
final class Feeder {
  /*
   * Each step takes locks that the workers take as well. So a collection, whose iterator does not make anybody
   * wait, is read some elements at a time: more of them as long as that takes little time, because what has been read
   * reaches no worker before the last of them is in the pool's form. What another iterator gives goes to a worker at once.
   * Of elements that are read together packs are made, if the items before them were quick. A pack with an element that cannot
   * travel is none: its elements go one by one.
   */
  private static final int MOST_AT_ONCE = 4_096;
  private static final int MOST_BYTES_AT_ONCE = 1 << 18;
  private static final long SHORT_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  private final BulkRun run;
  private final Dispatcher dispatcher;
  private final Iterator<?> input;
  private final @Nullable OwnedInput owned;
  private final int mostAtOnce;
  private final List<@Nullable Object> elements = new ArrayList<>(); // that are being read
  private int atOnce = 1;
  private long elementBytes = 1; // of the last ones
  private boolean isForHere; // what is read runs on this thread

  Feeder(BulkRun run, Dispatcher dispatcher, Iterable<?> input) {
    this.run = run;
    this.dispatcher = dispatcher;
    this.owned = input instanceof OwnedInput closeable ? closeable : null;
    this.input = Objects.requireNonNull(input.iterator(), "the input's iterator() returned null");
    this.mostAtOnce = input instanceof Collection<?> ? MOST_AT_ONCE : 1;
    this.isForHere = dispatcher.callerRuns();
  }

  /** Reads the whole input, as fast as the window allows. */
  void feedAll() {
    try {
      long room = run.awaitRoom();
      while (room > 0 && feedSome((int) Math.min(room, atOnce))) {
        room = run.awaitRoom();
      }
      if (room == 0) {
        run.endInput(null);
      }
    } catch (InterruptedException e) {
      run.interrupted();
    } finally {
      close();
    }
  }

  /** {@return whether reading the input may take long, as of anything but a collection} */
  boolean mayWait() {
    return mostAtOnce == 1;
  }

  /** Closes the input, of which no more is wanted. Not while another thread reads it. */
  void close() {
    Throwable failure = closed(null);
    if (failure != null) {
      System.getLogger("dev.tutti")
          .log(System.Logger.Level.WARNING, "an input that was left could not be closed", failure);
    }
  }

  /** {@return what came before, or if that is nothing, what closing the input throws} */
  private @Nullable Throwable closed(@Nullable Throwable failure) {
    if (owned != null) {
      try {
        owned.close();
      } catch (Throwable e) { // the user's code
        if (failure == null) {
          return e;
        }
        if (e != failure) {
          failure.addSuppressed(e);
        }
      }
    }
    return failure;
  }

  /** {@return whether there may be more input} */
  private boolean feedSome(int most) {
    long start = System.nanoTime();
    List<Item> items = new ArrayList<>();
    boolean more = read(items, most);
    if (!items.isEmpty()) {
      offer(items, () -> dispatcher.offer(run, items));
    }
    boolean isShort = System.nanoTime() - start < SHORT_NANOS;
    atOnce = isShort ? Math.min(mostAtOnce, 2 * atOnce) : Math.max(1, atOnce / 2);
    return more;
  }

  /** Reads as much of the input as fits in one batch, without waiting, and runs it. */
  void feedBatch() {
    List<Item> items = new ArrayList<>();
    boolean more = true;
    for (int i = run.lane.chunker().size(); more && i > 0 && run.state().hasRoom(); i--) {
      more = read(items, 1);
    }
    if (!items.isEmpty()) {
      offer(items, () -> dispatcher.runHere(run, items));
    }
  }

  /**
   * Reads some elements and brings them into the pool.
   *
   * @param room how many there is room for, at least one
   * @return whether there may be more
   */
  boolean feedNext(long room) {
    return feedSome((int) Math.min(room, atOnce));
  }

  /**
   * Reads some elements and runs them on this thread; one, where reading may make somebody wait.
   *
   * @param most how many, at least one
   * @param runs runs what was read
   * @return whether there may be more
   */
  boolean feedHere(int most, Consumer<Batch> runs) {
    List<Item> items = new ArrayList<>();
    boolean more;
    isForHere = true;
    try {
      more = read(items, Math.min(most, mostAtOnce));
    } finally {
      isForHere = false;
    }
    if (!items.isEmpty()) {
      offer(items, () -> runs.accept(new Batch(run, items)));
    }
    return more;
  }

  /** Brings one element into the pool, or runs it where the caller does; the input has one. */
  void feedOne() {
    List<Item> items = new ArrayList<>(1);
    read(items, 1);
    if (!items.isEmpty()) {
      offer(
          items,
          dispatcher.callerRuns()
              ? () -> dispatcher.runHere(run, items)
              : () -> dispatcher.offer(run, items));
    }
  }

  private void offer(List<Item> items, Runnable offer) {
    try {
      offer.run();
    } catch (RejectedExecutionException e) { // the pool was closed while the input was read
      run.dropTaken(items);
      run.endInput(e);
    }
  }

  /**
   * Reads elements of the input, and adds those that can go to a worker.
   *
   * @return whether there may be more
   */
  private boolean read(List<Item> items, int most) {
    List<OutcomeSink.Ended> refused = new ArrayList<>();
    Throwable failure = null;
    long first = run.state().nextIndex();
    long index = first;
    long end = index + most;
    long bytes = 0;
    long mostBytes = Math.min(MOST_BYTES_AT_ONCE, run.state().roomBytes());
    boolean more = !run.state().isInputOver();
    while (more && index < end && (bytes == 0 || bytes < mostBytes)) {
      elements.clear();
      try {
        more = readUpTo((int) Math.min(end - index, packSize(mostBytes - bytes)));
      } catch (Throwable e) { // the input is the user's code: what it throws is what he gets
        failure = e;
        more = false;
      }
      long added = admit(index, items, refused);
      if (input instanceof Portions portions) {
        portions.weigh(added);
      }
      bytes += added;
      index += elements.size();
    }
    elements.clear();
    run.state().countTaken((int) (index - first), bytes);
    if (!refused.isEmpty()) {
      run.ended(refused);
    }
    if (!more) {
      endAfter(items, failure);
    }
    return more;
  }

  /** What was read before the end is offered before the input is closed and the end is told. */
  private void endAfter(List<Item> items, @Nullable Throwable failure) {
    if (!items.isEmpty() && !isForHere) {
      List<Item> last = List.copyOf(items);
      items.clear();
      offer(last, () -> dispatcher.offer(run, last));
    }
    run.endInput(closed(failure));
  }

  /** {@return how many elements to make one item of, if they are as large as those before} */
  private long packSize(long mostBytes) {
    int most = mostAtOnce > 1 ? run.lane.chunker().packSize() : 0;
    return Math.max(1, Math.min(most, mostBytes / elementBytes));
  }

  /** {@return whether there may be more} */
  private boolean readUpTo(int most) {
    while (elements.size() < most) {
      if (!input.hasNext()) {
        return false;
      }
      elements.add(input.next());
    }
    return true;
  }

  /**
   * Makes items of what was read.
   *
   * @return how many bytes they take
   */
  private long admit(long index, List<Item> items, List<OutcomeSink.Ended> refused) {
    if (elements.size() > 1) {
      Item pack = Item.pack(run, index, elements.toArray());
      if (admit(pack) == null) {
        items.add(pack);
        elementBytes = Math.max(1, pack.bytes() / pack.count());
        return pack.bytes();
      }
    }
    long bytes = 0;
    for (int i = 0; i < elements.size(); i++) {
      Item item = new Item(run, index + i, elements.get(i));
      Throwable refusal = admit(item);
      if (refusal == null) {
        items.add(item);
        bytes += item.bytes();
        elementBytes = Math.max(1, item.bytes());
      } else {
        refused.add(new OutcomeSink.Ended(item, new Failure<>(refusal), 0));
      }
    }
    return bytes;
  }

  /** {@return why an item cannot go to a worker; null if it can} */
  private @Nullable Throwable admit(Item item) {
    try {
      dispatcher.group().admit(item);
      return null;
    } catch (RuntimeException | Error e) { // NotSendableException, or what a user's class throws
      return e;
    }
  }
}
