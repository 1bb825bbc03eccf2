package dev.tutti.process.group;

import static java.util.Objects.requireNonNull;

import dev.tutti.event.PoolEvent;
import dev.tutti.event.PoolEvent.Reason;
import dev.tutti.process.group.RetireRules.Retirement;
import dev.tutti.process.launch.WorkerProcess;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.WireException;
import dev.tutti.process.wire.WorkChannel;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Item;
import dev.tutti.spi.ServiceThread;
import dev.tutti.spi.Timer;
import dev.tutti.task.Outcome;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One worker process: its start, what it says, and its end. */
@SuppressWarnings("EnumOrdinal") // levels of the log, which are the JDK's and in one order
final class Link implements Runnable {
  /*
   * One thread, run(), leads the worker from its start to its end; it reads the worker's channel and reports outcomes. While it
   * sleeps, who sends an item, or waits for one, may do both in its place (WorkChannel), for small results that no code of the user's reads. Any thread may send a batch (the group sees to it
   * that there is one at a time), take items back or stop them.
   *
   *   STARTING -> READY    both channels are open, and the initialiser has run
   *   STARTING -> LOST     the process could not be started
   *   READY    -> LEAVING  it is to leave (`retirement`): it gets nothing more, and ends what it runs
   *   READY, LEAVING -> LOST     the channel ended, broke, or said what it must not
   *
   * `retirement` is written by who reads, by who dismisses an idle worker, which run() finds out only at its end,
   * and by nobody else. `ready` is set by run(), before the group hears of the link, and taken away at its end; `process` as soon as there is one, so
   * that a pool that is stopped can kill a worker that never gets ready. What the worker has is in `flights`.
   *
   * At the end the channel is read to its last frame before anything is judged: what was written counts.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final System.Logger TASK_LOG = System.getLogger("dev.tutti.task");
  private static final Retirement STOPPED =
      new Retirement(Reason.STOPPED, "it was killed to stop what it ran");

  /** How long a process may take to end whose channel has ended already. */
  static final Duration EXIT_PATIENCE = Duration.ofSeconds(5);

  private static final long LEAST_WATCH_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  /** So often a worker may be found not to begin what it was given, unless it is stopped. */
  private static final int PATIENT_LOOKS = 5;

  private final ProcessGroup group;
  private final GroupResources resources;
  private final String name;
  private final int serial;
  private final Reading reading;
  private final ClassAnswers classes;
  private volatile @Nullable ReadyWorker ready;
  private volatile @Nullable WorkerProcess process;
  private volatile @Nullable Retirement retirement;
  private volatile @Nullable String killedFor;
  private volatile long idleSinceNanos;

  Link(ProcessGroup group, int serial) {
    this.group = group;
    this.resources = group.resources();
    this.serial = serial;
    this.name = "tutti-" + resources.pool() + "-worker-" + serial;
    this.reading = new Reading(resources.readings());
    this.classes = new ClassAnswers(name);
  }

  String name() {
    return name;
  }

  // ---------------------------------------------------------------- for its start

  /** There is a process, which is killed from now on if the pool is stopped. */
  void begun(WorkerProcess worker) {
    process = worker;
  }

  /** {@return whether no worker is wanted any more} */
  boolean isStopped() {
    return group.isStopped();
  }

  /** {@return what hears a worker that has these} */
  Arrivals.Listener listener(Flights flights, VitalSigns signs) {
    return new Heard(flights, signs);
  }

  // ---------------------------------------------------------------- the worker's life

  @Override
  public void run() {
    ReadyWorker started;
    long begin = System.nanoTime();
    try {
      started = new WorkerStart(this, resources, serial, reading).run();
    } catch (Exception e) {
      killAndAwait();
      group.startFailed(this, e);
      return;
    } catch (Error e) { // such as no memory for its channels
      killAndAwait();
      group.startFailed(this, new IOException("worker cannot be reached: " + e, e));
      return;
    }
    ready = started;
    reading.onRelief(this::relieve);
    tellStart(Duration.ofNanos(System.nanoTime() - begin));
    try {
      group.ready(this);
      resources.cache().ready(pid());
    } catch (RuntimeException | Error e) { // such as no memory
      killFor("it could not be given work, and was killed: " + e);
    }
    lead(started);
  }

  /** The pool may be gone, and say so, when this is told. */
  private void killAndAwait() {
    kill();
    WorkerProcess worker = process;
    if (worker != null) {
      worker.awaitExit(EXIT_PATIENCE);
    }
  }

  /** Hears the worker to its end. */
  private void lead(ReadyWorker worker) {
    try {
      if (!listen(worker)) {
        return; // another thread leads the worker now
      }
    } catch (WireException | RuntimeException | Error e) { // an Error: no memory for what came
      killFor("its channel broke, and it was killed: " + e.getMessage());
    } catch (IOException end) { // as it is when a worker ends before it has read everything
      LOG.log(Level.DEBUG, "the channel of {0} broke: {1}", name, end);
    }
    conclude(worker);
  }

  /** Leads the worker on in place of a thread that does not come to an end with what it reads. */
  private void relieve(Reading.Current left) {
    ReadyWorker worker = requireNonNull(ready, "ready"); // what it says is read
    Outcome<?> outcome = left.outcome();
    LOG.log(Level.WARNING, "{0}: a thread does not come back: {1}", name, outcome);
    ServiceThread.builder()
        .name(name)
        .start(() -> {
          worker.arrivals().reportLate(left, outcome);
          worker.arrivals().tellReported();
          lead(worker);
        });
  }

  private void tellStart(Duration took) {
    resources.tell(new PoolEvent.WorkerStarted(resources.pool(), name, pid(), took));
    LOG.log(Level.DEBUG, "{0} has started: pid={1} took={2}", name, pid(), took);
  }

  private long pid() {
    WorkerProcess worker = process;
    return worker == null ? -1 : worker.pid();
  }

  private boolean listen(ReadyWorker worker) throws IOException {
    // A loop of its own steps, each of which the JIT compiles for itself before it comes to the
    // loop.
    WorkChannel in = worker.work();
    Arrivals arrivals = worker.arrivals();
    while (true) {
      Frame frame = in.poll();
      if (frame != null) {
        if (!arrivals.take(frame)) {
          return false;
        }
      } else if (in.isAtEnd()) {
        return true;
      } else {
        arrivals.tell();
        in.await(worker.flights().hasSeveral());
      }
    }
  }

  /** What follows from what the worker says. */
  private final class Heard implements Arrivals.Listener {
    private final Flights flights;
    private final VitalSigns signs;

    Heard(Flights flights, VitalSigns signs) {
      this.flights = flights;
      this.signs = signs;
    }

    @Override
    public void landed(int count) {
      signs.countTasks(count);
      if (retirement == null) {
        Retirement due = resources.plan().rules().dueAfterTask(signs);
        if (due != null) {
          leave(due);
        }
      }
      if (!flights.isBusy()) { // else a later outcome, or the end of the batch, says so
        goOn();
      }
    }

    @Override
    public void pastBatch() {
      goOn();
    }

    @Override
    public void leaves(Frame.Leave reason) {
      leave(
          switch (reason) {
            case OUT_OF_MEMORY -> new Retirement(Reason.OUT_OF_MEMORY, "its heap was full");
            case HEAP -> new Retirement(Reason.HEAP, "its heap holds more than its bound");
          });
    }

    @Override
    public void isGone() {
      resources.afterGrace(
          Link.this::kill); // it mostly ends by itself, and then its status says why
    }

    @Override
    public void advanced(long index, double fraction, String text) {
      resources.tell(new PoolEvent.TaskAdvanced(resources.pool(), name, index, fraction, text));
    }

    @Override
    public void logs(ByteBuffer content) throws WireException {
      log(content);
    }

    @Override
    public void asks(Frame question) throws WireException {
      ReadyWorker worker = ready;
      if (worker != null) { // this thread has set it before it listens
        asked(question, worker.meeting());
      }
    }

    /** Gives the worker its next batch if it has none left. */
    private void goOn() {
      Flights.Finished finished = flights.finish();
      if (finished != null) {
        resources.sink().batchEnded(finished.batch(), finished.elapsedNanos());
        Retirement now = retirement;
        if (now == null) {
          group.serve(Link.this);
        } else {
          dismiss(now);
        }
      }
    }

    /** It is to leave when it has ended what it runs; what it has not begun runs elsewhere. */
    private void leave(Retirement why) {
      retirement = why;
      group.leaves(Link.this);
      flights.takeBackAll().forEach(item -> resources.sink().returned(item, null));
    }
  }

  /** A task, or what the worker does first, has a line for the log: level and text. */
  void log(ByteBuffer content) throws WireException {
    int level = content.get();
    if (level < 0 || level >= Level.values().length) {
      throw new WireException("unknown level of a log line: level=" + level);
    }
    String line = StandardCharsets.UTF_8.decode(content).toString();
    TASK_LOG.log(Level.values()[level], "{0}: {1}", name, line);
  }

  /** The worker needs a class. */
  void asked(Frame question, Meeting meeting) throws WireException {
    classes.take(question, meeting.control());
  }

  // ---------------------------------------------------------------- work

  /** Sends a batch. The worker has none. */
  void send(Batch batch) {
    ReadyWorker worker = ready;
    List<ByteBuffer> frames = null;
    try {
      frames = worker == null ? null : worker.flights().load(batch);
    } catch (RuntimeException | Error e) { // such as no memory: the batch runs elsewhere
      killFor("it could not be given a batch, and was killed: " + e);
    }
    if (worker == null || frames == null) {
      batch.items().forEach(item -> resources.sink().returned(item, null));
      resources.sink().batchEnded(batch, 0);
      return;
    }
    try {
      if (batch.count() == 1) {
        worker.work().send(frames, glance(worker.arrivals()));
      } else {
        worker.work().send(frames);
      }
    } catch (WireException e) {
      killFor("its channel broke, and it was killed: " + e.getMessage());
    } catch (IOException e) {
      // The worker is gone. The reading thread finds that too, and returns what was entered here.
      LOG.log(Level.DEBUG, "batch not sent to {0}: {1}", name, e);
    }
    Flights flights = worker.flights();
    batch
        .call()
        .options()
        .timeout()
        .ifPresent(limit -> watch(flights, batch, TimeUnit.NANOSECONDS.convert(limit)));
    batch.items().stream().filter(item -> item.wanted() < item.count()).forEach(group::stop);
  }

  /** Looks for a short time whether an item ends. */
  void lookOut(Item item) {
    ReadyWorker worker = ready;
    if (worker != null) {
      worker.work().lookOut(glance(worker.arrivals()), item::isDecided);
    }
  }

  /** {@return who takes the result of an item that has ended before its sender goes on} */
  private static WorkChannel.Glance glance(Arrivals arrivals) {
    return new WorkChannel.Glance() {
      @Override
      public boolean take(Frame frame) throws WireException {
        return arrivals.isPlainResult(frame) && arrivals.take(frame);
      }

      @Override
      public void end() throws WireException {
        arrivals.tell();
      }
    };
  }

  /** {@return how many items the worker can be given now} */
  int room() {
    ReadyWorker worker = ready;
    long ran = worker == null ? 0 : worker.signs().ran();
    return Math.min(Flights.LARGEST_BATCH, resources.plan().rules().tasksLeft(ran));
  }

  /**
   * Looks again and again, while the worker has a batch, whether the item that runs has had its
   * time. No item can be overdue sooner than a time-out after the last look, or after its own
   * start.
   */
  private void watch(Flights flights, Batch batch, long timeoutNanos) {
    Flights.Running running = flights.running(batch);
    if (running == null) {
      return;
    }
    long left = timeoutNanos - running.elapsedNanos();
    if (running.item() != null && left <= 0) {
      resources.sink().overdue(running.item(), running.elapsedNanos());
      left = timeoutNanos;
    }
    long pause = Math.max(left, LEAST_WATCH_NANOS);
    flights.watchedBy(batch, Timer.after(pause, () -> watch(flights, batch, timeoutNanos)));
  }

  List<Item> takeHalf(Batch from, int most) {
    ReadyWorker worker = ready;
    return worker == null ? List.of() : worker.flights().takeHalf(from, most);
  }

  // ---------------------------------------------------------------- idle

  /** The worker has nothing to do from now on. */
  void rests() {
    idleSinceNanos = System.nanoTime();
  }

  /**
   * {@return why the worker, which is idle, is to leave; null if it is not}
   *
   * @param spare how many workers there are more than are to stay
   */
  @Nullable Retirement dueWhileIdle(int spare) {
    ReadyWorker worker = ready;
    long idleNanos = System.nanoTime() - idleSinceNanos;
    return worker == null
        ? null
        : resources.plan().rules().dueWhileIdle(worker.signs(), idleNanos, spare);
  }

  /** Looks whether the worker is as it should be while it serves. */
  void look() {
    ReadyWorker worker = ready;
    if (worker == null) {
      return;
    }
    String tooLarge = resources.plan().rules().killReason(worker.signs());
    if (tooLarge != null) {
      killFor(tooLarge);
      return;
    }
    int stalled = worker.flights().stalledLooks();
    if (stalled > 0) {
      unburden(worker, stalled);
    }
    long last = worker.flights().batchOfCallOver();
    if (last >= 0) {
      ByteBuffer frame = Frame.begin(Frame.Kind.CALL_OVER, Long.BYTES).putLong(last).flip();
      tell(worker.work()::send, frame);
    }
  }

  /** {@return whether the worker, which is idle, keeps the function of a call} */
  boolean keepsFunction() {
    ReadyWorker worker = ready;
    return worker != null && worker.flights().hasFunction();
  }

  /**
   * The worker does not claim what it was given: others are to run it. One that the system has
   * stopped is of no use, and ends; it runs nothing.
   */
  private void unburden(ReadyWorker worker, int looks) {
    if (worker.signs().isStopped()) {
      killFor("it was stopped, and did not begin what it was given");
    } else if (looks < PATIENT_LOOKS || worker.work().hasPending()) {
      return; // it waits for a core, or reads still: on the way to another one it would take as
      // long
    }
    for (Item item : worker.flights().takeBackAll()) {
      item.avoidLastWorker();
      resources.sink().returned(item, null);
    }
    // Where it goes on some day, it says that it is past this batch, and gets the next one.
  }

  // ---------------------------------------------------------------- stopping

  /** Takes an item back if it has not begun, else interrupts it, and kills after the grace time. */
  void stop(Flight flight) {
    ReadyWorker worker = ready;
    if (worker == null) {
      return;
    }
    Flights.Unwanted unwanted = worker.flights().takeBackUnwanted(flight);
    if (unwanted.back() != null) {
      resources.sink().returned(unwanted.back(), null);
    }
    if (unwanted.running() >= 0) {
      tell(
          worker.meeting().control()::send,
          Frame.begin(Frame.Kind.INTERRUPT, Long.BYTES).putLong(unwanted.running()).flip());
      resources.afterGrace(() -> {
        if (worker.flights().shutGateFor(flight)) {
          retirement = STOPPED;
          kill();
        }
      });
    }
  }

  /** Stops everything that the worker has; one that is still starting is killed. */
  void stopAll() {
    WorkerProcess stopped = process;
    if (stopped != null) {
      stopped.loseOutput(); // who stops a pool may do so because nobody reads
    }
    ReadyWorker worker = ready;
    if (worker == null) {
      kill();
    } else {
      worker.flights().all().forEach(this::stop);
      reading.hurry(resources.plan().grace());
      resources.afterGrace(() -> resources.afterGrace(this::kill)); // it may not listen any more
    }
  }

  /** Tells an idle worker that there will be no more, and kills it if it stays all the same. */
  void dismiss(Retirement why) {
    retirement = why;
    ReadyWorker worker = ready;
    if (worker != null) {
      tell(worker.work()::send, Frame.begin(Frame.Kind.BYE, 0).flip());
    }
    resources.afterLeaving(this::kill);
  }

  /** One of a worker's two channels, as something that takes frames. */
  @FunctionalInterface
  private interface Sender {
    void send(List<ByteBuffer> frames) throws IOException;
  }

  private void tell(Sender channel, ByteBuffer frame) {
    try {
      channel.send(List.of(frame));
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "{0} is gone already: {1}", name, e);
    }
  }

  private void killFor(String why) {
    if (killedFor == null) {
      killedFor = why;
    }
    kill();
  }

  private void kill() {
    WorkerProcess worker = process;
    if (worker != null) {
      worker.kill();
    }
  }

  // ---------------------------------------------------------------- the end

  /** Whatever happens then, such as that there is no memory, the group does not wait for it. */
  private void conclude(ReadyWorker worker) {
    try {
      seeOff(worker);
    } finally {
      ready = null; // items may keep this link for long
      group.gone(this);
    }
  }

  private void seeOff(ReadyWorker worker) {
    try {
      worker.arrivals().tell();
    } catch (WireException | RuntimeException | Error e) { // the worker is seen off all the same
      LOG.log(Level.WARNING, "cannot tell what " + name + " has done", e);
    }
    WorkerProcess dead = requireNonNull(process, "process");
    int status = dead.awaitExit(EXIT_PATIENCE);
    group.leaves(this);
    Flights flights = worker.flights();
    List<Flight> left = flights.closeAll();
    Retirement why = retirement;
    if (!left.isEmpty() || why == null) {
      Autopsy autopsy = new Autopsy(dead, status, flights.claims(), resources.folder(), killedFor);
      if (autopsy.jvmCrashed()) {
        resources.cache().readyWorkerCrashed();
      }
      Salvage salvage = new Salvage(worker, autopsy, resources.sink());
      salvage.end(left, why != null);
      why = why == null ? new Retirement(Reason.LOST, autopsy.words()) : why;
    }
    Flights.Finished undone = flights.finish();
    if (undone != null) {
      resources.sink().batchEnded(undone.batch(), undone.elapsedNanos());
    }
    worker.arrivals().end();
    close(worker.blocks());
    close(worker.meeting());
    close(flights.claims());
    dead.awaitOutput();
    tellEnd(why, worker.signs().ran(), left.isEmpty());
  }

  private void tellEnd(Retirement why, long ran, boolean wasIdle) {
    resources.tell(
        new PoolEvent.WorkerEnded(resources.pool(), name, pid(), why.reason(), why.words(), ran));
    LOG.log(
        why.reason() == Reason.LOST && wasIdle ? Level.WARNING : Level.DEBUG, // else its item tells
        "{0} has ended: pid={1} reason={2} tasks={3} {4}",
        name,
        Long.toString(pid()),
        why.reason(),
        Long.toString(ran),
        why.words());
  }

  void close(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      LOG.log(Level.WARNING, "cannot close what belonged to " + name, e);
    }
  }
}
