package dev.tutti.stress.sharing;

import dev.tutti.memory.SharedLongs;
import dev.tutti.memory.sync.ProcessQueue;
import dev.tutti.plan.DataSize;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * One side of a queue: those who put, or those who take.
 *
 * @param takes which side
 * @param queue the queue
 * @param words what has become of each item, and figures
 */
record QueueGame(boolean takes, ProcessQueue<Long> queue, SharedLongs words) implements Game {
  /*
   * Each item is a number, and has a word that says what has become of it: it is being put, it was put, it was taken.
   * Whoever takes it must find that nobody has taken it. At rest the referee takes what is left; an item that was put and
   * not taken must have been in the hands of one that died while it took.
   */
  private static final int NEXT = 0;
  private static final int PUT_COUNT = 1;
  private static final int TAKEN_COUNT = 2;
  private static final int DEATHS = 3;
  private static final int LOST = 4;
  private static final int CHECKED = 5;
  private static final int ITEMS = 8;
  private static final int RING = 1 << 16;
  private static final long PUTTING = 1;
  private static final long PUT = 2;
  private static final long TAKEN = 3;
  private static final long NO_ITEM = -1;
  private static final int CAPACITY = 8;
  private static final Duration SHORT = Duration.ofMillis(1);
  private static final Duration LONG = Duration.ofSeconds(3);

  static List<QueueGame> create() throws IOException {
    ProcessQueue<Long> queue = ProcessQueue.create(CAPACITY, DataSize.kib(4));
    SharedLongs words = SharedLongs.create(ITEMS + RING);
    return List.of(new QueueGame(true, queue, words), new QueueGame(false, queue, words));
  }

  @Override
  public int weight() {
    return 5;
  }

  @Override
  public boolean isAwaitedBy(Board.Row player) {
    return player.doing() == (takes ? Doing.TAKES : Doing.PUTS);
  }

  private static long place(long item) {
    return ITEMS + item % RING;
  }

  private static long state(long item, long state) {
    return item << 2 | state;
  }

  @Override
  public void play(Player self) throws InterruptedException {
    self.row().begins(takes ? Doing.TAKES : Doing.PUTS);
    if (takes) {
      take(self);
    } else {
      put(self);
    }
    self.row().begins(Doing.PLAYS);
  }

  private void put(Player self) throws InterruptedException {
    long item = words.getAndAdd(NEXT, 1);
    words.setVolatile(place(item), state(item, PUTTING));
    boolean put = false;
    try {
      put =
          switch (self.choice(4)) {
            case 0 -> queue.offer(item);
            case 1 -> queue.offer(item, SHORT);
            default -> queue.offer(item, LONG);
          };
    } finally {
      long next = put ? state(item, PUT) : 0;
      if (!words.compareAndSet(place(item), state(item, PUTTING), next) && !put) {
        self.complain("queue: an item was taken that was not put: item=" + item);
      }
    }
    if (put) {
      words.getAndAdd(PUT_COUNT, 1);
    }
  }

  private void take(Player self) throws InterruptedException {
    Long item =
        switch (self.choice(4)) {
          case 0 -> queue.poll();
          case 1 -> queue.poll(SHORT);
          default -> queue.poll(LONG);
        };
    if (item != null && item != NO_ITEM && !mark(item)) {
      self.complain("queue: an item was taken twice, or never put: item=" + item);
    }
  }

  private boolean mark(long item) {
    words.getAndAdd(TAKEN_COUNT, 1);
    return words.compareAndSet(place(item), state(item, PUTTING), state(item, TAKEN))
        || words.compareAndSet(place(item), state(item, PUT), state(item, TAKEN));
  }

  @Override
  public long progress() {
    return words.getVolatile(takes ? TAKEN_COUNT : PUT_COUNT);
  }

  @Override
  public boolean isOpen(LongPredicate isDead) {
    return takes ? queue.size() > 0 : queue.size() < CAPACITY;
  }

  @Override
  public void died(List<Board.Row> rows) {
    if (takes) {
      words.getAndAdd(DEATHS, rows.stream().filter(this::isAwaitedBy).count());
    }
  }

  /** Who waits to take gets something that is no item; who waits to put gets room. */
  @Override
  public void calm() {
    if (takes) {
      boolean _ = queue.offer(NO_ITEM);
    } else {
      Long item = queue.poll();
      if (item != null && item != NO_ITEM) {
        boolean _ = mark(item);
      }
    }
  }

  @Override
  public String atRest() {
    if (!takes) {
      return "";
    }
    for (Long item = queue.poll(); item != null; item = queue.poll()) {
      if (item != NO_ITEM && !mark(item)) {
        return "queue: an item is there that was taken, or never put: item=" + item;
      }
    }
    long lost = 0;
    long next = words.getVolatile(NEXT);
    for (long item = Math.max(words.getVolatile(CHECKED), next - RING); item < next; item++) {
      if (words.getVolatile(place(item)) == state(item, PUT)) {
        lost++;
      }
    }
    words.setVolatile(CHECKED, next);
    words.getAndAdd(LOST, lost);
    long deaths = words.getVolatile(DEATHS);
    words.setVolatile(DEATHS, 0);
    return lost <= deaths
        ? ""
        : "queue: items were lost: lost=%d, died while they took one=%d".formatted(lost, deaths);
  }

  @Override
  public String summary() {
    return takes
        ? "queue: %,d items put, %,d taken, %,d lost in dead hands (the queue says %,d)"
            .formatted(
                words.getVolatile(PUT_COUNT),
                words.getVolatile(TAKEN_COUNT),
                words.getVolatile(LOST),
                queue.lost())
        : "queue: %s".formatted(queue);
  }
}
