package dev.tutti.engine;

import dev.tutti.spi.Timer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Looks every millisecond at the calls whose reader runs items itself, while there are any. */
final class FeedWatch {
  /*
   * The timer's thread ticks on for a while when there is nothing to look at: short calls often come in a row, and to wake it
   * for each of them would cost more than they do. Who adds a feed does so before it looks whether somebody ticks; who stops
   * ticking says so before it looks once more whether there is a feed. So one of the two sees the other.
   */
  static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** The first look, which may find that a thread waits. */
  static final long FIRST_NANOS = TimeUnit.MICROSECONDS.toNanos(250);

  private static final int LINGER_TICKS = 50;

  private static final Set<ChoosingFeed> FEEDS = ConcurrentHashMap.newKeySet();
  private static final AtomicBoolean TICKING = new AtomicBoolean();

  private FeedWatch() {}

  /** Looks at a feed from now on, until it says that it need not. */
  static void add(ChoosingFeed feed) {
    FEEDS.add(feed);
    startTicking();
  }

  private static void startTicking() {
    if (!TICKING.get() && TICKING.compareAndSet(false, true)) {
      tickLater(FIRST_NANOS, 0);
    }
  }

  private static void tickLater(long nanos, int idleTicks) {
    var _ = Timer.after(nanos, () -> tick(idleTicks));
  }

  /**
   * What goes wrong for one call, such as no memory for a thread, is not to end the looks at
   * others.
   */
  private static void look(ChoosingFeed feed) {
    try {
      feed.look();
    } catch (RuntimeException | Error e) {
      System.getLogger("dev.tutti")
          .log(System.Logger.Level.WARNING, "a call whose items take long is not shared out", e);
    }
  }

  private static void tick(int idleTicks) {
    for (ChoosingFeed feed : List.copyOf(FEEDS)) {
      FEEDS.remove(feed); // before it is asked: when it says no, it adds itself the next time
      if (feed.isWatched()) {
        FEEDS.add(feed);
        look(feed);
      }
    }
    boolean any = !FEEDS.isEmpty();
    if (any || idleTicks < LINGER_TICKS) {
      tickLater(PERIOD_NANOS, any ? 0 : idleTicks + 1);
    } else {
      TICKING.set(false);
      if (!FEEDS.isEmpty()) {
        startTicking();
      }
    }
  }
}
