package dev.tutti.process.pipe;

import java.io.IOException;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Waits for the first of several wires and futures. For one thread. */
public final class Watch implements AutoCloseable {
  /*
   * One selector for all. It wakes up when a socket has something, when a wire gets its socket or is closed
   * (it is one of the wire's watchers), and when a future ends. Then each is asked. A wire that another
   * thread reads cannot be asked; while there is one, a pause keeps this from spinning on what the other
   * thread is about to take.
   */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Selector selector;
  private final List<Wire> wires = new ArrayList<>();
  private final CompletableFuture<@Nullable Void> left = new CompletableFuture<>();
  private final List<Asked> all = new ArrayList<>();

  private record Asked(@Nullable Wire wire, @Nullable CompletableFuture<?> future) {
    boolean isReady() throws InterruptedException {
      return wire != null ? wire.poll(Deadline.NOW) : future != null && future.isDone();
    }
  }

  /**
   * Makes a watch for nothing.
   *
   * @throws IOException if there is no room for it
   */
  public Watch() throws IOException {
    this.selector = Selector.open();
  }

  /**
   * Waits for a wire too.
   *
   * @param wire the wire
   */
  public void add(Wire wire) {
    wires.add(wire);
    all.add(new Asked(wire, null));
  }

  /**
   * Waits for a future too.
   *
   * @param future the future
   */
  public void add(CompletableFuture<?> future) {
    // An anyOf takes itself off its other sources: nothing stays at a future that goes on for long.
    var _ =
        CompletableFuture.anyOf(future.toCompletableFuture(), left)
            .whenComplete((_, _) -> selector.wakeup());
    all.add(new Asked(null, future));
  }

  /**
   * Waits until one is ready: a wire by a message or its end, a future when it is done.
   *
   * @param deadline how long
   * @return which are ready, in the order in which they were added; none if it is time
   * @throws IOException if there is no room to wait
   * @throws InterruptedException if the calling thread is interrupted
   */
  public BitSet await(Deadline deadline) throws IOException, InterruptedException {
    while (true) {
      for (Wire wire : wires) {
        wire.watch(selector); // before it is asked, so nothing comes unseen
      }
      BitSet ready = ready();
      if (!ready.isEmpty() || deadline.isOver()) {
        return ready;
      }
      deadline.select(selector);
      boolean wiresCame = !selector.selectedKeys().isEmpty();
      selector.selectedKeys().clear();
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (wiresCame && wires.stream().anyMatch(Wire::isBeingRead)) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private BitSet ready() throws InterruptedException {
    BitSet ready = new BitSet(all.size());
    for (int i = 0; i < all.size(); i++) {
      ready.set(i, all.get(i).isReady());
    }
    return ready;
  }

  @Override
  public void close() throws IOException {
    wires.forEach(wire -> wire.unwatch(selector));
    left.complete(null);
    selector.close();
  }
}
