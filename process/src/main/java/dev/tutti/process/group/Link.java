package dev.tutti.process.group;

import dev.tutti.process.launch.WorkerProcess;
import dev.tutti.process.wire.Channel;
import dev.tutti.process.wire.Claims;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.Introduction;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Item;
import dev.tutti.spi.Timer;
import dev.tutti.task.Outcome;
import dev.tutti.task.WorkerLost;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One worker process: its start, what it says, and its end. */
final class Link implements Runnable {
  /*
   * One thread, run(), leads the worker from its start to its end; it is the only one that reads the
   * worker's channel, and the one that reports outcomes. Any thread may send a batch (the group sees to it
   * that there is one at a time), take items back or stop them.
   *
   *   STARTING -> READY    both channels are open
   *   STARTING -> LOST     the process could not be started
   *   READY    -> LOST     the channel ended, broke, or said what it must not
   *
   * `ready` is set once, by run(), before the group hears of the link; `process` as soon as there is one, so
   * that a pool that is stopped can kill a worker that never gets ready. What the worker has is in `flights`.
   *
   * At the end the channel is read to its last frame before anything is judged: what was written counts.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");

  /** How long a process may take to end whose channel has ended already. */
  private static final Duration EXIT_PATIENCE = Duration.ofSeconds(5);

  private static final long LEAST_WATCH_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  /** What a worker has once it can work. */
  private record Ready(Flights flights, Arrivals arrivals, Channel work, Channel control) {}

  private final ProcessGroup group;
  private final String name;
  private final int serial;
  private final Reading reading;
  private volatile @Nullable Ready ready;
  private volatile @Nullable WorkerProcess process;

  Link(ProcessGroup group, int serial) {
    this.group = group;
    this.serial = serial;
    this.name = "tutti-" + group.pool() + "-worker-" + serial;
    this.reading = new Reading(group.readings());
  }

  String name() {
    return name;
  }

  // ---------------------------------------------------------------- the worker's life

  @Override
  public void run() {
    Ready started;
    try {
      started = start();
    } catch (IOException | RuntimeException e) {
      kill();
      group.startFailed(this, e);
      return;
    }
    reading.onRelief(left -> relieve(started, left));
    ready = started;
    group.ready(this);
    lead(started);
  }

  /** Hears the worker to its end. */
  private void lead(Ready worker) {
    String wrongdoing = null;
    try {
      if (!listen(worker)) {
        return; // another thread leads the worker now
      }
    } catch (IOException | RuntimeException | Error e) { // an Error: no memory for what came
      wrongdoing = String.valueOf(e.getMessage());
      kill();
    }
    conclude(worker, wrongdoing);
  }

  /** Leads the worker on in place of a thread that does not come to an end with what it reads. */
  private void relieve(Ready worker, Reading.Current left) {
    Outcome<?> outcome = left.outcome();
    LOG.log(Level.WARNING, "{0}: a thread does not come back: {1}", name, outcome);
    Thread.ofPlatform()
        .daemon()
        .name(name)
        .start(() -> {
          worker.arrivals().report(left.flight(), outcome, left.elapsedNanos());
          lead(worker);
        });
  }

  private Ready start() throws IOException {
    Claims claims = Claims.create();
    try (Door door = new Door(group.folder(), serial, group.secret())) {
      WorkerProcess worker =
          group.launcher().start(group.folder(), name, introduction(door, claims).toLines());
      process = worker; // before the look below, against stopAll()
      if (group.isStopped()) {
        throw new IOException("the pool was closed while the worker started");
      }
      Map<Frame.Role, Channel> channels = door.await(worker);
      Channel work = channels.get(Frame.Role.WORK);
      Channel control = channels.get(Frame.Role.CONTROL);
      if (work == null || control == null) {
        throw new IOException("worker opened only one channel");
      }
      Flights flights = new Flights(this, claims);
      Arrivals arrivals = new Arrivals(flights, reading, group.sink(), () -> goOn(flights));
      return new Ready(flights, arrivals, work, control);
    } catch (IOException | RuntimeException e) {
      claims.close();
      throw e;
    }
  }

  private Introduction introduction(Door door, Claims claims) {
    return new Introduction(
        group.secret(),
        door.path().toString(),
        ProcessHandle.current().pid(),
        name,
        claims.handle());
  }

  private boolean listen(Ready worker) throws IOException {
    Channel in = worker.work();
    for (Frame frame = in.read(); frame != null; frame = in.read()) {
      if (!worker.arrivals().take(frame)) {
        return false;
      }
    }
    return true;
  }

  /** Gives the worker its next batch if it has none left. */
  private void goOn(Flights flights) {
    Flights.Finished finished = flights.finish();
    if (finished != null) {
      group.sink().batchEnded(finished.batch(), finished.elapsedNanos());
      Ready worker = ready;
      if (worker == null || !worker.arrivals().isRetiring()) {
        group.serve(this);
      }
    }
  }

  // ---------------------------------------------------------------- work

  /** Sends a batch. The worker has none. */
  void send(Batch batch) {
    Ready worker = ready;
    List<ByteBuffer> frames = worker == null ? null : worker.flights().load(batch);
    if (worker == null || frames == null) {
      batch.items().forEach(item -> group.sink().returned(item, null));
      group.sink().batchEnded(batch, 0);
      return;
    }
    try {
      worker.work().send(frames);
    } catch (IOException e) {
      // The worker is gone. The reading thread finds that too, and returns what was entered here.
      LOG.log(Level.DEBUG, "batch not sent to {0}: {1}", name, e);
    }
    Flights flights = worker.flights();
    batch.call().options().timeout().ifPresent(limit -> watch(flights, batch, limit.toNanos()));
    List<Item> items = batch.items();
    items.stream().filter(Item::isUnwanted).forEach(group::stop);
    items.stream().skip(Flights.LARGEST_BATCH).forEach(item -> group.sink().returned(item, null));
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
      group.sink().overdue(running.item(), running.elapsedNanos());
      left = timeoutNanos;
    }
    var _ =
        Timer.after(Math.max(left, LEAST_WATCH_NANOS), () -> watch(flights, batch, timeoutNanos));
  }

  List<Item> takeHalf(Batch from) {
    Ready worker = ready;
    return worker == null ? List.of() : worker.flights().takeHalf(from);
  }

  // ---------------------------------------------------------------- stopping

  /** Takes an item back if it has not begun, else interrupts it, and kills after the grace time. */
  void stop(Flight flight) {
    Ready worker = ready;
    if (worker == null) {
      return;
    }
    switch (worker.flights().takeBack(flight)) {
      case GONE -> {}
      case BACK -> group.sink().returned(flight.item(), null);
      case BEGUN -> {
        tell(
            worker.control(),
            Frame.begin(Frame.Kind.INTERRUPT, Long.BYTES).putLong(flight.number()).flip());
        group.afterGrace(() -> {
          if (worker.flights().shutGateFor(flight)) {
            kill();
          }
        });
      }
    }
  }

  /** Stops everything that the worker has; one that is still starting is killed. */
  void stopAll() {
    Ready worker = ready;
    if (worker == null) {
      kill();
    } else {
      worker.flights().all().forEach(this::stop);
      reading.hurry(group.grace());
      group.afterGrace(() -> group.afterGrace(this::kill)); // it may not listen any more
    }
  }

  /** Tells an idle worker that there will be no more, and kills it if it stays all the same. */
  void dismiss() {
    Ready worker = ready;
    if (worker != null) {
      tell(worker.work(), Frame.begin(Frame.Kind.BYE, 0).flip());
    }
    group.afterGrace(this::kill);
  }

  private void tell(Channel channel, ByteBuffer frame) {
    try {
      channel.send(List.of(frame));
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "{0} is gone already: {1}", name, e);
    }
  }

  private void kill() {
    WorkerProcess worker = process;
    if (worker != null) {
      worker.kill();
    }
  }

  // ---------------------------------------------------------------- the end

  private void conclude(Ready worker, @Nullable String wrongdoing) {
    WorkerProcess dead = java.util.Objects.requireNonNull(process, "process");
    int status = dead.awaitExit(EXIT_PATIENCE);
    Flights flights = worker.flights();
    List<Flight> left = flights.closeAll();
    if (!left.isEmpty()) {
      judge(worker, left, new Autopsy(dead, status, flights.claims(), group.folder(), wrongdoing));
    }
    Flights.Finished undone = flights.finish();
    if (undone != null) {
      group.sink().batchEnded(undone.batch(), undone.elapsedNanos());
    }
    close(worker.work());
    close(worker.control());
    close(flights.claims());
    dead.awaitOutput();
    group.gone(this);
  }

  private void judge(Ready worker, List<Flight> left, Autopsy autopsy) {
    Claims claims = worker.flights().claims();
    List<Flight> begun = new ArrayList<>();
    List<Flight> waiting = new ArrayList<>();
    for (Flight flight : left) {
      (claims.takeBack(flight.number()) ? waiting : begun).add(flight);
    }
    for (Flight flight : begun) {
      long elapsed = System.nanoTime() - claims.startNanos(flight.number());
      worker.arrivals().report(flight, new WorkerLost<>(autopsy.report(flight.item())), elapsed);
    }
    boolean blameless = worker.arrivals().isRetiring() || !begun.isEmpty();
    for (Flight flight : waiting) {
      group.sink().returned(flight.item(), blameless ? null : autopsy.report(flight.item()));
    }
  }

  private void close(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      LOG.log(Level.WARNING, "cannot close what belonged to " + name, e);
    }
  }
}
