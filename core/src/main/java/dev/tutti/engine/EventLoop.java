package dev.tutti.engine;

import dev.tutti.spi.HelpingGroup;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Events that one thread at a time handles: whoever brings one, or a driver. Of each kind of event
 * there is a queue or a word elsewhere; here is only who looks at them.
 *
 * <p><b>Thread safety.</b> For any thread, but {@link #drive}, which is for one.
 */
final class EventLoop {
  /*
   * Each event is written first and counted in `news` then. Who counts it from 0 is the one who drains; if there is a driver,
   * he is woken and does it. Who drains takes off `news` what he has seen, after he has looked at all, and goes on until
   * it is 0; that write pairs with the next count, so whoever drains next sees all that this one has written.
   *
   *   over: false -> true   end(), by who drains
   *
   * So a driver leaves after it, and what comes later is drained by who brings it. An event that comes while its bringer
   * himself drains is counted, and handled by the same loop: nothing here calls itself.
   *
   * Who waits for the end enters `waiters` before he looks at `over`; end() writes `over` before it unparks them.
   */
  private final Runnable step;
  private final boolean driverBrings;
  private final AtomicInteger news = new AtomicInteger();
  private final Queue<Thread> waiters = new ConcurrentLinkedQueue<>();
  private volatile boolean over;
  private volatile @Nullable Thread driver;

  /**
   * @param step looks at all events
   * @param driverBrings whether the driver drains too what he himself brings
   */
  EventLoop(Runnable step, boolean driverBrings) {
    this.step = step;
    this.driverBrings = driverBrings;
  }

  /** Something was written that whoever drains is to see. */
  void tell() {
    if (news.getAndIncrement() == 0) {
      Thread drives = driver;
      if (drives == null || over || (driverBrings && drives == Thread.currentThread())) {
        drain();
      } else {
        LockSupport.unpark(drives);
      }
    }
  }

  private void drain() {
    int seen = news.get();
    while (seen != 0) {
      step.run();
      seen = news.addAndGet(-seen);
    }
  }

  /** Nothing is to be waited for any more. Only for who drains. */
  void end() {
    over = true;
    LockSupport.unpark(driver);
    waiters.forEach(LockSupport::unpark);
  }

  boolean isOver() {
    return over;
  }

  /** The calling thread is the driver from now on. */
  void take() {
    driver = Thread.currentThread();
  }

  /**
   * Handles events until the end.
   *
   * @param interrupt what to do if the calling thread is interrupted, whose flag stays set
   */
  void drive(Runnable interrupt) {
    boolean interrupted = false;
    while (!over) {
      try {
        boolean _ = Engine.await(new Wait(interrupt), Long.MAX_VALUE);
      } catch (InterruptedException e) {
        interrupted = true;
        interrupt.run();
      }
      drain();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for the end; the same is done where the calling thread is interrupted. */
  void awaitEnd(Runnable interrupt) {
    boolean interrupted = false;
    while (!over) {
      try {
        await(Long.MAX_VALUE, interrupt);
      } catch (InterruptedException e) {
        interrupted = true;
        interrupt.run();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits for the end.
   *
   * @param nanos how long at most
   * @param interrupt what to do if the task that waits is to stop while its thread runs another one
   * @return whether it has come
   */
  boolean await(long nanos, Runnable interrupt) throws InterruptedException {
    Thread self = Thread.currentThread();
    waiters.add(self);
    try {
      return Engine.await(new Wait(interrupt), nanos);
    } finally {
      waiters.remove(self);
    }
  }

  /** What a thread waits for: the driver for news, others for the end. */
  private final class Wait implements HelpingGroup.Awaited {
    private final boolean drives = Thread.currentThread() == driver;
    private final Runnable interrupt;

    Wait(Runnable interrupt) {
      this.interrupt = interrupt;
    }

    @Override
    public boolean isDone() {
      return over || (drives && news.get() != 0);
    }

    @Override
    public long changes() {
      return over ? -1 : drives ? news.get() : 0;
    }

    @Override
    public void interrupted() {
      Thread.ofVirtual().name("tutti-interrupt").start(interrupt);
    }
  }
}
