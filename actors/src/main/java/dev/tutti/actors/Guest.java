package dev.tutti.actors;

import dev.tutti.codec.FailureCodec;
import dev.tutti.process.PipeEnd;
import dev.tutti.spi.ServiceThread;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/** A process that calls an actor of this one, as its owner sees it. */
final class Guest {
  /*
   * in() reads what the guest says, and waits for nothing else: a call for which there is no room waits in the mailbox, and whoever
   * made it waits in the guest's process until ENTERED or REFUSED tells him; where there is always room, nobody is told. So it
   * hears at any time what is to be stopped, and that the guest is gone. out() writes what is in `answers`, so that a
   * guest that does not read holds up nobody.
   *
   * `open` has what was asked until it is answered, and what was told until it is in the mailbox, by the guest's numbers. A call is
   * entered before it is made. Whoever takes it out tells the guest of its end.
   *
   * When the guest is gone, nobody waits for what it has asked: that is taken back, or interrupted. What it has told is done, if
   * it had got in.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final byte[] GOODBYE = {};
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final Home home;
  private final PipeEnd end;
  private final Consumer<Guest> whenGone;
  private final Map<Long, Call> open = new ConcurrentHashMap<>();
  private final LinkedBlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();
  private final Thread reader;
  private final Thread writer;

  Guest(Home home, PipeEnd end, Consumer<Guest> whenGone) {
    this.home = home;
    this.end = end;
    this.whenGone = whenGone;
    String name = "tutti-" + home.name() + "-guest-";
    this.reader = ServiceThread.builder().name(name + "in").unstarted(this::in);
    this.writer = ServiceThread.builder().name(name + "out").unstarted(this::out);
  }

  void start() {
    answers.add(Message.of(Message.Kind.WELCOME, home.isBounded() ? 1 : 0));
    reader.start();
    writer.start();
  }

  private void in() {
    try {
      while (true) {
        take(Message.parse(end.receiveBytes()));
      }
    } catch (IOException | InterruptedException e) {
      LOG.log(Level.DEBUG, "a guest of actor {0} is gone: {1}", home.name(), e);
    } finally {
      answers.add(GOODBYE);
      leaveAll();
      whenGone.accept(this);
    }
  }

  private void take(Message message) throws IOException {
    long theirs = message.number();
    switch (message.kind()) {
      case CALL -> call(message, new Asking(theirs));
      case TELL -> call(message, new Telling(theirs));
      case LEAVE -> {
        Call call = open.get(theirs);
        if (call != null && home.leave(call)) {
          send(Message.Kind.TAKEN_BACK, theirs, NOTHING);
        }
      }
      case WITHDRAW, STOP -> {
        Call call = open.remove(theirs);
        if (call != null) {
          home.giveUp(call.number, message.kind() == Message.Kind.STOP);
        }
      }
      default -> throw new IOException("a guest has said " + message.kind());
    }
  }

  private void call(Message message, Visitor by) {
    Call call = new Call(message.kind(), message.contentBytes(), message.timeoutNanos(), by);
    open.put(message.number(), call);
    try {
      home.offer(call);
    } catch (RejectedExecutionException e) {
      by.refused(e);
    }
  }

  /** What waits for room goes first, because what is stopped makes room. */
  private void leaveAll() {
    open.values().forEach(home::leave);
    for (Call call : open.values()) {
      if (call.kind == Message.Kind.CALL) {
        home.giveUp(call.number, true); // 0 if it was not in
      }
    }
  }

  private void send(Message.Kind kind, long number, ByteBuffer content) {
    if (open.remove(number) != null) {
      byte[] bytes = new byte[content.remaining()];
      content.get(bytes);
      answers.add(Message.of(kind, number, bytes));
    }
  }

  private void out() {
    try {
      for (byte[] answer = answers.take(); answer != GOODBYE; answer = answers.take()) {
        end.sendBytes(answer);
      }
    } catch (IOException | InterruptedException e) {
      LOG.log(Level.DEBUG, "a guest of actor {0} hears nothing any more: {1}", home.name(), e);
    } finally {
      end.close(); // ends the reader too
    }
  }

  /** It gets the answers that there are, and no more. */
  void dismiss() {
    answers.add(GOODBYE);
  }

  /** Waits for its threads; a guest that does not read is not waited for long. */
  void awaitEnd() {
    boolean interrupted = false;
    try {
      if (!writer.join(PATIENCE)) {
        end.close();
      }
    } catch (InterruptedException e) {
      interrupted = true;
      end.close();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** A call of the guest, which waits for its answer. */
  private final class Asking implements Visitor {
    private final long number;

    Asking(long number) {
      this.number = number;
    }

    @Override
    public void entered() {
      tellEntered(number);
    }

    @Override
    public void refused(RejectedExecutionException why) {
      send(Message.Kind.REFUSED, number, encoded(why));
    }

    @Override
    public void answered(ByteBuffer result) {
      send(Message.Kind.RESULT, number, result);
    }

    @Override
    public void failed(ByteBuffer failure) {
      send(Message.Kind.FAILURE, number, failure);
    }

    @Override
    public void failed(Throwable why) {
      send(Message.Kind.FAILURE, number, encoded(why));
    }

    @Override
    public void cancelled() {
      send(Message.Kind.TAKEN_BACK, number, NOTHING);
    }
  }

  /** A call of the guest, which hears no more of it when it is in the mailbox. */
  private final class Telling implements Visitor {
    private final long number;
    private final Untold untold = new Untold(home.name(), ClassLoader.getSystemClassLoader());

    Telling(long number) {
      this.number = number;
    }

    @Override
    public void entered() {
      open.remove(number);
      tellEntered(number);
    }

    @Override
    public void refused(RejectedExecutionException why) {
      if (!home.isBounded()) {
        open.remove(number);
        untold.failed(why);
      } else {
        send(Message.Kind.REFUSED, number, encoded(why));
      }
    }

    @Override
    public void answered(ByteBuffer result) {}

    @Override
    public void failed(ByteBuffer failure) {
      untold.failed(failure);
    }

    @Override
    public void failed(Throwable why) {
      if (open.containsKey(number)) { // it was not in when the actor died
        refused(Refused.died(home.name(), why));
      } else {
        untold.failed(why);
      }
    }

    @Override
    public void cancelled() {}
  }

  private void tellEntered(long number) {
    if (home.isBounded()) {
      answers.add(Message.of(Message.Kind.ENTERED, number));
    }
  }

  private static ByteBuffer encoded(Throwable why) {
    return ByteBuffer.wrap(FailureCodec.encode(why));
  }
}
