package dev.tutti.process.group;

import dev.tutti.codec.Codec;
import dev.tutti.codec.DecodeException;
import dev.tutti.codec.FailureCodec;
import dev.tutti.codec.Filters;
import dev.tutti.process.launch.WorkerProcess;
import dev.tutti.process.wire.Channel;
import dev.tutti.process.wire.Claims;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.Introduction;
import dev.tutti.process.wire.WireException;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Call;
import dev.tutti.spi.Item;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Failure;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Outcome;
import dev.tutti.task.Success;
import dev.tutti.task.WorkerLost;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.lang.System.Logger.Level;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One worker process: its start, what it has, what it says, and its end. */
@SuppressWarnings("EnumOrdinal") // both sides are of one build, which the greeting checks
final class Link implements Runnable {
  /*
   * One thread, run(), leads the worker from its start to its end and is the only one that reads its
   * channel. It alone reports outcomes. Any thread may send a batch (the group sees to it that there is one
   * at a time), take items back or stop them.
   *
   *   STARTING -> READY    both channels are open
   *   STARTING -> LOST     the process could not be started
   *   READY    -> LOST     the channel ended, broke, or said what it must not
   *
   * `flights` holds every item that the worker has and nobody has reported: entered by send(), removed by
   * the thread that reports it, which is decided by who removes it. It, `batch`, `state` and what belongs to
   * them are guarded by `lock`, which is taken after no other lock and holds no call to the sink. At the end
   * the channel is read to its last frame before anything is judged: an outcome that was written counts.
   */
  private enum State {
    STARTING,
    READY,
    LOST
  }

  private static final System.Logger LOG = System.getLogger("dev.tutti");

  private final ProcessGroup group;
  private final String name;
  private final int serial;
  private final ObjectInputFilter filter = Filters.results();
  private final ReentrantLock lock = new ReentrantLock();
  private final @Nullable Flight[] flights = new Flight[Claims.WORDS];
  private State state = State.STARTING;
  private int open;
  private long nextNumber;
  private long batches;
  private long batchStartNanos;
  private @Nullable Batch batch;
  private WeakReference<Call> lastCall = new WeakReference<>(null);
  private boolean retiring;
  private @Nullable String wrongdoing;
  private @Nullable WorkerProcess process;
  private @Nullable Claims claims;
  private @Nullable Channel work;
  private @Nullable Channel control;

  Link(ProcessGroup group, int serial) {
    this.group = group;
    this.serial = serial;
    this.name = "tutti-" + group.pool() + "-worker-" + serial;
  }

  String name() {
    return name;
  }

  // ---------------------------------------------------------------- the worker's life

  @Override
  public void run() {
    try {
      start();
    } catch (IOException | RuntimeException e) {
      lock.lock();
      try {
        state = State.LOST;
      } finally {
        lock.unlock();
      }
      release();
      group.startFailed(this, e);
      return;
    }
    group.ready(this);
    try {
      listen();
    } catch (IOException | RuntimeException e) {
      wrongdoing = String.valueOf(e.getMessage());
      kill();
    }
    conclude();
  }

  private void start() throws IOException {
    Claims words = Claims.create();
    lock.lock();
    try {
      claims = words;
    } finally {
      lock.unlock();
    }
    try (Door door = new Door(group.folder(), serial, group.secret())) {
      Introduction introduction =
          new Introduction(
              group.secret(),
              door.path().toString(),
              ProcessHandle.current().pid(),
              name,
              words.handle());
      WorkerProcess started = group.launcher().start(group.folder(), name, introduction.toLines());
      lock.lock();
      try {
        process = started;
      } finally {
        lock.unlock();
      }
      if (group.isStopped()) {
        throw new IOException("the pool was closed while the worker started");
      }
      Map<Frame.Role, Channel> channels = door.await(started);
      lock.lock();
      try {
        work = channels.get(Frame.Role.WORK);
        control = channels.get(Frame.Role.CONTROL);
        state = State.READY;
      } finally {
        lock.unlock();
      }
    }
  }

  private void listen() throws IOException {
    Channel in = Objects.requireNonNull(work, "work");
    for (Frame frame = in.read(); frame != null; frame = in.read()) {
      switch (frame.kind()) {
        case RESULT -> result(frame.atLeast(2 * Long.BYTES));
        case FAILURE -> failure(frame.atLeast(2 * Long.BYTES + 1));
        case BATCH_DONE -> batchDone(frame.atLeast(Long.BYTES).getLong());
        default ->
            throw new WireException("worker sent what is not for a pool: kind=" + frame.kind());
      }
    }
  }

  private void result(ByteBuffer content) throws WireException {
    Flight flight = land(content.getLong());
    long elapsed = content.getLong();
    Outcome<?> outcome;
    try {
      outcome = new Success<@Nullable Object>(Codec.decode(content, loaderOf(flight), filter));
    } catch (DecodeException e) {
      outcome = new Failure<>(unreadable("result", e));
    }
    report(flight, outcome, elapsed);
  }

  private void failure(ByteBuffer content) throws WireException {
    Flight flight = land(content.getLong());
    long elapsed = content.getLong();
    if (content.get() != 0) {
      retiring = true; // its heap was full: it leaves by itself
    }
    Outcome<?> outcome;
    try {
      outcome = new Failure<>(FailureCodec.decode(content, loaderOf(flight), filter));
    } catch (DecodeException e) {
      outcome = new Failure<>(unreadable("exception", e));
    }
    report(flight, outcome, elapsed);
  }

  private static NotSendableException unreadable(String what, DecodeException e) {
    return new NotSendableException(
        "cannot read the %s of the task here: %s [T003]".formatted(what, e.getMessage()),
        e.getCause() == null ? e : e.getCause());
  }

  private void report(Flight flight, Outcome<?> outcome, long elapsedNanos) {
    boolean wanted = !flight.item().isUnwanted();
    group.sink().ended(flight.item(), wanted ? outcome : new Cancelled<>(), elapsedNanos);
  }

  private static ClassLoader loaderOf(Flight flight) {
    ClassLoader loader = flight.item().call().function().getClass().getClassLoader();
    return loader == null ? ClassLoader.getSystemClassLoader() : loader;
  }

  private Flight land(long number) throws WireException {
    lock.lock();
    try {
      Flight flight = flights[slot(number)];
      if (flight == null || flight.number() != number) {
        throw new WireException("worker sent an outcome of an item that it has not: " + number);
      }
      remove(flight);
      return flight;
    } finally {
      lock.unlock();
    }
  }

  private void batchDone(long id) throws WireException {
    Batch done;
    long start;
    lock.lock();
    try {
      done = batch;
      start = batchStartNanos;
      if (done == null || id != batches || open > 0) {
        throw new WireException(
            "worker is past a batch that it has not done: batch=%d open=%d".formatted(id, open));
      }
      batch = null;
    } finally {
      lock.unlock();
    }
    group.sink().batchEnded(done, System.nanoTime() - start);
    group.serve(this);
  }

  // ---------------------------------------------------------------- sending and taking back

  private static int slot(long number) {
    return (int) (number & (Claims.WORDS - 1));
  }

  /** Sends a batch. The worker has none. */
  void send(Batch next) {
    List<Item> taken = next.items().subList(0, Math.min(Claims.WORDS, next.items().size()));
    List<Item> rest = next.items().subList(taken.size(), next.items().size());
    List<ByteBuffer> frames = new ArrayList<>(taken.size() + 2);
    boolean lost;
    lock.lock();
    try {
      lost = state == State.LOST;
      if (!lost) {
        batch = next;
        batchStartNanos = System.nanoTime();
        batches++;
        addFrames(frames, next.call(), taken);
      }
    } finally {
      lock.unlock();
    }
    if (lost) {
      next.items().forEach(item -> group.sink().returned(item, null));
      group.sink().batchEnded(next, 0);
      return;
    }
    try {
      Objects.requireNonNull(work, "work").send(frames);
    } catch (IOException e) {
      // The worker is gone. The reading thread finds that too, and returns what was entered here.
      LOG.log(Level.DEBUG, "batch not sent to {0}: {1}", name, e);
    }
    taken.stream().filter(Item::isUnwanted).forEach(group::stop);
    rest.forEach(item -> group.sink().returned(item, null));
  }

  private void addFrames(List<ByteBuffer> frames, Call call, List<Item> items) {
    if (!lastCall.refersTo(call)) {
      byte[] function = bytes(call.form());
      frames.add(
          Frame.begin(Frame.Kind.CALL, 1 + function.length)
              .put((byte) call.body().ordinal())
              .put(function)
              .flip());
      lastCall = new WeakReference<>(call);
    }
    for (Item item : items) {
      Flight flight = new Flight(this, nextNumber++, item);
      words().queue(flight.number());
      flights[slot(flight.number())] = flight;
      open++;
      item.place(flight); // before send() looks whether the item is wanted
      byte[] argument = bytes(item.form());
      frames.add(
          Frame.begin(Frame.Kind.ITEM, Long.BYTES + argument.length)
              .putLong(flight.number())
              .put(argument)
              .flip());
    }
    frames.add(Frame.begin(Frame.Kind.BATCH_END, Long.BYTES).putLong(batches).flip());
  }

  private static byte[] bytes(@Nullable Object form) {
    return form instanceof byte[] b ? b : new byte[0];
  }

  private Claims words() {
    return Objects.requireNonNull(claims, "claims");
  }

  private void remove(Flight flight) {
    flights[slot(flight.number())] = null;
    open--;
  }

  private boolean holds(Flight flight) {
    return flights[slot(flight.number())] == flight;
  }

  /** Takes about half of the items back that are not claimed, from the end of the batch. */
  List<Item> takeBack(Batch from) {
    List<Item> back = new ArrayList<>();
    lock.lock();
    try {
      if (batch != from || state != State.READY) {
        return back;
      }
      int most = (open + 1) / 2; // of those that are left; the first of them may be running
      for (int i = from.items().size() - 1; i >= 0 && back.size() < most; i--) {
        Object place = from.items().get(i).place();
        if (place instanceof Flight flight && flight.link() == this && holds(flight)) {
          if (!words().takeBack(flight.number())) {
            break; // claimed, and so is everything before it
          }
          remove(flight);
          back.addFirst(flight.item());
        }
      }
      return back;
    } finally {
      lock.unlock();
    }
  }

  // ---------------------------------------------------------------- stopping

  /** Takes an item back if it has not begun, else interrupts it, and kills after the grace time. */
  void stop(Flight flight) {
    boolean back;
    lock.lock();
    try {
      if (!holds(flight)) {
        return;
      }
      back = words().takeBack(flight.number());
      if (back) {
        remove(flight);
      }
    } finally {
      lock.unlock();
    }
    if (back) {
      group.sink().returned(flight.item(), null);
      return;
    }
    try {
      Objects.requireNonNull(control, "control")
          .send(
              List.of(
                  Frame.begin(Frame.Kind.INTERRUPT, Long.BYTES).putLong(flight.number()).flip()));
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "{0} is gone: nothing is left to interrupt: {1}", name, e);
    }
    group.afterGrace(() -> killFor(flight));
  }

  /** Kills the worker if, and only if, the item still runs. */
  private void killFor(Flight flight) {
    lock.lock();
    try {
      if (state != State.READY || !holds(flight)) {
        return;
      }
      words().shutGate();
      if (!words().isRunning(flight.number())) {
        words().openGate();
        return;
      }
    } finally {
      lock.unlock();
    }
    kill();
  }

  /** Stops everything that the worker has; one that is still starting is killed. */
  void stopAll() {
    List<Flight> now = new ArrayList<>();
    boolean starting;
    lock.lock();
    try {
      starting = state == State.STARTING;
      for (Flight flight : flights) {
        if (flight != null) {
          now.add(flight);
        }
      }
    } finally {
      lock.unlock();
    }
    if (starting) {
      kill();
    }
    now.forEach(this::stop);
  }

  void kill() {
    WorkerProcess p;
    lock.lock();
    try {
      p = process;
    } finally {
      lock.unlock();
    }
    if (p != null) {
      p.kill();
    }
  }

  /** Tells an idle worker that there will be no more, and kills it if it stays all the same. */
  void dismiss() {
    try {
      Objects.requireNonNull(work, "work").send(List.of(Frame.begin(Frame.Kind.BYE, 0).flip()));
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "{0} is gone already: {1}", name, e);
    }
    group.afterGrace(this::kill);
  }

  // ---------------------------------------------------------------- the end

  private void conclude() {
    WorkerProcess p = Objects.requireNonNull(process, "process");
    int status = p.awaitExit(group.grace());
    List<Flight> left = new ArrayList<>();
    Batch undone;
    lock.lock();
    try {
      state = State.LOST;
      for (Flight flight : flights) {
        if (flight != null) {
          left.add(flight);
          remove(flight);
        }
      }
      undone = batch;
      batch = null;
    } finally {
      lock.unlock();
    }
    if (!left.isEmpty()) {
      judge(left, new Autopsy(p, status, words(), group.folder(), wrongdoing));
    }
    if (undone != null) {
      group.sink().batchEnded(undone, System.nanoTime() - batchStartNanos);
    }
    release();
    group.gone(this);
  }

  private void judge(List<Flight> left, Autopsy autopsy) {
    List<Flight> begun = new ArrayList<>();
    List<Flight> waiting = new ArrayList<>();
    for (Flight flight : left) {
      (words().takeBack(flight.number()) ? waiting : begun).add(flight);
    }
    for (Flight flight : begun) {
      long elapsed = System.nanoTime() - words().startNanos(flight.number());
      report(flight, new WorkerLost<>(autopsy.report(flight.item())), elapsed);
    }
    boolean blameless = retiring || !begun.isEmpty();
    for (Flight flight : waiting) {
      group.sink().returned(flight.item(), blameless ? null : autopsy.report(flight.item()));
    }
  }

  private void release() {
    WorkerProcess p = process;
    if (p != null && p.isAlive()) {
      p.kill();
      p.awaitExit(group.grace());
    }
    close(work);
    close(control);
    close(claims);
  }

  private void close(@Nullable AutoCloseable resource) {
    if (resource != null) {
      try {
        resource.close();
      } catch (Exception e) {
        LOG.log(Level.WARNING, "cannot close what belonged to " + name, e);
      }
    }
  }
}
