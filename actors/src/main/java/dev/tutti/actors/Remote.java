package dev.tutti.actors;

import dev.tutti.process.PipeClient;
import dev.tutti.process.PipeEnd;
import dev.tutti.spi.ServiceThread;
import dev.tutti.task.WorkerLostException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The way to an actor that another process owns. All handles to one actor in this process share it.
 */
final class Remote implements Line {
  /*
   * `lock` guards which connection there is, and the numbers of calls; it is held while a call is sent, so that calls arrive in the
   * order of their numbers. A connection is made with the first call, and a new one with the first call after it has ended. Its reader
   * holds it, and by it this; so what is in `ALL`, which refers to it weakly, stays while there is a handle or a connection.
   *
   * If the mailbox is bounded, the owner says so at first, and whoever calls waits for its word, without the lock: `words` has
   * a future for each. The reader completes it with the first message about the call, or with null when the
   * connection has ended; as with `open`, one that is entered later is taken out by its caller. One who is interrupted says that he
   * leaves, and still waits for the word, which comes at once: so he knows whether the call was made.
   *
   * A call is in `open` from before it is sent until its caller is told: by the connection's reader, or, when that has
   * ended, by whoever takes it out. A call that is entered after the reader has ended finds `over` set and takes itself out.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Map<Address, Entry> ALL = new ConcurrentHashMap<>();
  private static final ReferenceQueue<Remote> DROPPED = new ReferenceQueue<>();

  private final Address address;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Connection connection;
  private long lastNumber;

  Remote(Address address) {
    this.address = address;
  }

  /** What refers to one of `ALL`. */
  private static final class Entry extends WeakReference<Remote> {
    private final Address address;

    Entry(Remote remote) {
      super(remote, DROPPED);
      this.address = remote.address;
    }

    void remove() {
      ALL.remove(address, this);
    }
  }

  static Remote to(Address address) {
    for (var dropped = DROPPED.poll(); dropped != null; dropped = DROPPED.poll()) {
      ((Entry) dropped).remove();
    }
    Remote made = new Remote(address);
    while (true) {
      Entry entry = ALL.computeIfAbsent(address, _ -> new Entry(made));
      Remote there = entry.get();
      if (there != null) {
        return there;
      }
      entry.remove();
    }
  }

  @Override
  public Address address() {
    return address;
  }

  @Override
  public String name() {
    return address.name();
  }

  // ---------------------------------------------------------------- calls

  @Override
  public long call(Message.Kind kind, byte[] function, long timeoutNanos, Caller caller) {
    Connection on;
    long number;
    CompletableFuture<@Nullable Message> word = new CompletableFuture<>();
    lock.lock();
    try {
      on = connect();
      number = ++lastNumber;
      if (kind == Message.Kind.CALL) {
        on.open.put(number, caller);
      }
      if (on.isBounded) {
        on.words.put(number, word);
      }
      if (!on.sends(Message.toOwner(kind, number, timeoutNanos, function), number, kind)) {
        throw unreachable(null);
      }
    } catch (IOException e) {
      throw unreachable(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RejectedExecutionException("interrupted while calling actor " + name(), e);
    } finally {
      lock.unlock();
    }
    if (on.isBounded) {
      on.awaitRoom(number, kind, word);
    }
    return number;
  }

  private RejectedExecutionException unreachable(@Nullable IOException why) {
    return new RejectedExecutionException(
        "actor cannot be reached: name=%s owner=%d; its owner has closed it, or is gone"
            .formatted(address.name(), address.owner()),
        why);
  }

  /** {@return a connection, a new one if there is none} */
  Connection connect() throws IOException, InterruptedException {
    lock.lockInterruptibly();
    try {
      Connection there = connection;
      if (there == null || there.over) {
        there = greet(PipeClient.connect(address.socket(), address.key()));
        there.start();
        connection = there;
      }
      return there;
    } finally {
      lock.unlock();
    }
  }

  private Connection greet(PipeEnd end) throws IOException, InterruptedException {
    boolean done = false;
    try {
      if (!end.poll(PATIENCE)) {
        throw new IOException("the owner has said nothing for " + PATIENCE);
      }
      Message first = Message.parse(end.receiveBytes());
      if (first.kind() != Message.Kind.WELCOME) {
        throw new IOException("the owner has said " + first.kind());
      }
      done = true;
      return new Connection(end, first.number() > 0);
    } finally {
      if (!done) {
        end.close();
      }
    }
  }

  @Override
  public void giveUp(long number, boolean interrupt) {
    lock.lock();
    try {
      Connection on = connection;
      if (on != null && on.open.remove(number) != null) {
        on.say(interrupt ? Message.Kind.STOP : Message.Kind.WITHDRAW, number);
      }
    } finally {
      lock.unlock();
    }
  }

  // ---------------------------------------------------------------- the end

  @Override
  public void close() {
    lock.lock();
    try {
      if (connection != null) {
        connection.closedHere = true;
        connection.end.close();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void closeNow() {
    close();
  }

  /** One connection with the owner. */
  final class Connection {
    private final PipeEnd end;
    private final boolean isBounded;
    private final Map<Long, Caller> open = new ConcurrentHashMap<>();
    private final Map<Long, CompletableFuture<@Nullable Message>> words = new ConcurrentHashMap<>();
    private volatile boolean over;
    private volatile boolean closedHere; // before the end is

    Connection(PipeEnd end, boolean isBounded) {
      this.end = end;
      this.isBounded = isBounded;
    }

    /** A connection that nobody would read is none. */
    private void start() {
      boolean begun = false;
      try {
        ServiceThread.builder().name("tutti-" + address.name() + "-handle").start(this::read);
        begun = true;
      } finally {
        if (!begun) {
          end.close();
        }
      }
    }

    /** {@return whether the call is on its way, or its caller has been told that it is not} */
    private boolean sends(byte[] message, long number, Message.Kind kind)
        throws InterruptedException {
      try {
        end.sendBytes(message);
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "actor {0} is gone: {1}", address.name(), e);
        noWord(number);
        return kind == Message.Kind.CALL && open.remove(number) == null;
      } catch (InterruptedException e) {
        noWord(number);
        open.remove(number);
        throw e;
      }
      failIfOver();
      return true;
    }

    /** Waits until the call is in the mailbox, or is not taken. */
    private void awaitRoom(
        long number, Message.Kind kind, CompletableFuture<@Nullable Message> word) {
      Message said;
      InterruptedException interrupt = null;
      try {
        said = word.get();
      } catch (InterruptedException e) {
        say(Message.Kind.LEAVE, number);
        said = word.join();
        Thread.currentThread().interrupt();
        interrupt = e;
      } catch (ExecutionException e) {
        throw new AssertionError("a word does not fail", e);
      }
      if (said != null && said.kind() == Message.Kind.TAKEN_BACK) {
        throw interrupt == null ? Refused.closed(name()) : Refused.interrupted(name(), interrupt);
      }
      if (said == null && kind == Message.Kind.TELL) {
        throw unreachable(null);
      }
      if (said != null && said.kind() == Message.Kind.REFUSED) {
        Throwable why = Answer.exception(said.content(), ClassLoader.getSystemClassLoader());
        throw new RejectedExecutionException(why.getMessage(), why.getCause());
      }
    }

    /** An interrupt is not to keep it from the owner, and stays: the caller may be interrupted. */
    private void say(Message.Kind kind, long number) {
      boolean interrupted = false;
      boolean said = false;
      while (!said) {
        try {
          end.sendBytes(Message.of(kind, number));
          said = true;
        } catch (IOException e) { // the reader finds it too
          LOG.log(Level.DEBUG, "actor {0} is gone: {1}", address.name(), e);
          said = true;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    private void read() {
      try {
        while (true) {
          hear(Message.parse(end.receiveBytes()));
        }
      } catch (IOException | InterruptedException e) {
        LOG.log(Level.DEBUG, "the owner of actor {0} is gone: {1}", address.name(), e);
      } finally {
        over = true;
        end.close();
        failIfOver();
        forget();
      }
    }

    /** What it holds is not kept for handles that may never call again. */
    private void forget() {
      lock.lock();
      try {
        if (connection == this) {
          connection = null;
        }
      } finally {
        lock.unlock();
      }
    }

    private void hear(Message message) throws IOException {
      CompletableFuture<@Nullable Message> word = words.remove(message.number());
      if (word != null) {
        hearWord(message, word);
      } else if (message.kind() != Message.Kind.ENTERED) {
        hearEnd(message);
      }
    }

    private void hearWord(Message message, CompletableFuture<@Nullable Message> word)
        throws IOException {
      switch (message.kind()) {
        case ENTERED -> {}
        case REFUSED, TAKEN_BACK -> open.remove(message.number()); // the call throws
        default -> hearEnd(message);
      }
      word.complete(message);
    }

    private void hearEnd(Message message) throws IOException {
      Caller caller = open.remove(message.number());
      if (caller == null) {
        return; // it waits no more
      }
      switch (message.kind()) {
        case RESULT -> caller.answered(message.content());
        case FAILURE, REFUSED -> caller.failed(message.content());
        case TAKEN_BACK -> caller.cancelled();
        default -> throw new IOException("the owner has said " + message.kind());
      }
    }

    private void failIfOver() {
      if (!over) {
        return;
      }
      for (Long number : List.copyOf(open.keySet())) {
        Caller caller = open.remove(number);
        if (caller != null && closedHere) {
          caller.cancelled();
        } else if (caller != null) {
          caller.failed(
              new WorkerLostException(
                  address.owner(),
                  -1,
                  "the owner of actor %s has closed it, or is gone".formatted(address.name()),
                  1,
                  1,
                  List.of(),
                  List.of()));
        }
      }
      List.copyOf(words.keySet()).forEach(this::noWord);
    }

    private void noWord(Long number) {
      CompletableFuture<@Nullable Message> word = words.remove(number);
      if (word != null) {
        word.complete(null);
      }
    }
  }
}
