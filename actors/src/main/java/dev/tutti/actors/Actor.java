package dev.tutti.actors;

import dev.tutti.codec.Codec;
import dev.tutti.codec.Role;
import dev.tutti.process.PipeListener;
import dev.tutti.process.pipe.LocalAddress;
import dev.tutti.spi.CompletionPath;
import dev.tutti.task.Fn;
import dev.tutti.task.ItemAction;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Task;
import dev.tutti.task.WorkerLostException;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * An object that lives in a process of its own, and is called from there, by its owner and by
 * whoever was given a handle.
 *
 * {@snippet class=dev.tutti.actors.ActorSnippets region=actor lang=java}
 *
 * <p>A call is a function of the object, its state. The function goes to the actor's process as a
 * copy, as a task goes to a worker, and its result comes back as a copy. Calls begin in the order
 * in which they were made, one at a time unless {@link ActorOptions#withAtOnce} allows more; so the
 * state needs no lock. {@link #ask} gives the result as a future, {@link #tell} does not wait for
 * anything, {@link #proxy} makes calls look like those of an interface.
 *
 * <p>The actor itself can be captured by a task, put into a collection, returned or sent through a
 * pipe: in another process it is a handle of the same actor, whose calls go to the owner and from
 * there to the actor, over a Unix-domain socket that only this user can enter, with a key. The
 * owner's mailbox puts the calls of all of them in one order. JVMs of no common family use {@link
 * #listen} and {@link #connect}. Ready-made actors are in {@link Actors}.
 *
 * <p><b>Lifetime.</b> {@code open} returns when the object is made. {@link #close} lets it end the
 * calls that there are, closes the object if it is {@link AutoCloseable}, and ends its process;
 * {@link #closeNow} stops it. An actor ends with the JVM that has opened it, which does not wait
 * for it: whoever tells it something and ends closes it before. What a handle in another process
 * closes is its own connection.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread. A call that waits for a
 * further call of the same actor, one at a time, or for room in its mailbox, waits for ever.
 *
 * <p><b>Memory consistency.</b> A function sees the state as the calls before it have left it, and
 * a copy of what it has captured, made when the call was made.
 *
 * <p><b>Failure.</b> What a function throws fails its call alone; the state stays as it has left
 * it. A call that has had its {@linkplain #withTimeout time} ends as {@link
 * dev.tutti.task.TaskTimeoutException} at once; it is interrupted, and if it goes on for longer
 * than the grace time the process is killed. Cancelling a future takes the call back if it has not
 * begun, and else interrupts it, but never kills: the state belongs to others too. When the process
 * dies, the calls that had begun fail at once with a {@link WorkerLostException} that says how. The
 * others wait for the next process if the {@link RestartPolicy} allows one, and fail with the same
 * cause if not; so does every later call then.
 *
 * @param <S> the type of the object
 * @since 0.1
 */
@SuppressWarnings("serial") // what is written is a Sent
public final class Actor<S> implements AutoCloseable, Serializable {
  @Serial private static final long serialVersionUID = 1L;

  private final transient Line line;
  private final transient long timeoutNanos;

  private Actor(Line line, long timeoutNanos) {
    this.line = line;
    this.timeoutNanos = timeoutNanos;
  }

  // ---------------------------------------------------------------- open

  /**
   * Starts a process, and makes an object there.
   *
   * @param <S> the type of the object
   * @param make makes it, in the new process
   * @return the actor, whose object is made
   * @throws NotSendableException if the function cannot be sent
   * @throws IllegalStateException if the process cannot be started or the object not be made; the
   *     cause says why
   * @throws CancellationException if the calling thread is interrupted; the flag stays set
   */
  public static <S> Actor<S> open(Task<? extends S> make) {
    return open(make, ActorOptions.DEFAULTS);
  }

  /**
   * Starts a process, and makes an object there.
   *
   * @param <S> the type of the object
   * @param make makes it, in the new process; made again by a restart without checkpoints
   * @param options what the actor is like
   * @return the actor, whose object is made
   * @throws NotSendableException if the function cannot be sent
   * @throws IllegalStateException if the process cannot be started or the object not be made, or
   *     not be copied where there are to be checkpoints; the cause says why
   * @throws CancellationException if the calling thread is interrupted; the flag stays set
   */
  public static <S> Actor<S> open(Task<? extends S> make, ActorOptions options) {
    Actor<S> actor = start(make, options);
    actor.awaitReady();
    return actor;
  }

  /** Starts an actor, which is there after {@link #awaitReady}. */
  static <S> Actor<S> start(Task<? extends S> make, ActorOptions options) {
    Objects.requireNonNull(make, "make");
    Objects.requireNonNull(options, "options");
    byte[] bytes = Codec.encode(make, Role.ACTOR_FUNCTION);
    long timeoutNanos = options.timeout().map(Checks::nanos).orElse(0L);
    return new Actor<>(Home.start(bytes, Answer.loaderOf(make), options), timeoutNanos);
  }

  void awaitReady() {
    try {
      owned().ready().get();
    } catch (ExecutionException e) {
      close();
      Throwable why = e.getCause() == null ? e : e.getCause();
      throw new IllegalStateException(
          "cannot open actor: name=%s; %s".formatted(name(), why.getMessage()), why);
    } catch (InterruptedException e) {
      closeNow();
      Thread.currentThread().interrupt();
      throw Home.interrupted(name(), e);
    }
  }

  // ---------------------------------------------------------------- calls

  /**
   * Calls the object. At a full mailbox that blocks it waits for room. From another process, a call
   * of an actor whose mailbox is {@linkplain ActorOptions#withMailbox bounded} waits for the
   * owner's word that it is in, which costs a round trip; without a bound it does not.
   *
   * @param <R> the type of the result
   * @param call what to do with it
   * @return the result, which is to come; who completes or cancels it takes the call back, or
   *     interrupts it
   * @throws NotSendableException if the function cannot be sent
   * @throws RejectedExecutionException if the actor is closed, or its mailbox is full and rejects,
   *     or the calling thread is interrupted while it waits for room, and stays so. From another
   *     process, without a bound, a closed actor that can still be reached is the future's failure
   */
  public <R extends @Nullable Object> CompletableFuture<R> ask(Fn<? super S, ? extends R> call) {
    Objects.requireNonNull(call, "call");
    Answer<R> answer = new Answer<>(line, Answer.loaderOf(call));
    byte[] function = Codec.encode(call, Role.ACTOR_FUNCTION);
    answer.isCall(line.call(Message.Kind.CALL, function, timeoutNanos, answer));
    return answer;
  }

  /**
   * Calls the object, and does not wait for the call. What the call throws is logged. At a bounded
   * mailbox it waits as {@link #ask} does.
   *
   * @param call what to do with it
   * @throws NotSendableException if the function cannot be sent
   * @throws RejectedExecutionException if the actor is closed or dead, or its mailbox is full and
   *     rejects, or the calling thread is interrupted while it waits for room, and stays so. From
   *     another process, without a bound, nobody waits to hear of it: the owner logs that the actor
   *     is closed or dead
   */
  public void tell(ItemAction<? super S> call) {
    Objects.requireNonNull(call, "call");
    byte[] function = Codec.encode(call, Role.ACTOR_FUNCTION);
    Caller nobody = new Untold(line.name(), Answer.loaderOf(call));
    long _ = line.call(Message.Kind.TELL, function, timeoutNanos, nobody);
  }

  /**
   * {@return the object as one of its interfaces} Each method is a call that is waited for, and
   * throws what the method of the object throws. A caller that is interrupted meanwhile gets an
   * {@link InterruptedException}, and its flag is cleared, if the method declares that; else a
   * {@link CancellationException}, and its flag stays set. {@code equals}, {@code hashCode} and
   * {@code toString} are those of the proxy. It can be sent to other processes, as the actor can.
   *
   * {@snippet class=dev.tutti.actors.ActorSnippets region=proxy lang=java}
   *
   * @param <T> the interface
   * @param type the interface, which the object implements; public, and in a package that its
   *     module exports
   * @throws IllegalArgumentException if it is no interface
   */
  public <T> T proxy(Class<T> type) {
    Objects.requireNonNull(type, "type");
    Checks.require(type.isInterface(), "type must be an interface: type=" + type.getName());
    return type.cast(ProxyCalls.proxy(this, type));
  }

  /**
   * {@return this actor with another time-out for calls that are made by what is returned}
   *
   * @param limit how long a call may run, counted from its begin, positive
   */
  public Actor<S> withTimeout(Duration limit) {
    ActorOptions.ensureTimeout(limit);
    return new Actor<>(line, Checks.nanos(limit));
  }

  // ---------------------------------------------------------------- what it is

  /** {@return its name} */
  public String name() {
    return line.name();
  }

  /**
   * {@return the id of its process; empty while there is none, and in other processes than its
   * owner's}
   */
  public OptionalLong pid() {
    return line instanceof Home home ? home.pid() : OptionalLong.empty();
  }

  /**
   * {@return how often it has been started again}
   *
   * @throws IllegalStateException if another process owns it
   */
  public long restarts() {
    return owned().restarts();
  }

  /**
   * {@return a future that ends when the actor is over: well if it was closed and its last call had
   * ended, else with what it has died of} It is a new one each time. An object that cannot be
   * closed, or not within the grace time, so that its process is killed, costs no call: that is
   * only logged.
   *
   * @throws IllegalStateException if another process owns it
   */
  public CompletableFuture<@Nullable Void> ended() {
    return owned().ended().whenCompleteAsync((_, _) -> {}, CompletionPath.CALLBACKS);
  }

  /** {@return whether it is over, whatever the reason; only its owner knows} */
  boolean isOver() {
    return owned().isOver();
  }

  private Home owned() {
    if (line instanceof Home home) {
      return home;
    }
    throw new IllegalStateException(
        "only the owner of an actor knows this: name=%s; ask it there".formatted(name()));
  }

  // ---------------------------------------------------------------- other JVMs

  /**
   * Lets JVMs find this actor by an address, with a key.
   *
   * {@snippet class=dev.tutti.actors.ActorSnippets region=listen lang=java}
   *
   * @param address where: a {@link UnixDomainSocketAddress}, or an {@link InetSocketAddress} of the
   *     loopback interface, whose port may be 0 for any free one
   * @param key what callers must have, at least 16 bytes; {@link PipeListener#newKey} makes one.
   *     Whoever has it can run code in the actor's process
   * @return closing it sends those callers away
   * @throws IOException if somebody else listens there, or nobody can
   * @throws IllegalArgumentException if the address is another one, or the key is too short
   * @throws IllegalStateException if another process owns the actor
   */
  public ActorListener listen(SocketAddress address, byte[] key) throws IOException {
    Objects.requireNonNull(address, "address");
    Objects.requireNonNull(key, "key");
    return new ActorListener(owned().open(PipeListener.open(address, key)));
  }

  /**
   * Connects with an actor of another JVM that {@linkplain #listen listens}.
   *
   * @param <S> the type of the object; nothing checks it before the first call
   * @param address where it listens, on this machine: a {@link UnixDomainSocketAddress}, or an
   *     {@link InetSocketAddress} of the loopback interface
   * @param key its key
   * @return a handle; closing it closes the connection
   * @throws IOException if it cannot be reached, or has another key
   * @throws InterruptedException if the calling thread is interrupted
   * @throws IllegalArgumentException if the address is another one, or the key is too short
   */
  public static <S> Actor<S> connect(SocketAddress address, byte[] key)
      throws IOException, InterruptedException {
    LocalAddress.require(address);
    Objects.requireNonNull(key, "key");
    String name = "at " + address;
    Remote remote = new Remote(Address.of(name, name, 0, address, key.clone()));
    remote.connect();
    return new Actor<>(remote, 0);
  }

  // ---------------------------------------------------------------- the end

  /**
   * Takes no further calls, waits until those that there are have ended, and ends the process. If
   * the calling thread is interrupted meanwhile, the actor is stopped as by {@link #closeNow}.
   */
  @Override
  public void close() {
    line.close();
  }

  /**
   * Takes no further calls, ends every open future as cancelled, stops what runs, and waits until
   * the process is gone. What runs is interrupted, and the process killed when the grace time is
   * over.
   */
  public void closeNow() {
    line.closeNow();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Actor<?> actor
        && line == actor.line
        && timeoutNanos == actor.timeoutNanos;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(line);
  }

  @Override
  public String toString() {
    return "Actor[name=%s]".formatted(name());
  }

  /**
   * What is sent in place of an actor.
   *
   * @param address where it is
   * @param timeoutNanos how long calls may run
   */
  private record Sent(Address address, long timeoutNanos) implements Serializable {
    @Serial
    private Object readResolve() {
      Home here = Home.of(address.id());
      return new Actor<>(here == null ? Remote.to(address) : here, timeoutNanos);
    }
  }

  /**
   * {@return what is sent in place of it}
   *
   * @throws IOException if there is no place for a socket
   */
  @Serial
  private Object writeReplace() throws IOException {
    return new Sent(line.address(), timeoutNanos);
  }

  /**
   * Refuses to be read: what is sent in place of an actor makes one.
   *
   * @param in where from
   * @throws InvalidObjectException always
   */
  @Serial
  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("an actor is not sent as it is");
  }
}
