package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Both ends of a pipe in this JVM, used by its threads. */
@Tag("unit")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class PipeEndTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final MessagePipe pipe = MessagePipe.open();
  private final PipeEnd one = pipe.first();
  private final PipeEnd other = pipe.second();

  @AfterEach
  void close() {
    pipe.close();
  }

  /** What was sent before the close comes, then the end of the stream; poll is true for it. */
  @Test
  void close_messagesLeft_comeBeforeTheEnd() throws Exception {
    one.send("last");
    one.close();
    assertThat(other.receive()).isEqualTo("last");
    assertThat(other.poll(LONG)).isTrue();
    assertThatThrownBy(other::receive).isInstanceOf(EOFException.class);
    assertThatThrownBy(other::receive).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> other.send("x"))
        .isInstanceOf(EOFException.class)
        .hasMessage("the other end of the pipe is closed");
    assertThatThrownBy(one::receive).isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> one.send("x")).isInstanceOf(ClosedChannelException.class);
  }

  /** What is sent by an end that is closed before the other one is used comes all the same. */
  @Test
  void close_beforeOtherEndIsUsed_messagesCome() throws Exception {
    one.sendBytes(new byte[3 << 20]); // more than a socket holds: close() does not wait for that
    one.close();
    assertThat(other.receiveBytes()).hasSize(3 << 20);
    assertThatThrownBy(other::receive).isInstanceOf(EOFException.class);
  }

  /** Before the other end is used, a sender waits when there is a lot to keep; nothing is lost. */
  @Test
  void send_otherEndNotUsed_waitsAboveItsBound() throws Exception {
    byte[] message = new byte[300_000];
    Future<Void> sending =
        Background.run(() -> {
          for (int i = 0; i < 10; i++) {
            message[0] = (byte) i;
            one.sendBytes(message);
          }
        });
    assertThatThrownBy(() -> sending.get(50, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    for (int i = 0; i < 10; i++) {
      assertThat(other.receiveBytes()[0]).isEqualTo((byte) i);
    }
    Await.result(sending);
  }

  /** An end that is closed before anybody has used it is the end of the stream for the other. */
  @Test
  void close_neverUsed_otherEndIsAtItsEnd() throws Exception {
    Future<Object> waiting = Background.call(one::receive);
    other.close();
    assertThatThrownBy(() -> Await.result(waiting)).hasRootCauseInstanceOf(EOFException.class);
    assertThatThrownBy(() -> one.send(1)).isInstanceOf(EOFException.class);
    assertThatThrownBy(other::receive).isInstanceOf(ClosedChannelException.class);
  }

  /** Who waits at an end that is closed, to receive or to send, gets an exception at once. */
  @Test
  void close_threadsWait_theyGetClosedChannelException() throws Exception {
    one.send(1);
    assertThat(other.receive()).isEqualTo(1);
    AtomicReference<Thread> reader = new AtomicReference<>();
    AtomicReference<Thread> writer = new AtomicReference<>();
    Future<Object> receiving =
        Background.call(() -> {
          reader.set(Thread.currentThread());
          return one.receive();
        });
    Future<Void> sending =
        Background.run(() -> {
          writer.set(Thread.currentThread());
          one.sendBytes(new byte[64 << 20]);
        });
    Await.until("both have begun", () -> reader.get() != null && writer.get() != null);
    one.close();
    assertThatThrownBy(() -> Await.result(receiving))
        .hasRootCauseInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> Await.result(sending))
        .hasRootCauseInstanceOf(ClosedChannelException.class);
  }

  /** A receiver that is interrupted, whether it waits or is about to, loses no message. */
  @Test
  void receive_interrupted_pipeGoesOn() throws Exception {
    one.send(0);
    assertThat(other.receive()).isEqualTo(0);
    for (int i = 0; i < 50; i++) {
      int number = i;
      CompletableFuture<String> ended = new CompletableFuture<>();
      Thread thread =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  ended.complete("got " + other.receive());
                } catch (InterruptedException e) {
                  ended.complete("interrupted");
                } catch (Exception e) {
                  ended.completeExceptionally(e);
                }
              });
      if (i % 2 == 0) {
        Await.until("it waits", () -> thread.getState() != Thread.State.NEW);
      }
      thread.interrupt();
      assertThat(Await.result(ended)).isEqualTo("interrupted");
      one.send(number);
      assertThat(other.receive()).isEqualTo(number);
      Await.ended(thread);
    }
  }

  /**
   * Interrupts at any time, also while an end is used for the first time, break no pipe and lose
   * nothing.
   */
  @Test
  void use_interruptedAllTheTime_nothingIsLost() throws Exception {
    Thread main = Thread.currentThread();
    AtomicBoolean over = new AtomicBoolean();
    Thread interrupts =
        Thread.ofPlatform()
            .start(() -> {
              while (!over.get()) {
                main.interrupt();
                LockSupport.parkNanos(100_000);
              }
            });
    try {
      for (int i = 0; i < 60; i++) {
        try (MessagePipe next = MessagePipe.open()) {
          int number = i;
          untilDone(() -> next.first().send(number));
          Object got = untilGiven(next.second()::receive);
          assertThat(got).isEqualTo(i);
          byte[] large = new byte[1_000_000];
          untilDone(() -> next.second().sendBytes(large));
          assertThat(untilGiven(next.first()::receiveBytes)).hasSize(large.length);
        }
      }
    } finally {
      over.set(true);
      while (interrupts.isAlive()) {
        boolean _ = Thread.interrupted();
        Thread.onSpinWait();
      }
      boolean _ = Thread.interrupted();
    }
  }

  private static void untilDone(Background.Step step) throws Exception {
    untilGiven(() -> {
      step.run();
      return null;
    });
  }

  private static <T> T untilGiven(Callable<T> step) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30); // it swallows @Timeout's interrupt
    while (System.nanoTime() - end < 0) {
      try {
        return step.call();
      } catch (InterruptedException tooEarly) {
        Thread.onSpinWait(); // nothing has happened
      }
    }
    throw new AssertionError("it was only interrupted for 30 s");
  }

  /**
   * A sender that is interrupted in the middle of a message goes on at once, and the message comes
   * whole.
   */
  @Test
  void send_interruptedInTheMiddle_messageComesWhole() throws Exception {
    one.send("first");
    assertThat(other.receive()).isEqualTo("first");
    byte[] large = new byte[8 << 20];
    Arrays.fill(large, (byte) 7);
    CompletableFuture<Boolean> flag = new CompletableFuture<>();
    Thread sender =
        Thread.ofPlatform()
            .start(() -> {
              try {
                one.sendBytes(large);
                flag.complete(Thread.currentThread().isInterrupted());
              } catch (Exception e) {
                flag.completeExceptionally(e);
              }
            });
    Await.until("the sender waits for room", () -> Background.isStuckInSelect(sender));
    sender.interrupt();
    assertThat(Await.result(flag)).as("the interrupt stays").isTrue();
    Future<Void> next = Background.run(() -> one.send("next"));
    assertThat(Arrays.equals(other.receiveBytes(), large)).isTrue();
    assertThat(other.receive()).isEqualTo("next");
    Await.result(next);
  }

  /**
   * Many senders and receivers: each message comes once and whole, those of one sender in order.
   */
  @Test
  void send_manyThreads_eachMessageComesOnceAndInOrder() throws Exception {
    int senders = 4;
    int each = 2_000;
    Map<Integer, List<Integer>> got = new ConcurrentHashMap<>();
    try (var threads = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().factory())) {
      List<Future<?>> all = new ArrayList<>();
      for (int s = 0; s < senders; s++) {
        int sender = s;
        all.add(
            threads.submit(() -> {
              for (int i = 0; i < each; i++) {
                one.sendBytes(ByteBuffer.allocate(8 + i % 300).putInt(sender).putInt(i).rewind());
              }
              return null;
            }));
      }
      List<int[]> received = new ArrayList<>();
      for (int r = 0; r < senders * each / 2; r++) {
        received.add(check(other.receiveBytes()));
      }
      List<Future<List<int[]>>> readers = new ArrayList<>();
      for (int r = 0; r < 2; r++) {
        readers.add(
            threads.submit(() -> {
              List<int[]> mine = new ArrayList<>();
              for (int i = 0; i < senders * each / 4; i++) {
                mine.add(check(other.receiveBytes()));
              }
              return mine;
            }));
      }
      for (int[] message : received) {
        got.computeIfAbsent(message[0], _ -> new ArrayList<>()).add(message[1]);
      }
      got.values().forEach(numbers -> assertThat(numbers).isSorted());
      for (Future<List<int[]>> reader : readers) {
        for (int[] message : Await.result(reader)) {
          got.computeIfAbsent(message[0], _ -> new ArrayList<>()).add(message[1]);
        }
      }
      for (Future<?> sent : all) {
        Await.result(sent);
      }
    }
    assertThat(got).hasSize(senders);
    got.values().forEach(numbers -> assertThat(numbers).doesNotHaveDuplicates().hasSize(each));
    assertThat(other.poll()).isFalse();
  }

  private static int[] check(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int sender = in.getInt();
    int number = in.getInt();
    assertThat(bytes).hasSize(8 + number % 300);
    return new int[] {sender, number};
  }

  /** An end that nobody refers to any more is closed, so the other one is not left to wait. */
  @Test
  void drop_usedEnd_otherIsAtItsEnd() throws Exception {
    PipeEnd kept = keepOne();
    Await.until(
        "the stream ends",
        () -> {
          System.gc();
          return kept.poll(Duration.ofMillis(20));
        });
    assertThatThrownBy(kept::receive).isInstanceOf(EOFException.class);
    kept.close();
  }

  private static PipeEnd keepOne() throws Exception {
    MessagePipe dropped = MessagePipe.open();
    dropped.second().send("x");
    assertThat(dropped.first().receive()).isEqualTo("x");
    return dropped.first();
  }
}
