package dev.tutti.actors;

import dev.tutti.codec.Codec;
import dev.tutti.codec.DecodeException;
import dev.tutti.codec.FailureCodec;
import dev.tutti.codec.Filters;
import dev.tutti.codec.Role;
import dev.tutti.codec.ValueFilter;
import dev.tutti.origin.Everywhere;
import dev.tutti.task.Fn;
import dev.tutti.task.ItemAction;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Task;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The inside of an actor's process. */
final class HostRun {
  /*
   * The process's own thread, run(), makes the state and begins the calls in the order in which they have come. If one
   * runs at a time, it runs them itself; else it hands each to a thread of `runners` once fewer than `atOnce` run. A
   * second thread, listen(), reads what comes, so that a call can be stopped while another runs.
   *
   * `lock` guards what has come and not begun, what runs and on which thread, and whether more can come. A call is
   * moved from the one to the other, and its number written to `begun`, under the lock: so whoever finds it there is
   * told rightly whether it has begun, and after the death of this process its owner can read that in the
   * shared number, because calls begin in the order of their numbers. One that the owner has taken back, by its word,
   * does not begin, and is said to be taken back when its turn has come.
   *
   * An interrupt goes to the thread of a call that is in `running`, under the lock. When the call has ended it is
   * taken out under the lock and the thread's flag cleared, so no interrupt meets another call, or a send.
   *
   * The state is copied by the thread whose call has ended last, when enough have ended since the last copy and none runs. It sets
   * `copying` under the lock, where it has found that, and until it has sent the copy no call begins. So nobody waits for a copy but
   * those who come while it is made, no call is half in it, and the last one that the owner gets is the newest. The word
   * of a call says that it has ended when its copy is made: so a time-out covers that too. No interrupt meets it.
   *
   * Once the state is there, whoever ends this process closes the pipe first, which sets `over`. So an interrupt of a thread that
   * runs no call is not from there: a call has left something that interrupts later. It ends nothing, and meets no other call.
   */
  private enum Copy {
    NOW,
    NOT_NOW,
    /** Not now either, and that has been so for long enough to say it. */
    LATE
  }

  private static final long READER_STACK_BYTES = 64L << 20;
  private static final long LEAST_LATE = 1000;
  private static final long LATE_TIMES = 100;
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Host host;
  private final ThreadFactory threads;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Message> waiting = new ArrayDeque<>();
  private final Map<Long, Run> running = new HashMap<>();
  private boolean over;
  private boolean copying;
  private long uncopied; // how many calls have ended since the last copy

  private @Nullable ExecutorService runners; // only run() uses it

  HostRun(Host host) {
    this(host, Thread.ofPlatform().daemon().name("actor-", 1).factory());
  }

  HostRun(Host host, ThreadFactory threads) {
    this.host = host;
    this.threads = threads;
  }

  /** A call that has begun. */
  private static final class Run {
    /** Who runs it; null until that thread has taken it over. */
    @Nullable Thread runner;

    /** It was to be interrupted before there was a thread. */
    boolean stopped;

    void interrupt() {
      stopped = true;
      if (runner != null) {
        runner.interrupt();
      }
    }

    void isOn(Thread thread) {
      runner = thread;
      if (stopped) {
        thread.interrupt();
      }
    }
  }

  void run() {
    try {
      Object state = ready();
      if (state != null) {
        live(state);
      }
    } catch (IOException e) {
      return; // the owner has left, or stops this process, and knows of it
    }
  }

  private void live(Object state) throws IOException {
    Thread.ofPlatform().daemon().name("tutti-actor-in").start(this::listen);
    try {
      serve(state);
    } finally {
      if (runners != null) {
        runners.shutdownNow();
      }
      close(state);
    }
  }

  /** {@return the state; null if there is none, which has been said} */
  private @Nullable Object ready() throws IOException {
    Object state;
    byte[] first;
    try {
      state = Objects.requireNonNull(state(), "the state of an actor");
      first =
          host.checkpointEvery() > 0 && !host.restores()
              ? Codec.encode(state, Role.STATE)
              : new byte[0];
    } catch (Throwable e) {
      if (e instanceof InterruptedException) {
        Thread.interrupted(); // what was to be stopped has stopped
      }
      send(Message.of(Message.Kind.NOT_READY, 0, FailureCodec.encode(e)));
      return null;
    }
    send(Message.of(Message.Kind.READY, 0, first));
    return state;
  }

  private @Nullable Object state() throws Exception {
    if (host.restores()) {
      return restored();
    }
    Object make =
        Objects.requireNonNull(
            read(ByteBuffer.wrap(host.state()), "the state", Filters.tasks()), "make");
    Thread.currentThread().setContextClassLoader(Everywhere.contextOf(make));
    Object state = ((Task<?>) make).call();
    Filters.initialiserHasRun();
    return state;
  }

  /**
   * {@return the state that a process before this one has copied} To read it may take far more of a
   * stack than to write it took, so that is done on a thread that has more.
   */
  private @Nullable Object restored() throws Exception {
    FutureTask<@Nullable Object> reading =
        new FutureTask<>(
            () -> read(ByteBuffer.wrap(host.state()), "the state", Filters.ownCopies()));
    Thread reader = new Thread(null, reading, "actor-reader", READER_STACK_BYTES);
    reader.setDaemon(true);
    try {
      reader.start();
    } catch (OutOfMemoryError e) {
      reading.run(); // with the stack that there is
    }
    try {
      return reading.get();
    } catch (InterruptedException e) {
      reading.cancel(true);
      throw e;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private static @Nullable Object read(ByteBuffer bytes, String what, ValueFilter filter) {
    try {
      return Codec.decode(bytes, ClassLoader.getSystemClassLoader(), filter);
    } catch (DecodeException e) {
      throw new NotSendableException(
          "cannot read %s in the actor's process: %s; it sees the class path of its owner [T023]"
              .formatted(what, e.getMessage()),
          e.getCause());
    }
  }

  private static void close(Object state) {
    if (state instanceof AutoCloseable resource) {
      Thread.currentThread().setContextClassLoader(Everywhere.contextOf(state));
      try {
        resource.close();
      } catch (Throwable e) { // the actor ends, whatever that is
        System.err.println("tutti: the state of an actor could not be closed: " + e);
      }
    }
  }

  // ---------------------------------------------------------------- what comes

  private void listen() {
    try {
      while (true) {
        take(Message.parse(host.pipe().receiveBytes()));
      }
    } catch (EOFException e) {
      // the owner has closed the actor
    } catch (IOException | InterruptedException | RuntimeException e) {
      System.err.println("tutti: an actor cannot hear its owner any more: " + e);
    } finally {
      lock.lock();
      try {
        over = true; // who closes it waits for its calls before that, or wants none of them
        waiting.clear();
        running.values().forEach(Run::interrupt);
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private void take(Message message) throws IOException {
    lock.lock();
    try {
      switch (message.kind()) {
        case CALL, TELL -> {
          waiting.add(message);
          changed.signalAll();
        }
        case STOP -> {
          Run run = running.get(message.number());
          if (run != null) {
            run.interrupt();
          }
        }
        default -> throw new IOException("the owner has said " + message.kind());
      }
    } finally {
      lock.unlock();
    }
  }

  // ---------------------------------------------------------------- calls

  private void serve(Object state) throws IOException {
    if (host.atOnce() == 1) {
      for (Message call = begin(); call != null; call = begin()) {
        run(call, state);
      }
      return;
    }
    runners = Executors.newCachedThreadPool(threads);
    for (Message call = begin(); call != null; call = begin()) {
      Message begun = call;
      try {
        runners.execute(() -> runApart(begun, state));
      } catch (OutOfMemoryError e) { // no thread can be started: a failure of this call
        end(call, failure(call, e), state);
      }
    }
  }

  private void runApart(Message call, Object state) {
    boolean done = false;
    try {
      run(call, state);
      done = true;
    } catch (IOException e) {
      System.err.println("tutti: an actor cannot answer its owner any more: " + e);
    } finally {
      if (!done) {
        host.pipe().close(); // ends this process: a call without an answer is waited for
      }
    }
  }

  /** Sends what no interrupt is to keep from the owner. */
  private void send(byte[] message) throws IOException {
    boolean sent = false;
    while (!sent) {
      try {
        host.pipe().sendBytes(message);
        sent = true;
      } catch (InterruptedException e) {
        sent = false; // it is of no call
      }
    }
  }

  /** {@return the next call, which has begun; null if none will come} */
  private @Nullable Message begin() throws IOException {
    Message call = next();
    while (call != null && !isRunning(call)) {
      send(Message.of(Message.Kind.TAKEN_BACK, call.number()));
      call = next();
    }
    return call;
  }

  /** {@return the next call, which has begun unless it was taken back; null if none will come} */
  private @Nullable Message next() {
    lock.lock();
    try {
      awaitNext();
      Message call = waiting.poll();
      if (call != null && host.words().begin(call.slot(), call.number())) {
        running.put(call.number(), new Run());
      }
      return call;
    } finally {
      lock.unlock();
    }
  }

  /** With the lock held: waits until a call can begin, or none will come. */
  private void awaitNext() {
    while (!over && (mustWait() || host.words().isShut())) {
      try {
        if (mustWait()) {
          changed.await();
        } else { // the gate is opened soon, or this process is killed
          long _ = changed.awaitNanos(LOOK_NANOS);
        }
      } catch (InterruptedException e) {
        // it is of no call
      }
    }
  }

  private boolean mustWait() {
    return waiting.isEmpty() || copying || running.size() >= host.atOnce();
  }

  private boolean isRunning(Message call) {
    lock.lock();
    try {
      return running.containsKey(call.number());
    } finally {
      lock.unlock();
    }
  }

  private void run(Message call, Object state) throws IOException {
    runsHere(call);
    end(call, answer(call, state), state);
  }

  private void end(Message call, byte[] answer, Object state) throws IOException {
    switch (end(call)) {
      case NOW -> {
        try {
          byte[] copy = checkpoint(state);
          host.words().end(call.slot());
          send(copy);
        } finally {
          hasCopied();
        }
      }
      case LATE -> send(noCheckpoint(late()));
      case NOT_NOW -> {}
    }
    send(answer);
  }

  private IllegalStateException late() {
    return new IllegalStateException(
        "%d calls have ended since the last copy, and always one was running; let there be moments without, or run one at a time"
            .formatted(lateAfter()));
  }

  private long lateAfter() {
    return Math.max(LEAST_LATE, LATE_TIMES * host.checkpointEvery());
  }

  private void runsHere(Message call) {
    lock.lock();
    try {
      Thread.interrupted(); // of no call
      Objects.requireNonNull(running.get(call.number()), "run").isOn(Thread.currentThread());
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether the state is to be copied now; if so no call begins until hasCopied()} */
  private Copy end(Message call) {
    lock.lock();
    try {
      running.remove(call.number());
      Thread.interrupted();
      uncopied++;
      boolean due = host.checkpointEvery() > 0 && uncopied >= host.checkpointEvery();
      if (due && running.isEmpty()) {
        copying = true;
        uncopied = 0;
        return Copy.NOW;
      }
      host.words().end(call.slot());
      changed.signalAll();
      return due && uncopied == lateAfter() ? Copy.LATE : Copy.NOT_NOW;
    } finally {
      lock.unlock();
    }
  }

  private void hasCopied() {
    lock.lock();
    try {
      copying = false;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private static byte[] answer(Message call, Object state) {
    try {
      byte[] result = result(call, state);
      return Message.of(Message.Kind.RESULT, call.number(), result);
    } catch (Throwable e) { // whatever it is, it is the call's failure
      return failure(call, e);
    }
  }

  private static byte[] failure(Message call, Throwable why) {
    return Message.of(Message.Kind.FAILURE, call.number(), FailureCodec.encode(why));
  }

  @SuppressWarnings("unchecked") // the actor's type paired the function with its state
  private static byte[] result(Message call, Object state) throws Exception {
    Object function =
        Objects.requireNonNull(read(call.content(), "the call", Filters.tasks()), "function");
    Thread.currentThread().setContextClassLoader(Everywhere.contextOf(function));
    if (call.kind() == Message.Kind.TELL) {
      ((ItemAction<Object>) function).accept(state);
      return new byte[0];
    }
    return Codec.encode(((Fn<Object, @Nullable Object>) function).apply(state), Role.RESULT);
  }

  private static byte[] checkpoint(Object state) {
    try {
      return Message.of(Message.Kind.CHECKPOINT, 0, Codec.encode(state, Role.STATE));
    } catch (Throwable e) { // an owner who has the last one goes on with that
      return noCheckpoint(e);
    }
  }

  private static byte[] noCheckpoint(Throwable why) {
    return Message.of(Message.Kind.NO_CHECKPOINT, 0, FailureCodec.encode(why));
  }
}
