package dev.tutti.process.group;

import dev.tutti.process.wire.Claims;
import dev.tutti.process.wire.FramePacker;
import dev.tutti.spi.Item;
import org.jspecify.annotations.Nullable;

/**
 * An item in the hands of a worker. What changes is guarded by the lock of its {@link Flights}.
 *
 * <p>Of a pack the worker has the first elements, {@link #held} of them: others may have been taken
 * back. Of those, the first have landed.
 */
final class Flight {
  private static final byte[] NOTHING = {};

  private final Link link;
  private final long number;
  private final Item item;
  private volatile int held; // also read without the lock, as a hint
  private int landed;

  /**
   * @param link the worker
   * @param number the item's number there; it names the claim word. The elements of a pack have
   *     this number and those behind it
   * @param item the item
   */
  Flight(Link link, long number, Item item) {
    this.link = link;
    this.number = number;
    this.item = item;
    this.held = item.count();
  }

  Link link() {
    return link;
  }

  long number() {
    return number;
  }

  Item item() {
    return item;
  }

  /** {@return how many elements the worker has, those that have ended among them} */
  int held() {
    return held;
  }

  /** {@return how many elements have ended} */
  int landed() {
    return landed;
  }

  void land(int elements) {
    landed += elements;
  }

  /** {@return the element with a number; -1 if it is not of this flight} */
  int elementOf(long elementNumber) {
    long element = elementNumber - number;
    return element >= 0 && element < item.count() ? (int) element : -1;
  }

  /** {@return whether all that the worker has of it has ended} */
  boolean isOver() {
    return landed == held;
  }

  /** Makes its claim word ready, then adds what the worker is sent of it. */
  void queue(Claims claims, FramePacker frames) {
    switch (item.form()) {
      case EncodedPack pack -> {
        claims.queuePack(number, item.count());
        frames.pack(number, item.count(), item.call().isTimed(), pack.toSend());
      }
      case byte[] bytes -> queue(bytes, claims, frames);
      case SentItem sent -> {
        SentItem.addParts(sent.cargo(), frames);
        queue(sent.cargo().bytes(), claims, frames);
      }
      case null, default -> queue(NOTHING, claims, frames);
    }
  }

  private void queue(byte[] bytes, Claims claims, FramePacker frames) {
    claims.queue(number);
    frames.item(number, item.attempts() + 1, bytes);
  }

  /**
   * Takes back what the worker has not begun of it, or of its end.
   *
   * @param from the first element that is to come back
   * @return what is back; null if there is nothing
   */
  @Nullable Item takeBackFrom(int from, Claims claims) {
    if (!item.isPack()) {
      if (!claims.takeBack(number)) {
        return null;
      }
      held = 0;
      return item;
    }
    int had = held;
    int stay = claims.takeBackFrom(number, Math.min(from, had));
    if (stay >= had) {
      return null;
    }
    held = stay;
    return stay == 0 && had == item.count() ? item : item.part(stay, had);
  }

  /** {@return whether the worker has begun it, ended or not} */
  boolean isBegun(Claims claims) {
    return item.isPack() ? claims.begunOf(number) > 0 : claims.isBegun(number);
  }

  /** {@return whether the worker runs it, or an element of it that nobody wants} */
  boolean runsUnwanted(Claims claims) {
    return item.isPack() ? claims.runningOf(number) >= item.wanted() : claims.isRunning(number);
  }
}
