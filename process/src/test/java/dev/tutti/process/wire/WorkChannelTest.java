package dev.tutti.process.wire;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.testkit.Await;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
@Timeout(60)
class WorkChannelTest {
  private static final int RING_BYTES = 1 << 18;

  @TempDir private Path folder;

  private final ExecutorService other = Executors.newSingleThreadExecutor();
  private int connections;
  private Claims poolMemory;
  private Claims workerMemory;
  private WorkChannel pool;
  private WorkChannel worker;

  @BeforeEach
  void connect() throws IOException {
    poolMemory = Claims.create();
    workerMemory = Claims.open(poolMemory.handle());
    UnixDomainSocketAddress address =
        UnixDomainSocketAddress.of(folder.resolve("s" + connections++));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(address);
      SocketChannel mine = SocketChannel.open(address);
      pool = new WorkChannel(new Channel(mine), poolMemory, Claims.End.POOL);
      worker = new WorkChannel(new Channel(server.accept()), workerMemory, Claims.End.WORKER);
    }
  }

  @AfterEach
  void disconnect() throws IOException {
    other.shutdownNow();
    disconnectAll();
  }

  private void disconnectAll() throws IOException {
    pool.close();
    worker.close();
    workerMemory.close();
    poolMemory.close();
  }

  private static ByteBuffer item(long number, int bytes) {
    ByteBuffer frame =
        Frame.begin(Frame.Kind.ITEM, Long.BYTES + Integer.BYTES + bytes).putLong(number).putInt(1);
    while (frame.hasRemaining()) {
      frame.put((byte) (number + frame.position()));
    }
    return frame.flip();
  }

  private static void assertIsItem(Frame frame, long number, int bytes) {
    assertThat(frame.kind()).isEqualTo(Frame.Kind.ITEM);
    ByteBuffer expected = item(number, bytes).position(Frame.HEADER_BYTES);
    assertThat(frame.content()).as("item=%d", number).isEqualTo(expected.slice());
  }

  /**
   * What a slow reader did not take at once is pushed on by who waits for that, and by nobody else.
   */
  @Test
  void drain_readerIsSlow_allArrives() throws Exception {
    int count = 20;
    for (int i = 0; i < count; i++) {
      pool.send(List.of(item(i, RING_BYTES)));
    }
    assertThat(pool.hasPending()).isTrue();
    Future<?> drains =
        other.submit(() -> {
          pool.drain();
          return null;
        });
    for (int i = 0; i < count; i++) {
      assertIsItem(worker.read(), i, RING_BYTES);
    }
    drains.get(50, SECONDS);
    assertThat(pool.hasPending()).isFalse();
  }

  /** Takes what has come while the reader sleeps, up to an item; keeps their numbers. */
  private static final class Taking implements WorkChannel.Glance {
    private final List<Long> taken = new ArrayList<>();
    private final long refused;
    private int ends;

    Taking(long refused) {
      this.refused = refused;
    }

    @Override
    public boolean take(Frame frame) throws IOException {
      long number = frame.content().getLong(0);
      if (number < 0) {
        throw new IOException("no such item");
      }
      if (number != refused) {
        taken.add(number);
      }
      return number != refused;
    }

    @Override
    public void end() {
      ends++;
    }
  }

  /**
   * Puts items into the pool's ring and wakes nobody, as if their worker had just been given
   * something.
   */
  private void answer(long... numbers) throws IOException {
    for (long number : numbers) {
      assertThat(worker.put(item(number, 8))).isTrue();
    }
  }

  /** A reader that sleeps, as a thread does that is in a selector. */
  private Reader sleepingReader() throws InterruptedException {
    Reader reader = new Reader();
    Await.until("the reader sleeps", reader::isInSelector);
    return reader;
  }

  private final class Reader {
    private final FutureTask<Frame> frame = new FutureTask<>(() -> pool.read());
    private final Thread thread = Thread.ofPlatform().daemon().start(frame);

    private boolean isInSelector() {
      return Arrays.stream(thread.getStackTrace())
          .anyMatch(call ->
              call.getClassName().equals(Selector.class.getName())
                  || call.getClassName().endsWith("SelectorImpl"));
    }
  }

  private void joinRing() throws IOException {
    worker.send(List.of(item(1, 8))); // says that it goes to the ring
    assertIsItem(pool.read(), 1, 8);
  }

  /**
   * What is answered at once is the sender's while the reader sleeps, and later frames the
   * reader's.
   */
  @Test
  void send_answeredAtOnce_senderTakesIt() throws Exception {
    joinRing();
    Reader reader = sleepingReader();
    answer(2);
    Taking taking = new Taking(0);
    pool.send(List.of(item(9, 8)), taking);
    assertThat(taking.taken).containsExactly(2L);
    assertThat(taking.ends).isOne();
    assertIsItem(worker.read(), 9, 8);
    assertThat(reader.frame).isNotDone();
    worker.send(List.of(item(4, 8)));
    assertIsItem(reader.frame.get(50, SECONDS), 4, 8);
  }

  /** A sender takes one answer; what comes behind it wakes the reader. */
  @Test
  void send_severalAnswers_readerGetsTheRest() throws Exception {
    joinRing();
    Reader reader = sleepingReader();
    answer(2, 3, 4);
    Taking taking = new Taking(0);
    pool.send(List.of(item(9, 8)), taking);
    assertThat(taking.taken).containsExactly(2L);
    assertIsItem(reader.frame.get(50, SECONDS), 3, 8);
    assertIsItem(pool.read(), 4, 8);
  }

  /** What a sender does not take wakes the reader, who gets it first, and the rest after it. */
  @Test
  void send_answerIsRefused_readerGetsItAndTheRest() throws Exception {
    joinRing();
    Reader reader = sleepingReader();
    answer(3, 4);
    Taking taking = new Taking(3);
    pool.send(List.of(item(9, 8)), taking);
    assertThat(taking.ends).isZero();
    assertIsItem(reader.frame.get(50, SECONDS), 3, 8);
    assertIsItem(pool.read(), 4, 8);
  }

  /**
   * A sender who cannot use what came has sent all the same; the reader sees off the other side.
   */
  @Test
  void send_answerIsWrong_readerThrows() throws Exception {
    joinRing();
    Reader reader = sleepingReader();
    answer(-2);
    pool.send(List.of(item(9, 8)), new Taking(0));
    assertIsItem(worker.read(), 9, 8);
    assertThatThrownBy(() -> reader.frame.get(50, SECONDS))
        .hasCauseInstanceOf(WireException.class)
        .hasMessageContaining("no such item");
  }

  /** While somebody reads, or a virtual thread sends, the reader takes all. */
  @Test
  void send_readerIsAwakeOrSenderVirtual_onlySends() throws Exception {
    joinRing();
    answer(2);
    Taking taking = new Taking(0);
    pool.send(List.of(item(9, 8)), taking); // this thread reads
    assertIsItem(pool.read(), 2, 8);
    Reader reader = sleepingReader();
    answer(3);
    Thread.ofVirtual()
        .start(() ->
            assertThatCode(() -> pool.send(List.of(item(9, 8)), taking)).doesNotThrowAnyException())
        .join();
    assertThat(taking.taken).isEmpty();
    worker.wakeReader();
    assertIsItem(reader.frame.get(50, SECONDS), 3, 8);
  }

  /** Who looks out takes what comes within that time, and leaves what comes next to the reader. */
  @Test
  void lookOut_somethingHasCome_itIsTaken() throws Exception {
    joinRing();
    Reader reader = sleepingReader();
    answer(2, 3, 4);
    Taking taking = new Taking(4);
    pool.lookOut(taking, () -> false);
    assertThat(taking.taken).startsWith(2L); // on a busy machine it is a single look
    assertIsItem(reader.frame.get(50, SECONDS), taking.taken.getLast() + 1, 8);
  }

  /** Frames of all sizes arrive whole and in order, also those that are larger than a ring. */
  @Test
  void read_manySizes_arriveInOrder() throws Exception {
    long seed = 20261121;
    Random sizes = new Random(seed);
    List<Integer> bytes = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      bytes.add(sizes.nextInt(1 << sizes.nextInt(1, 16)));
    }
    for (int i = 100; i < 3_000; i += 500) {
      bytes.set(i, RING_BYTES + sizes.nextInt(1 << 20));
    }
    Future<?> reads =
        other.submit(() -> {
          for (int i = 0; i < bytes.size(); i++) {
            assertIsItem(worker.read(), i, bytes.get(i));
          }
          return null;
        });
    Future<?> writesPending = keepReading(pool);
    for (int i = 0; i < bytes.size(); i++) {
      pool.send(List.of(item(i, bytes.get(i))));
    }
    reads.get(50, SECONDS);
    worker.close();
    writesPending.get(50, SECONDS);
  }

  /** Whoever sends more than the system takes needs somebody who reads, as in a pool. */
  private static Future<?> keepReading(WorkChannel channel) {
    FutureTask<Frame> end = new FutureTask<>(() -> channel.read());
    Thread.ofPlatform().start(end);
    return end;
  }

  /** Each answer follows its question, however often both sides fall asleep in between. */
  @Test
  void read_questionsAndAnswers_nobodyWaitsForEver() throws Exception {
    int rounds = 20_000;
    Future<?> answers =
        other.submit(() -> {
          for (int i = 0; i < rounds; i++) {
            assertIsItem(worker.read(), i, 3);
            worker.sendFully(List.of(item(i, 5)));
          }
          return null;
        });
    for (int i = 0; i < rounds; i++) {
      pool.send(List.of(item(i, 3)));
      assertIsItem(readNapping(), i, 5);
    }
    answers.get(50, SECONDS);
  }

  /** What a side has sent before it died is read to its end, and the end follows. */
  @Test
  void read_otherSideIsGone_restIsRead() throws Exception {
    for (int i = 0; i < 100; i++) {
      worker.sendFully(List.of(item(i, 10)));
    }
    worker.close();
    for (int i = 0; i < 100; i++) {
      assertIsItem(pool.read(), i, 10);
    }
    assertThat(pool.read()).isNull();
  }

  /** Reads as who expects several frames. */
  private Frame readNapping() throws IOException {
    Frame frame = pool.poll();
    while (frame == null) {
      pool.await(true);
      frame = pool.poll();
    }
    return frame;
  }

  /** A reader that naps is woken by a writer that goes to sleep, and looks by itself as well. */
  @Test
  void read_naps_getsWhatComesWithoutABell() throws Exception {
    worker.sendFully(List.of(item(0, 1)));
    assertIsItem(pool.read(), 0, 1);
    Future<Frame> next = other.submit(() -> readNapping());
    worker.sendFully(List.of(item(1, 1)));
    assertIsItem(next.get(10, SECONDS), 1, 1);
  }

  /** An interrupt does not end a wait. */
  @Test
  void read_interrupted_waitsOn() throws Exception {
    FutureTask<Frame> frame = new FutureTask<>(() -> pool.read());
    Thread reader = Thread.ofPlatform().start(frame);
    Await.until("it waits", () -> isInSelect(reader));
    reader.interrupt();
    worker.sendFully(List.of(item(0, 1)));
    assertIsItem(frame.get(10, SECONDS), 0, 1);
    reader.join();
  }

  private static boolean isInSelect(Thread thread) {
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (frame.getMethodName().equals("select")) {
        return true;
      }
    }
    return false;
  }

  /** A frame that says where the sequence goes on must be true. */
  @Test
  void read_wrongTurn_isRefused() throws Exception {
    worker.sendFully(List.of(Frame.begin(Frame.Kind.TO_RING, 0).flip()));
    worker.sendFully(List.of(Frame.begin(Frame.Kind.TO_RING, 0).flip()));
    assertThatThrownBy(pool::read)
        .isInstanceOf(WireException.class)
        .hasMessageContaining("ring=true");
  }

  /** A closed channel takes nothing more, and says so. */
  @Test
  void send_closed_isRefused() throws Exception {
    pool.close();
    assertThatThrownBy(() -> pool.send(List.of(item(0, 1))))
        .isInstanceOf(ClosedChannelException.class);
  }

  /** What a side has sent is read also where the other one cannot write to it any more. */
  @Test
  void read_otherSideIsGoneWhileWritesWait_restIsRead() throws Exception {
    for (int round = 0; round < 30; round++) {
      disconnectAll();
      connect();
      worker.sendFully(List.of(item(0, 1)));
      assertIsItem(pool.read(), 0, 1);
      pool.send(List.of(item(0, 8 << 20))); // more than the system takes
      assertThat(pool.hasPending()).isTrue();
      List<Frame> rest = new ArrayList<>();
      FutureTask<Boolean> reads = new FutureTask<>(() -> readToTheEnd(rest));
      Thread reader = Thread.ofPlatform().start(reads);
      Await.until("it waits", () -> isInSelect(reader));
      worker.sendFully(List.of(item(1, 1)));
      worker.close();
      assertThat(reads.get(10, SECONDS)).isTrue();
      assertThat(rest).as("round=%d", round).hasSize(1);
    }
  }

  private boolean readToTheEnd(List<Frame> into) {
    try {
      for (Frame frame = pool.read(); frame != null; frame = pool.read()) {
        into.add(frame);
      }
    } catch (IOException e) {
      // that is an end too
    }
    return true;
  }

  /** A reader that says that it has read what was never written is refused. */
  @Test
  void offer_headIsDamaged_isRefused() throws Exception {
    ByteBuffer memory = ByteBuffer.allocateDirect(FrameRing.BYTES).order(ByteOrder.nativeOrder());
    FrameRing ring = new FrameRing(memory);
    ByteBuffer large = ByteBuffer.allocate(RING_BYTES / 2 + 1);
    assertThat(ring.offer(List.of(large.duplicate()), 0)).isTrue();
    assertThat(ring.offer(List.of(large.duplicate()), 0)).isFalse();
    memory.putLong(64, 1L << 40); // the head
    assertThatThrownBy(() -> ring.offer(List.of(large.duplicate()), 0))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("ring is damaged");
  }
}
