package dev.tutti.actors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.codec.Codec;
import dev.tutti.codec.Filters;
import dev.tutti.codec.Role;
import dev.tutti.process.MessagePipe;
import dev.tutti.process.PipeEnd;
import dev.tutti.task.Fn;
import dev.tutti.task.Task;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.concurrent.CountDownLatch;
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

  private static void send(PipeEnd owner, Words words, int call, Fn<Slow, Boolean> function)
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
    return Codec.decode(said.content(), HostRunTest.class.getClassLoader(), Filters.results());
  }
}
