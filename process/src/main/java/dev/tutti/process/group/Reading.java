package dev.tutti.process.group;

import dev.tutti.codec.Codec;
import dev.tutti.codec.DecodeException;
import dev.tutti.codec.FailureCodec;
import dev.tutti.codec.ValueFilter;
import dev.tutti.origin.Everywhere;
import dev.tutti.process.wire.Frame;
import dev.tutti.task.Failure;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Outcome;
import dev.tutti.task.Success;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Makes outcomes of what one worker has sent, by code of the user's classes that may never end. */
final class Reading {
  /*
   * The thread that reads a worker's channel reads the values too, so a value costs no hand-over. What it is
   * at stands in `current`. Whoever takes that out decides: the thread itself, when it has read the value; or
   * look(), when that has taken too long. Then the thread is relieved: it touches nothing of the worker any
   * more, and another goes on with the channel.
   *
   * look() comes twice in the time that a value may take, and relieves at the third look that finds the same
   * value. So a JVM that was stopped for a while, and whose clock went on, is not to blame.
   *
   * A relieved thread cannot be ended. When MOST_STRAYS of a pool live, values that would run code of their
   * classes are refused unread.
   */
  static final int MOST_STRAYS = 4;

  private static final int LOOKS = 3;

  /** What is read now. */
  static final class Current {
    private final Thread thread = Thread.currentThread();
    private final Flight flight;
    private final int element;
    private final Frame.Kind kind;
    private final long elapsedNanos;
    private final ArrivedParts parts;
    private int looks; // only look() uses it, on the one thread of the clock

    Current(Flight flight, int element, Frame.Kind kind, long elapsedNanos, ArrivedParts parts) {
      this.flight = flight;
      this.element = element;
      this.kind = kind;
      this.elapsedNanos = elapsedNanos;
      this.parts = parts;
    }

    Flight flight() {
      return flight;
    }

    /** {@return which element of a pack it is of; 0 if it is no pack} */
    int element() {
      return element;
    }

    long elapsedNanos() {
      return elapsedNanos;
    }

    /** {@return how the item ends whose outcome is not waited for any longer} */
    Outcome<?> outcome() {
      String at =
          Arrays.stream(thread.getStackTrace())
              .filter(frame -> !String.valueOf(frame.getModuleName()).startsWith("java."))
              .findFirst()
              .map(StackTraceElement::toString)
              .orElse("the JDK");
      return new Failure<>(unreadable(kind, "it takes too long: thread is at=" + at, null));
    }
  }

  /** What a pool has for the readings of all its workers. */
  record Shared(
      ValueFilter filter,
      Duration maxTime,
      BiConsumer<Long, Runnable> clock,
      AtomicInteger strays) {}

  private final Shared shared;
  private final AtomicReference<@Nullable Current> current = new AtomicReference<>();
  private final AtomicBoolean watched = new AtomicBoolean();
  private volatile long lookNanos;
  private volatile @Nullable Relief relief;

  /** Goes on in place of a thread that was relieved. */
  @FunctionalInterface
  interface Relief {
    void goOn(Current left);
  }

  Reading(Shared shared) {
    this.shared = shared;
    this.lookNanos = TimeUnit.NANOSECONDS.convert(shared.maxTime()) / (LOOKS - 1) + 1;
  }

  /** Before the first {@link #read}. */
  void onRelief(Relief action) {
    relief = action;
  }

  /** {@return whether code of the user's classes reads it} */
  boolean mayTakeLong(Frame.Kind kind, ByteBuffer content) {
    return !isResult(kind) || !Codec.isPlain(content);
  }

  /** {@return a small result; {@link Codec#NOT_QUICK} if it is another, which is not taken then} */
  @Nullable Object readQuickly(ByteBuffer content) {
    return Codec.decodeQuickly(content, shared.filter());
  }

  private static boolean isResult(Frame.Kind kind) {
    return kind == Frame.Kind.RESULT || kind == Frame.Kind.NEXT_RESULT;
  }

  /**
   * Reads a result or an exception.
   *
   * @param element which element of a pack it is of; 0 if it is no pack
   * @param parts its large parts
   * @return how the item has ended; null if the calling thread has been relieved
   */
  @Nullable Outcome<?> read(
      Flight flight,
      int element,
      Frame.Kind kind,
      long elapsedNanos,
      ByteBuffer content,
      ArrivedParts parts) {
    if (!mayTakeLong(kind, content)) {
      return outcome(flight, kind, content, parts);
    }
    int strays = shared.strays().get();
    if (strays >= MOST_STRAYS) {
      return new Failure<>(
          unreadable(kind, "earlier ones are still being read: threads=" + strays, null));
    }
    Current mine = new Current(flight, element, kind, elapsedNanos, parts);
    current.set(mine); // before watched: look() sets that before it looks here a last time
    if (watched.compareAndSet(false, true)) {
      lookLater();
    }
    Outcome<?> outcome = outcome(flight, kind, content, parts);
    if (current.compareAndSet(mine, null)) {
      return outcome;
    }
    shared.strays().decrementAndGet();
    return null;
  }

  private Outcome<?> outcome(
      Flight flight, Frame.Kind kind, ByteBuffer content, ArrivedParts parts) {
    ClassLoader loader = loaderOf(flight);
    try {
      return isResult(kind)
          ? new Success<@Nullable Object>(
              Codec.decode(content, parts.source(), loader, shared.filter()))
          : new Failure<>(FailureCodec.decode(content, loader, shared.filter()));
    } catch (DecodeException e) {
      return new Failure<>(unreadable(kind, String.valueOf(e.getMessage()), e));
    }
  }

  private static ClassLoader loaderOf(Flight flight) {
    return Everywhere.forNames(flight.item().call().function().getClass().getClassLoader());
  }

  private static NotSendableException unreadable(
      Frame.Kind kind, String why, @Nullable DecodeException e) {
    return new NotSendableException(
        "cannot read the %s of the task here: %s [T023]"
            .formatted(isResult(kind) ? "result" : "exception", why),
        e == null || e.getCause() == null ? e : e.getCause());
  }

  // ---------------------------------------------------------------- the watch

  private void lookLater() {
    shared.clock().accept(lookNanos, this::look);
  }

  private void look() {
    Current now = current.get();
    if (now == null) {
      watched.set(false);
      if (current.get() == null || !watched.compareAndSet(false, true)) {
        return; // the next read() sees to it
      }
    } else if (++now.looks >= LOOKS) {
      relieve(now);
    }
    lookLater();
  }

  private void relieve(Current late) {
    if (current.compareAndSet(late, null)) {
      shared.strays().incrementAndGet();
      late.parts.abandon();
      late.thread.interrupt(); // it is not in a channel, and never will be again
      Relief action = relief;
      if (action != null) {
        action.goOn(late);
      }
    }
  }

  /** The pool is stopped: nobody waits for what is read now. */
  void hurry(Duration patience) {
    lookNanos = Math.min(lookNanos, TimeUnit.NANOSECONDS.convert(patience) / (LOOKS - 1) + 1);
    lookLater();
  }
}
