package dev.tutti.actors;

import dev.tutti.process.JvmOptions;
import dev.tutti.process.PipeEnd;
import dev.tutti.process.PipeListener;
import dev.tutti.spi.ServiceThread;
import dev.tutti.task.WorkerLostException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The owner's side of an actor: its processes, one after the other, and when there is none more.
 */
final class Home implements Line {
  /*
   * One thread, lead(), starts the actor's processes, hears what each says, and waits for its end. Another, pump(), one a
   * process, sends what the mailbox has for it: so neither a caller nor the leading thread waits for a process that does not read.
   *
   *   lead():  start ─► first message ─► messages .. end of the pipe ─► the process is gone ─► start, or over
   *
   * Only lead() writes the fields below. `it` is written before `stopping` is read there, and `stopping` is written before `it`
   * is read in closeNow(): so one of the two sees the other, and a process that has just been started is stopped.
   * The mailbox is closed before `stopping` is written: so when lead() finds it written nobody waits for room, and who did is refused.
   * In the same way `serving` and whether the mailbox is done: close() closes the mailbox and then looks for a process to
   * let go, lead() sets `serving` and then looks whether the mailbox is done.
   *
   * What lead() tells callers never blocks and is no code of a user (Caller). Whose call is lost with a process is told when it is
   * settled whether there is to be another one: so he finds the actor as it is from then on.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final Duration LEAST_TO_CLOSE = Duration.ofSeconds(1);
  private static final AtomicLong SERIAL = new AtomicLong();
  private static final Map<String, Home> LIVE = new ConcurrentHashMap<>();

  private final String id = UUID.randomUUID().toString();
  private final String name;
  private final ActorOptions options;
  private final JvmOptions jvm;
  private final byte[] make;
  private final Words words;
  private final Mailbox mailbox;
  private final Doors doors = new Doors(this);
  private final ClassLoader loader;

  private final CompletableFuture<@Nullable Void> ready = new CompletableFuture<>();
  private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
  private final RestartBudget budget;

  private volatile @Nullable Incarnation it;
  private volatile @Nullable Incarnation serving;
  private volatile boolean stopping;
  private volatile boolean over;
  private final AtomicLong restarts = new AtomicLong();
  private byte @Nullable [] checkpoint;

  private Home(byte[] make, ClassLoader loader, ActorOptions options) {
    this.make = make;
    this.loader = loader;
    this.options = options;
    this.budget = new RestartBudget(options.restart());
    this.name = options.name().orElseGet(() -> "actor-" + SERIAL.incrementAndGet());
    this.jvm =
        JvmOptions.DEFAULTS
            .withName(name)
            .withJvm(options.jvm())
            .withStreams(options.streams())
            .withGrace(options.grace())
            .withDaemon(true);
    try {
      this.words = Words.create(Mailbox.mostSent(options));
    } catch (ClosedByInterruptException e) {
      throw interrupted(name, e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make an actor: " + e.getMessage(), e);
    }
    this.mailbox = new Mailbox(name, options, words);
  }

  /** {@return what is told to who is interrupted before there is an actor} */
  static CancellationException interrupted(String name, Exception cause) {
    CancellationException cancelled =
        new CancellationException("interrupted while actor " + name + " was being opened");
    cancelled.initCause(cause);
    return cancelled;
  }

  /**
   * {@return an actor that is about to start; its {@link #ready} tells when it is there}
   *
   * @param make how its state is made, as the codec has written it
   * @param loader where the classes of what its process says are looked up
   * @param options what it is like
   */
  static Home start(byte[] make, ClassLoader loader, ActorOptions options) {
    Home home = new Home(make, loader, options);
    LIVE.put(home.id, home);
    ServiceThread.builder().name("tutti-" + home.name).start(home::lead);
    return home;
  }

  /** {@return the actor of this JVM that has an id; null if there is none, or none any more} */
  static @Nullable Home of(String id) {
    return LIVE.get(id);
  }

  // ---------------------------------------------------------------- what it is

  @Override
  public String name() {
    return name;
  }

  String id() {
    return id;
  }

  /** {@return a future that ends when the state is there, or cannot be made} */
  CompletableFuture<@Nullable Void> ready() {
    return ready;
  }

  /** {@return a future that ends when nothing of the actor is left} */
  CompletableFuture<@Nullable Void> ended() {
    return ended;
  }

  /** {@return whether no call is taken any more, whatever the reason} */
  boolean isOver() {
    return over;
  }

  OptionalLong pid() {
    Incarnation now = serving;
    return now == null ? OptionalLong.empty() : OptionalLong.of(now.pid());
  }

  long restarts() {
    return restarts.get();
  }

  @Override
  public Address address() throws IOException {
    return doors.own();
  }

  /** {@return a door for a listener, which is closed with the actor} */
  Door open(PipeListener listener) {
    return doors.open(listener, () -> {});
  }

  /** The actor is closed: nobody else comes to it. One that has died tells of it until then. */
  private void release() {
    LIVE.remove(id);
    doors.close();
  }

  // ---------------------------------------------------------------- its processes

  private void lead() {
    Ending end;
    Throwable failure = null;
    try {
      end = live();
      while (comesBack(end.death())) {
        end.tell();
        end = live();
      }
    } catch (InterruptedException | RuntimeException | Error e) {
      failure = e;
      serving = null;
      Incarnation left = it;
      if (left != null) {
        left.closeNow();
      }
      end = new Ending(e, mailbox.detach());
    }
    words.close();
    end(end);
    if (failure != null) { // said last: who waits is told whatever becomes of this
      LOG.log(Level.ERROR, "the thread that leads actor " + name + " has failed", failure);
    }
  }

  private Ending live() throws InterruptedException {
    words.open();
    Incarnation now;
    try {
      now = Incarnation.start(this::host, jvm);
    } catch (RuntimeException | Error e) {
      return new Ending(e, List.of());
    }
    it = now;
    if (stopping) {
      now.closeNow();
    }
    Throwable notReady = null;
    try {
      notReady = hearAll(now);
    } catch (RuntimeException | Error e) { // such as no memory for an answer, which is lost then
      now.kill("it was killed, because its owner could not hear it: " + Answer.text(e));
    }
    serving = null;
    WorkerLostException death = now.awaitEnd(patience());
    it = null;
    if (stopping || (notReady == null && mailbox.isDone())) {
      if (!stopping && death != null) { // it was closed, and has lost no call
        LOG.log(Level.WARNING, "actor {0} has not ended as it should: {1}", name, death);
      }
      return new Ending(null, mailbox.detach());
    }
    Throwable lost = notReady != null ? notReady : death;
    Throwable why = lost == null ? now.lost("it has ended by itself") : lost;
    return new Ending(why, mailbox.detach());
  }

  private Host host(PipeEnd pipe) {
    byte[] last = checkpoint;
    return new Host(
        pipe,
        words,
        last == null ? make : last,
        last != null,
        options.atOnce(),
        options.checkpointEvery());
  }

  private Duration patience() {
    return options.grace().compareTo(LEAST_TO_CLOSE) < 0 ? LEAST_TO_CLOSE : options.grace();
  }

  /** {@return why a process has no state; null if it has had one, or was stopped before} */
  private @Nullable Throwable hearAll(Incarnation now) throws InterruptedException {
    Message first = now.first();
    if (first == null) {
      return null;
    }
    if (first.kind() == Message.Kind.NOT_READY) {
      Throwable thrown = Answer.exception(first.content(), loader);
      return new IllegalStateException(
          "the state of actor cannot be made: name=%s; %s".formatted(name, Answer.text(thrown)),
          thrown);
    }
    if (options.checkpointEvery() > 0 && checkpoint == null) {
      checkpoint = first.contentBytes();
    }
    mailbox.attach(now);
    serving = now;
    letGoIfDone();
    ServiceThread.builder().name("tutti-" + name + "-out").start(() -> pump(now));
    ready.complete(null);
    for (Message m = now.next(); m != null; m = now.next()) {
      hear(m);
    }
    return null;
  }

  private void pump(Incarnation to) {
    try {
      for (byte[] m = mailbox.next(to); m != null; m = mailbox.next(to)) {
        to.send(m);
      }
    } catch (IOException | InterruptedException e) {
      LOG.log(
          Level.DEBUG,
          "nothing more can be sent to actor {0}: {1}",
          name,
          e); // lead() sees its end
    } catch (RuntimeException | Error e) { // else who has called would wait for ever
      to.kill("it was killed, because a call could not be sent to it: " + Answer.text(e));
    }
  }

  private void hear(Message message) {
    switch (message.kind()) {
      case RESULT, FAILURE, TAKEN_BACK -> {
        Call call = mailbox.ended(message.number());
        if (call != null) {
          tell(call.caller, message);
        }
        letGoIfDone();
      }
      case CHECKPOINT -> checkpoint = message.contentBytes();
      case NO_CHECKPOINT ->
          LOG.log(
              Level.WARNING,
              "the state of actor {0} cannot be copied, its last checkpoint stays: {1}",
              name,
              Answer.text(Answer.exception(message.content(), loader)));
      default -> LOG.log(Level.WARNING, "actor {0} has said {1}", name, message.kind());
    }
  }

  private static void tell(Caller caller, Message message) {
    switch (message.kind()) {
      case RESULT -> caller.answered(message.content());
      case FAILURE -> caller.failed(message.content());
      default -> caller.cancelled();
    }
  }

  private void letGoIfDone() {
    Incarnation now = serving;
    if (now != null && mailbox.isDone()) {
      now.letGo();
    }
  }

  // ---------------------------------------------------------------- after a death

  /** {@return whether there is to be another process} */
  private boolean comesBack(@Nullable Throwable death) {
    if (death == null
        || stopping
        || mailbox.isDone()
        || !ready.isDone()
        || !budget.take(System.nanoTime())) {
      return false;
    }
    long _ = restarts.incrementAndGet();
    LOG.log(Level.WARNING, "actor {0} starts again: {1}", name, firstLine(death));
    if (!options.restart().keepsWaiting()) {
      mailbox.takeWaiting().forEach(call -> call.caller.failed(death));
    }
    return true;
  }

  private static String firstLine(Throwable death) {
    return String.valueOf(death.getMessage()).lines().findFirst().orElse("");
  }

  private void end(Ending end) {
    Throwable death = end.death();
    Ending left = new Ending(death, mailbox.end(death));
    over = true; // before anybody is told of it
    end.tell();
    left.tell();
    if (death == null) {
      ready.cancel(false); // if it was closed before it was there
      ended.complete(null);
    } else {
      ready.completeExceptionally(death);
      ended.completeExceptionally(death);
    }
  }

  // ---------------------------------------------------------------- calls

  @Override
  public long call(Message.Kind kind, byte[] function, long timeoutNanos, Caller caller) {
    return mailbox.add(kind, function, timeoutNanos, caller);
  }

  /** {@return whether a call may have to wait for room, or be refused} */
  boolean isBounded() {
    return options.mailbox().isPresent();
  }

  /** Makes a call whose caller does not wait for room, but is told when there is. */
  void offer(Call call) {
    mailbox.offer(call);
  }

  /** {@return whether a call has waited for room; it does so no more} */
  boolean leave(Call call) {
    return mailbox.leave(call);
  }

  @Override
  public void giveUp(long number, boolean interrupt) {
    mailbox.giveUp(number, interrupt);
    letGoIfDone();
  }

  // ---------------------------------------------------------------- the end

  @Override
  public void close() {
    mailbox.close();
    letGoIfDone();
    try {
      awaitEnd();
      release();
    } catch (InterruptedException e) {
      try {
        closeNow();
      } finally {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void awaitEnd() throws InterruptedException {
    try {
      boolean _ = ended.handle((_, _) -> true).get();
    } catch (ExecutionException e) {
      throw new AssertionError("what is told of an end does not fail", e);
    }
  }

  @Override
  public void closeNow() {
    mailbox.close();
    stopping = true;
    mailbox.takeAll().forEach(call -> call.caller.cancelled());
    Incarnation now = it;
    if (now != null) {
      now.closeNow();
    }
    boolean _ = ended.handle((_, _) -> true).join();
    release();
  }
}
