package dev.tutti.actors;

import dev.tutti.codec.FailureCodec;
import dev.tutti.process.PipeEnd;
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
   * in() reads what the guest says and gives it to the mailbox; where that has no room, it waits, and so does the guest when the
   * socket is full. out() writes what is in `answers`, so that a guest that does not read holds up nobody.
   *
   * `open` has the calls whose answers are to come, by the guest's numbers, with ours. A call is entered before it is made, as 0, and
   * its number set after that unless its answer has taken it out meanwhile.
   *
   * When the guest is gone, nobody waits for what it has asked: that is taken back, or interrupted. What it has told is done.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final byte[] GOODBYE = {};
  private static final long NOT_YET = 0;

  private final Home home;
  private final PipeEnd end;
  private final Consumer<Guest> whenGone;
  private final Map<Long, Long> open = new ConcurrentHashMap<>();
  private final LinkedBlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();
  private final Thread reader;
  private final Thread writer;

  Guest(Home home, PipeEnd end, Consumer<Guest> whenGone) {
    this.home = home;
    this.end = end;
    this.whenGone = whenGone;
    String name = "tutti-" + home.name() + "-guest-";
    this.reader = Thread.ofPlatform().daemon().name(name + "in").unstarted(this::in);
    this.writer = Thread.ofPlatform().daemon().name(name + "out").unstarted(this::out);
  }

  void start() {
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
      open.values().forEach(number -> home.giveUp(number, true));
      whenGone.accept(this);
    }
  }

  private void take(Message message) throws IOException {
    long theirs = message.number();
    switch (message.kind()) {
      case CALL -> {
        open.put(theirs, NOT_YET);
        long ours = call(message);
        open.replace(theirs, NOT_YET, ours);
      }
      case TELL -> {
        long _ = call(message);
      }
      case WITHDRAW, STOP -> {
        Long ours = open.remove(theirs);
        if (ours != null) {
          home.giveUp(ours, message.kind() == Message.Kind.STOP);
        }
      }
      default -> throw new IOException("a guest has said " + message.kind());
    }
  }

  private long call(Message message) {
    Caller caller =
        message.kind() == Message.Kind.CALL
            ? new Asking(message.number())
            : new Untold(home.name(), ClassLoader.getSystemClassLoader());
    try {
      return home.call(message.kind(), message.contentBytes(), message.timeoutNanos(), caller);
    } catch (RejectedExecutionException e) {
      caller.failed(e);
      return NOT_YET;
    }
  }

  private void out() {
    try {
      for (byte[] answer = answers.take(); answer != GOODBYE; answer = answers.take()) {
        end.sendBytes(answer);
      }
    } catch (IOException | InterruptedException e) {
      LOG.log(Level.DEBUG, "a guest of actor {0} hears nothing any more: {1}", home.name(), e);
    }
    end.close(); // ends the reader too
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
  private final class Asking implements Caller {
    private final long number;

    Asking(long number) {
      this.number = number;
    }

    @Override
    public void answered(ByteBuffer result) {
      send(Message.Kind.RESULT, result);
    }

    @Override
    public void failed(ByteBuffer failure) {
      send(Message.Kind.FAILURE, failure);
    }

    @Override
    public void failed(Throwable why) {
      send(Message.Kind.FAILURE, ByteBuffer.wrap(FailureCodec.encode(why)));
    }

    @Override
    public void cancelled() {
      send(Message.Kind.TAKEN_BACK, ByteBuffer.allocate(0));
    }

    private void send(Message.Kind kind, ByteBuffer content) {
      if (open.remove(number) != null) {
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        answers.add(Message.of(kind, number, bytes));
      }
    }
  }
}
