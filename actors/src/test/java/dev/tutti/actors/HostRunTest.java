package dev.tutti.actors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tutti.codec.Codec;
import dev.tutti.codec.Filters;
import dev.tutti.codec.Role;
import dev.tutti.process.MessagePipe;
import dev.tutti.process.PipeEnd;
import dev.tutti.task.Fn;
import dev.tutti.task.Task;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.io.EOFException;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the inside of an actor's process promises; here it is run by a thread. */
@Tag("unit")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class HostRunTest {
  private static final CountDownLatch BEGUN = new CountDownLatch(1);
  private static final CountDownLatch GO = new CountDownLatch(1);
  private static final CountDownLatch COPYING = new CountDownLatch(1);
  private static final CountDownLatch COPIED = new CountDownLatch(1);

  /** A state whose copy is seen, and waits, once a call has begun. */
  static final class Slow implements Serializable {
    private static final long serialVersionUID = 1L;

    boolean begin() throws InterruptedException {
      BEGUN.countDown();
      GO.await();
      return true;
    }

    boolean isBeingCopied() {
      return COPYING.getCount() == 0 && COPIED.getCount() > 0;
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
      if (BEGUN.getCount() == 0) {
        COPYING.countDown();
        try {
          COPIED.await();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
      out.defaultWriteObject();
    }
  }

  /** A call that waits at the gate while a copy of the state begins waits for the copy too. */
  @Test
  void gate_opensWhileStateIsCopied_noCallBegins() throws Exception {
    Words words = Words.create(2);
    MessagePipe pipe = MessagePipe.open();
    Task<Slow> make = Slow::new;
    byte[] state = Codec.encode(make, Role.ACTOR_FUNCTION);
    HostRun host = new HostRun(new Host(pipe.second(), words, state, false, 2, 1));
    Thread process = Thread.ofPlatform().start(host::run);
    try (PipeEnd owner = pipe.first()) {
      send(owner, words, 1, Slow::begin);
      BEGUN.await();
      assertThat(words.hasEnded(0)).isFalse(); // shuts the gate
      send(owner, words, 2, Slow::isBeingCopied);
      Await.until("at the gate", () -> process.getState() == Thread.State.TIMED_WAITING);
      GO.countDown();
      COPYING.await();
      words.open();
      Await.until("it waits for more", () -> process.getState() == Thread.State.WAITING);
      assertThat(words.begun().get()).isEqualTo(1);
      COPIED.countDown();
      assertThat(resultOf(owner, 2)).isEqualTo(false);
    } finally {
      GO.countDown();
      COPIED.countDown();
      pipe.close();
      Await.ended(process);
      words.close();
    }
  }

  /** A state whose calls hand over their thread, and whose copy leaves it interrupted. */
  static final class Careless implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final AtomicInteger CALLS = new AtomicInteger();

    boolean isInterrupted() {
      CALLS.incrementAndGet();
      return Thread.currentThread().isInterrupted();
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
      out.defaultWriteObject();
      if (CALLS.get() > 0) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * What a call has left to interrupt its thread later ends neither the actor nor the next call.
   */
  @Test
  void interrupt_betweenCalls_isOfNoCall() throws Exception {
    try (Run run = new Run(encoded(Careless::new), 1, 1)) {
      run.<Careless>send(1, Careless::isInterrupted);
      assertThat(run.resultOf(1)).isEqualTo(false);
      for (int call = 2; call <= 3; call++) {
        Await.until("idle", () -> run.process.getState() == Thread.State.WAITING);
        run.process.interrupt();
        run.<Careless>send(call, Careless::isInterrupted);
        assertThat(run.resultOf(call)).isEqualTo(false);
      }
    }
  }

  private static final CountDownLatch CLOSED = new CountDownLatch(1);

  /** Where the thread of a call cannot go on, the process ends, and its owner does not wait. */
  @Test
  void severalAtOnce_threadFails_pipeIsClosed() throws Exception {
    try (Run run = new Run(encoded(() -> "state"), 2, 0)) {
      run.<String>send(
          1,
          _ -> {
            CLOSED.await();
            return true;
          });
      Await.until("it runs", () -> run.words.begun().get() == 1);
      run.words.close(); // what the call says when it has ended fails
      CLOSED.countDown();
      assertThrows(EOFException.class, () -> run.resultOf(1));
      Await.ended(run.process);
    } finally {
      CLOSED.countDown();
    }
  }

  /** A call for which no thread can be started fails alone, and its state can still be copied. */
  @Test
  void severalAtOnce_noThread_callFailsAlone() throws Exception {
    AtomicInteger started = new AtomicInteger();
    ThreadFactory second =
        task -> {
          if (started.getAndIncrement() == 0) {
            throw new OutOfMemoryError("not really");
          }
          return new Thread(task);
        };
    try (Run run = new Run(encoded(() -> "state"), 2, 1, second)) {
      run.<String>send(1, _ -> true);
      run.<String>send(2, _ -> true);
      assertThat(run.resultOf(2)).isEqualTo(true);
      assertThat(run.said)
          .startsWith(Message.Kind.READY, Message.Kind.CHECKPOINT, Message.Kind.FAILURE);
    }
  }

  private static byte[] encoded(Task<?> make) {
    return Codec.encode(make, Role.ACTOR_FUNCTION);
  }

  /** A process that is a thread, and what its owner has of it. */
  private static final class Run implements AutoCloseable {
    private final Words words;
    private final MessagePipe pipe = MessagePipe.open();
    private final PipeEnd owner = pipe.first();
    private final Thread process;
    private final List<Message.Kind> said = new ArrayList<>();

    Run(byte[] make, int atOnce, int checkpointEvery) throws IOException {
      this(make, atOnce, checkpointEvery, Thread.ofPlatform().daemon().factory());
    }

    Run(byte[] make, int atOnce, int checkpointEvery, ThreadFactory threads) throws IOException {
      words = Words.create(8);
      Host host = new Host(pipe.second(), words, make, false, atOnce, checkpointEvery);
      process = Thread.ofPlatform().start(new HostRun(host, threads)::run);
    }

    <S> void send(int call, Fn<S, Boolean> function) throws Exception {
      HostRunTest.send(owner, words, call, function);
    }

    Object resultOf(long call) throws Exception {
      while (true) {
        assertThat(owner.poll(Await.PATIENCE)).isTrue();
        Message next = Message.parse(owner.receiveBytes());
        said.add(next.kind());
        if (next.kind() == Message.Kind.RESULT && next.number() == call) {
          return decoded(next);
        }
      }
    }

    @Override
    public void close() {
      pipe.close();
      try {
        Await.ended(process);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      words.close();
    }
  }

  private static <S> void send(PipeEnd owner, Words words, int call, Fn<S, Boolean> function)
      throws Exception {
    int slot = call - 1;
    words.send(slot, call);
    byte[] bytes = Codec.encode(function, Role.ACTOR_FUNCTION);
    owner.sendBytes(Message.toActor(Message.Kind.CALL, call, slot, bytes));
  }

  private static Object resultOf(PipeEnd owner, long call) throws Exception {
    Message said = Message.parse(owner.receiveBytes());
    while (said.kind() != Message.Kind.RESULT || said.number() != call) {
      said = Message.parse(owner.receiveBytes());
    }
    return decoded(said);
  }

  private static Object decoded(Message result) throws Exception {
    return Codec.decode(result.content(), HostRunTest.class.getClassLoader(), Filters.results());
  }
}
