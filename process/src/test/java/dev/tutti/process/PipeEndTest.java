package dev.tutti.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.task.NotSendableException;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.io.EOFException;
import java.math.BigInteger;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import java.util.concurrent.locks.ReentrantLock;
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
  private static final byte[] LETTERS = "abcdefghijklmnopqrstuvwxyz".getBytes(UTF_8);
  private static final Duration LONG = Duration.ofSeconds(30);

  private final MessagePipe pipe = MessagePipe.open();
  private final PipeEnd one = pipe.first();
  private final PipeEnd other = pipe.second();

  @AfterEach
  void close() {
    pipe.close();
  }

  /** Objects of all kinds, null too, come as they were, in their order, in both directions. */
  @Test
  void send_objects_areEqualAtTheOtherEnd() throws Exception {
    List<Object> objects =
        Arrays.asList(
            null,
            42,
            "text",
            List.of(1, 2, 3),
            Map.of("k", BigInteger.TWO.pow(200)),
            Path.of("a", "b"),
            Optional.of("o"),
            "");
    for (Object object : objects) {
      one.send(object);
    }
    for (Object object : objects) {
      assertThat(other.receive()).isEqualTo(object);
    }
    other.send("back");
    assertThat(one.receive()).isEqualTo("back");
  }

  /** Messages keep their bounds, empty ones too, and poll stays true until one is read. */
  @Test
  void sendBytes_shortAndEmpty_boundsAreKept() throws Exception {
    List<String> sent = List.of("a", "b", "cd", "", "", "e", "");
    for (String text : sent) {
      one.sendBytes(text.getBytes(UTF_8));
    }
    for (String text : sent) {
      assertThat(other.poll()).isTrue();
      assertThat(other.poll()).isTrue();
      assertThat(other.receiveBytes()).asString().isEqualTo(text);
    }
    assertThat(other.poll()).isFalse();
  }

  /** Each part within an array of bytes is sent, each one that is not is refused. */
  @Test
  void sendBytes_offsetAndLength_areChecked() throws Exception {
    int[][] good = {{0, 26}, {5, 21}, {7, 8}, {26, 0}, {0, 0}};
    for (int[] part : good) {
      one.sendBytes(LETTERS, part[0], part[1]);
      assertThat(other.receiveBytes())
          .isEqualTo(Arrays.copyOfRange(LETTERS, part[0], part[0] + part[1]));
    }
    int[][] bad = {{27, 0}, {22, 5}, {26, 1}, {-1, 2}, {4, -1}, {0, 27}, {Integer.MAX_VALUE, 1}};
    for (int[] part : bad) {
      assertThatThrownBy(() -> one.sendBytes(LETTERS, part[0], part[1]))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThat(other.poll()).isFalse();
  }

  /** A buffer of any kind is sent from its position to its limit, and left as it was. */
  @Test
  void sendBytes_buffer_isLeftAsItWas() throws Exception {
    ByteBuffer direct = ByteBuffer.allocateDirect(26).put(LETTERS).position(3).limit(7);
    one.sendBytes(direct);
    assertThat(direct.position()).isEqualTo(3);
    assertThat(other.receiveBytes()).asString().isEqualTo("defg");
    one.sendBytes(ByteBuffer.wrap(LETTERS).asReadOnlyBuffer().limit(2));
    assertThat(other.receiveBytes()).asString().isEqualTo("ab");
  }

  /**
   * What is changed after it was sent has been sent as it was, also before the other end is there.
   */
  @Test
  void sendBytes_arrayChangesAfterwards_oldContentComes() throws Exception {
    byte[] bytes = {1, 2, 3};
    one.sendBytes(bytes);
    bytes[0] = 9;
    assertThat(other.receiveBytes()).containsExactly(1, 2, 3);
  }

  /** A message for which a buffer has no room stays there for one that has. */
  @Test
  void receiveInto_bufferTooSmall_messageStays() throws Exception {
    one.sendBytes(LETTERS);
    assertThatThrownBy(() -> other.receiveInto(ByteBuffer.allocate(25)))
        .isInstanceOf(BufferOverflowException.class);
    ByteBuffer room = ByteBuffer.allocate(30);
    assertThat(other.receiveInto(room)).isEqualTo(26);
    assertThat(room.position()).isEqualTo(26);
    assertThat(Arrays.copyOf(room.array(), 26)).isEqualTo(LETTERS);
  }

  /** Asked for as the wrong kind, a message stays there for the right one. */
  @Test
  void receive_otherKind_messageStays() throws Exception {
    one.sendBytes(LETTERS);
    assertThatThrownBy(other::receive)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("use PipeEnd.receiveBytes");
    assertThat(other.receiveBytes()).isEqualTo(LETTERS);
    one.send("o");
    assertThatThrownBy(other::receiveBytes)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("use PipeEnd.receive");
    assertThat(other.receive()).isEqualTo("o");
  }

  /** A message of 64 MiB comes whole, with what is sent before and after it. */
  @Test
  void sendBytes_64MiB_comesWhole() throws Exception {
    byte[] large = new byte[64 << 20];
    for (int i = 0; i < large.length; i += 4_096) {
      large[i] = (byte) (i >> 12);
    }
    Future<Void> sending =
        run(() -> {
          one.send("before");
          one.sendBytes(large);
          one.send("after");
        });
    assertThat(other.receive()).isEqualTo("before");
    assertThat(Arrays.equals(other.receiveBytes(), large)).isTrue();
    assertThat(other.receive()).isEqualTo("after");
    Await.result(sending);
  }

  /** Poll waits as long as it is told, no longer than needed, and not at all for no time. */
  @Test
  void poll_nothingThere_isFalseAfterItsTime() throws Exception {
    one.send(1);
    assertThat(other.receive()).isEqualTo(1);
    long start = System.nanoTime();
    assertThat(other.poll(Duration.ofSeconds(-1))).isFalse();
    assertThat(other.poll(Duration.ZERO)).isFalse();
    assertThat(System.nanoTime() - start).isLessThan(LONG.toNanos());
    assertThat(other.poll(Duration.ofMillis(30))).isFalse();
    assertThat(System.nanoTime() - start).isGreaterThan(Duration.ofMillis(30).toNanos() - 1);
    Future<Void> sending = run(() -> one.send(2));
    assertThat(other.poll(LONG)).isTrue();
    assertThat(other.receive()).isEqualTo(2);
    Await.result(sending);
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
        run(() -> {
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
    Future<Object> waiting = call(one::receive);
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
        call(() -> {
          reader.set(Thread.currentThread());
          return one.receive();
        });
    Future<Void> sending =
        run(() -> {
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

  private static void untilDone(Step step) throws Exception {
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
    Await.until("the sender waits for room", () -> isStuckInSelect(sender));
    sender.interrupt();
    assertThat(Await.result(flag)).as("the interrupt stays").isTrue();
    Future<Void> next = run(() -> one.send("next"));
    assertThat(Arrays.equals(other.receiveBytes(), large)).isTrue();
    assertThat(other.receive()).isEqualTo("next");
    Await.result(next);
  }

  private static boolean isStuckInSelect(Thread thread) {
    return Arrays.stream(thread.getStackTrace()).anyMatch(f -> f.getMethodName().equals("select"));
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

  /** On a one-way pipe each end does only what its flags say. */
  @Test
  void openOneWay_wrongDirection_isIllegalState() throws Exception {
    try (MessagePipe oneWay = MessagePipe.openOneWay()) {
      PipeEnd in = oneWay.first();
      PipeEnd out = oneWay.second();
      assertThat(List.of(in.isReadable(), in.isWritable())).containsExactly(true, false);
      assertThat(List.of(out.isReadable(), out.isWritable())).containsExactly(false, true);
      out.send("down");
      assertThat(in.receive()).isEqualTo("down");
      assertThatThrownBy(() -> in.send("up")).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> in.sendBytes(LETTERS)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(out::receive).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(out::receiveBytes).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(out::poll).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> PipeEnd.waitAny(List.of(out), Duration.ZERO))
          .isInstanceOf(IllegalStateException.class);
    }
    assertThat(List.of(one.isReadable(), one.isWritable())).containsExactly(true, true);
  }

  /** What cannot cross, or may not come, is refused with its class, and the pipe goes on. */
  @Test
  void send_cannotCross_isRefusedAndPipeGoesOn() throws Exception {
    assertThatThrownBy(() -> one.send(List.of(new Object())))
        .isInstanceOf(NotSendableException.class)
        .hasMessageContaining("cannot send the message through the pipe")
        .hasMessageContaining("java.lang.Object, which is not Serializable");
    assertThatThrownBy(() -> one.send(new ReentrantLock()))
        .isInstanceOf(NotSendableException.class)
        .hasMessageContaining("send what it holds");
    one.send(new BitSet());
    assertThatThrownBy(() -> other.receive(ResultFilter.onlyThese(BigInteger.class)))
        .isInstanceOf(NotSendableException.class)
        .hasMessageContaining("java.util.BitSet is outside the filter")
        .hasMessageContaining("receive(filter.allow(java.util.BitSet.class))");
    one.send(BigInteger.TEN);
    assertThat(other.receive(ResultFilter.onlyThese(BigInteger.class))).isEqualTo(BigInteger.TEN);
  }

  /** An end that has been used cannot be sent. */
  @Test
  void send_usedEnd_isRefused() throws Exception {
    try (MessagePipe second = MessagePipe.open()) {
      second.first().send(1);
      assertThatThrownBy(() -> one.send(second.first()))
          .isInstanceOf(NotSendableException.class)
          .hasMessageContaining("send it before its first use");
    }
  }

  /**
   * Of several ends and futures, those that are ready come, in their order; the rest are not waited
   * for.
   */
  @Test
  void waitAny_endsAndFutures_givesThoseThatAreReady() throws Exception {
    CompletableFuture<String> future = new CompletableFuture<>();
    try (MessagePipe second = MessagePipe.open()) {
      PipeEnd quiet = second.first();
      List<Object> all = List.of(other, future, quiet);
      assertThat(PipeEnd.waitAny(all, Duration.ofSeconds(-3))).isEmpty();
      assertThat(PipeEnd.waitAny(all, Duration.ofMillis(20))).isEmpty();

      Future<Void> sending = run(() -> one.send("x"));
      assertThat(PipeEnd.waitAny(all, LONG)).containsExactly(other);
      Await.result(sending);
      Future<Void> completing = run(() -> future.complete("y"));
      Await.result(completing);
      assertThat(PipeEnd.waitAny(all, LONG)).containsExactly(other, future);
      assertThat(other.receive()).isEqualTo("x");
      Future<List<PipeEnd>> waiting = call(() -> PipeEnd.waitAny(List.of(other, quiet), LONG));
      second.second().close();
      assertThat(Await.result(waiting)).as("its stream ends").containsExactly(quiet);
    }
    assertThat(PipeEnd.waitAny(List.of(), LONG)).isEmpty();
    assertThatThrownBy(() -> PipeEnd.waitAny(List.of("text"), LONG))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("java.lang.String");
  }

  /** Who waits for several can be interrupted, and an end that is closed meanwhile is ready. */
  @Test
  void waitAny_interruptedOrClosed_ends() throws Exception {
    one.send(1);
    assertThat(other.receive()).isEqualTo(1);
    CompletableFuture<String> ended = new CompletableFuture<>();
    Thread thread =
        Thread.ofPlatform()
            .start(() -> {
              try {
                ended.complete("ready " + PipeEnd.waitAny(List.of(other), LONG));
              } catch (InterruptedException e) {
                ended.complete("interrupted");
              } catch (Exception e) {
                ended.completeExceptionally(e);
              }
            });
    Await.until("it waits", () -> isStuckInSelect(thread));
    thread.interrupt();
    assertThat(Await.result(ended)).isEqualTo("interrupted");
    Future<List<PipeEnd>> waiting = call(() -> PipeEnd.waitAny(List.of(other), LONG));
    other.close();
    assertThat(Await.result(waiting)).containsExactly(other);
    Await.ended(thread);
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

  private interface Step {
    void run() throws Exception;
  }

  private static Future<Void> run(Step step) {
    return call(() -> {
      step.run();
      return null;
    });
  }

  private static <T> Future<T> call(Callable<T> step) {
    CompletableFuture<T> done = new CompletableFuture<>();
    Thread.startVirtualThread(() -> {
      try {
        done.complete(step.call());
      } catch (Exception e) {
        done.completeExceptionally(e);
      }
    });
    return done;
  }
}
