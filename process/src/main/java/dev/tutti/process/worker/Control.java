package dev.tutti.process.worker;

import dev.tutti.origin.Origins;
import dev.tutti.process.wire.Channel;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.Introduction;
import dev.tutti.process.wire.WireException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Listens to the pool while an item runs, and ends the worker when the pool is gone. */
final class Control implements Runnable {
  /*
   * `channel` is written by the thread that runs this, before it looks at `leaving`; leave() writes `leaving` before it looks
   * at `channel`. So one of the two closes the channel.
   *
   * A task may fill the heap while the socket is opened. If that cannot be done then, nor later, the worker leaves after its item.
   */
  private static final int GONE = 0;
  private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(25);
  private static final long FULL_HEAP_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** Opens the socket on which it listens. */
  @FunctionalInterface
  interface Line {
    Channel open() throws IOException;
  }

  private final Line line;
  private final Attempt attempt;
  private final long parent;
  private final AtomicBoolean begun = new AtomicBoolean();
  private volatile @Nullable Channel channel;
  private volatile boolean leaving;
  private volatile @Nullable Thread listener;
  private @Nullable Questions questions; // set before begin(), which starts who reads it
  private long delayNanos;
  private volatile boolean deaf; // before failQuestions(), and read after a question is open

  Control(Line line, Attempt attempt, long parent) {
    this.line = line;
    this.attempt = attempt;
    this.parent = parent;
  }

  /** Begins to listen, on a thread of its own, unless it has begun. */
  void begin() {
    beginIn(0);
  }

  /**
   * The same a little later, so that what runs now has the core for itself if it takes no longer.
   */
  void beginSoon() {
    beginIn(SOON_NANOS);
  }

  /** The same, also if it was to begin a little later. */
  void beginNow() {
    beginIn(0);
    Thread late = listener;
    if (late != null && channel == null) {
      LockSupport.unpark(late);
    }
  }

  /** Whose answers come here. Before it begins. */
  void answers(Questions asked) {
    questions = asked;
  }

  private void beginIn(long nanos) {
    if (begun.compareAndSet(false, true)) {
      delayNanos = nanos; // before the thread starts, which alone reads it
      Thread thread = new Thread(this, "tutti-control"); // a builder loads more classes
      thread.setDaemon(true);
      listener = thread;
      try {
        thread.start();
      } catch (OutOfMemoryError noThread) {
        listener = null;
        begun.set(false); // who needs it next tries again
        throw noThread;
      }
    }
  }

  /** {@return whether no answer will ever come} */
  boolean isDeaf() {
    return deaf;
  }

  @Override
  public void run() {
    if (delayNanos > 0) {
      LockSupport.parkNanos(this, delayNanos);
    }
    try (Channel opened = open()) {
      channel = opened;
      if (!leaving) {
        askForDeathSignal();
        openJars();
        while (listen(opened)) {
          // until the pool is gone
        }
      }
    } catch (IOException | ClosedSelectorException brokenChannel) {
      if (!leaving && channel != null) { // else the pool has not waited for this worker
        System.err.println("tutti: worker lost its pool: " + brokenChannel);
      }
    } finally {
      while (leaving) {
        LockSupport.park(this); // with this thread the kernel would forget the wish made above
      }
      Runtime.getRuntime().halt(GONE); // nobody is there to whom anything could matter
    }
  }

  private Channel open() throws IOException {
    while (true) {
      try {
        return line.open();
      } catch (OutOfMemoryError taskFillsTheHeap) {
        LockSupport.parkNanos(FULL_HEAP_PAUSE_NANOS);
      } catch (LinkageError afterThat) { // classes whose beginning has failed never work
        attempt.cannotBeReached();
        deaf = true;
        failQuestions();
        while (true) {
          LockSupport.park(this);
        }
      }
    }
  }

  /**
   * The worker ends by itself, and listens no more: a JVM that exits waits up to 300 ms for threads
   * in native code, such as one that listens.
   */
  void leave() {
    leaving = true;
    Channel opened = channel;
    if (opened == null) {
      return;
    }
    try {
      opened.close();
    } catch (IOException e) {
      System.err.println("tutti: worker could not close its control channel: " + e);
    }
  }

  /**
   * Classes of a start cache come without their jars. One that is exchanged or removed later is not
   * to change what this worker finds in it, as in a JVM that has read its classes there.
   */
  private static void openJars() {
    String resource = System.getProperty(Introduction.OPENS, "");
    if (!resource.isEmpty()) {
      try {
        Thread thread = new Thread(() -> findIn(ClassLoader.getSystemClassLoader(), resource));
        thread.setName("tutti-jars");
        thread.setDaemon(true);
        thread.start();
      } catch (OutOfMemoryError noThread) {
        // They are opened when a class is needed that is not in the cache.
      }
    }
  }

  private static void findIn(ClassLoader loader, String resource) {
    try {
      var _ = loader.getResource(resource); // which looks in one jar after the other
    } catch (OutOfMemoryError taskFillsTheHeap) {
      // As above. To print a trace would be no help.
    }
  }

  private void askForDeathSignal() throws IOException {
    try {
      ParentDeath.endsThisProcess(parent);
    } catch (Error taskFillsTheHeap) {
      // Or what becomes of that while classes are loaded. The end of the channel is what is left.
    }
  }

  /**
   * {@return whether the pool is still there} A task that fills the heap must not end its worker
   * here.
   */
  private boolean listen(Channel opened) throws IOException {
    try {
      Frame frame = opened.read();
      if (frame == null) {
        return false;
      }
      obey(frame);
      return true;
    } catch (OutOfMemoryError taskFillsTheHeap) {
      failQuestions();
      LockSupport.parkNanos(FULL_HEAP_PAUSE_NANOS);
      return true;
    }
  }

  private void obey(Frame frame) throws WireException {
    switch (frame.kind()) {
      case INTERRUPT -> attempt.interrupt(frame.atLeast(Long.BYTES).getLong());
      case ANSWER -> {
        Questions asked = questions;
        if (asked != null) {
          asked.answered(frame.atLeast(Long.BYTES));
        }
      }
      case LOADERS_GONE -> {
        for (ByteBuffer ids = frame.content(); ids.remaining() >= Long.BYTES; ) {
          Origins.forget(ids.getLong());
        }
      }
      default -> throw new WireException("pool sent what is not for control: kind=" + frame.kind());
    }
  }

  private void failQuestions() {
    Questions asked = questions;
    if (asked != null) {
      asked.fail();
    }
  }
}
