package dev.tutti.process.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.testkit.Await;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A pool and a worker that talk before their socket is connected. */
@Tag("unit")
@Timeout(60)
class LateSocketTest {
  private static final int MORE_THAN_A_RING = 1 << 19;

  @TempDir private Path folder;

  private Claims poolMemory;
  private Claims workerMemory;
  private final LateSocket poolSocket = new LateSocket();
  private final LateSocket workerSocket = new LateSocket();
  private WorkChannel pool;
  private WorkChannel worker;

  /** Whether the other side is still there, for a reader whose socket is to come. */
  private boolean mayCome = true;

  @BeforeEach
  void open() throws IOException {
    poolMemory = Claims.create();
    workerMemory = Claims.open(poolMemory.handle());
    pool = new WorkChannel(poolSocket, this::connectOrEnd, poolMemory, Claims.End.POOL);
    worker = new WorkChannel(workerSocket, this::connectOrEnd, workerMemory, Claims.End.WORKER);
  }

  @AfterEach
  void close() throws IOException {
    pool.close();
    worker.close();
    workerMemory.close();
    poolMemory.close();
  }

  private boolean connectOrEnd() throws IOException {
    if (mayCome) {
      connect();
    }
    return mayCome;
  }

  private void connect() throws IOException {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(address);
      poolSocket.join(new Channel(SocketChannel.open(address)));
      workerSocket.join(new Channel(server.accept()));
    }
  }

  private static ByteBuffer item(long number, int bytes) {
    return Frame.begin(Frame.Kind.ITEM, Long.BYTES + Integer.BYTES + bytes)
        .putLong(number)
        .putInt(1)
        .put(new byte[bytes])
        .flip();
  }

  private static void assertIsItem(Frame frame, long number, int bytes) {
    assertThat(frame).isNotNull();
    assertThat(frame.kind()).isEqualTo(Frame.Kind.ITEM);
    ByteBuffer content = frame.content();
    assertThat(content.getLong()).isEqualTo(number);
    assertThat(content.remaining()).isEqualTo(Integer.BYTES + bytes);
  }

  /** The worker says that it is there by the memory that both have. */
  @Test
  void isWorkerHere_workerSaysSo_isTrue() {
    assertThat(poolMemory.isWorkerHere()).isFalse();
    workerMemory.sayHere();
    assertThat(poolMemory.isWorkerHere()).isTrue();
  }

  /** Without a socket frames go there and back through the rings. */
  @Test
  void read_noSocketYet_framesArrive() throws Exception {
    mayCome = false;
    pool.send(List.of(item(1, 10)));
    assertIsItem(worker.read(), 1, 10);
    worker.sendFully(List.of(item(2, 10)));
    assertIsItem(pool.read(), 2, 10);
  }

  /** What does not fit into a ring is kept until the socket has come, and stays in order. */
  @Test
  void read_largeFrameBeforeSocket_comesByTheSocketInOrder() throws Exception {
    pool.send(List.of(item(1, 10)));
    pool.send(List.of(item(2, MORE_THAN_A_RING)));
    pool.send(List.of(item(3, 10)));
    assertThat(pool.hasPending()).isTrue();
    assertIsItem(worker.read(), 1, 10);
    connect();
    Thread reader = // who reads also writes what the socket has not taken at once
        Thread.ofPlatform()
            .start(() -> {
              try {
                assertIsItem(pool.read(), 4, 10);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    assertIsItem(worker.read(), 2, MORE_THAN_A_RING);
    assertIsItem(worker.read(), 3, 10);
    worker.send(List.of(item(4, 10)));
    reader.join();
  }

  /** Who waits until all is taken keeps an interrupt for later. */
  @Test
  void drain_interruptedBeforeSocket_keepsTheInterrupt() throws Exception {
    worker.send(List.of(item(1, MORE_THAN_A_RING)));
    AtomicBoolean kept = new AtomicBoolean();
    Thread sender =
        Thread.ofPlatform()
            .start(() -> {
              try {
                worker.drain();
                kept.set(Thread.interrupted());
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    Await.blocked(sender);
    sender.interrupt();
    Await.until("it waits on", () -> !sender.isInterrupted());
    connect();
    assertIsItem(pool.read(), 1, MORE_THAN_A_RING);
    sender.join();
    assertThat(kept).isTrue();
  }

  /** A reader whose socket has come sleeps, and is woken. */
  @Test
  void join_afterFrames_goesOn() throws Exception {
    pool.send(List.of(item(1, 10)));
    assertIsItem(worker.read(), 1, 10);
    connect();
    Thread reader =
        Thread.ofPlatform()
            .start(() -> {
              try {
                assertIsItem(worker.read(), 2, 10);
                worker.sendFully(List.of(item(3, 10)));
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    pool.send(List.of(item(2, 10)));
    assertIsItem(pool.read(), 3, 10);
    reader.join();
  }

  /** The other side has ended: what it has written is read, then the end comes. */
  @Test
  void read_otherSideEndsBeforeSocket_isReadToItsEnd() throws Exception {
    mayCome = false;
    worker.send(List.of(item(1, 10)));
    worker.send(List.of(item(2, 10)));
    assertIsItem(pool.read(), 1, 10);
    assertIsItem(pool.read(), 2, 10);
    assertThat(pool.read()).isNull();
  }

  /** A socket that comes when all is closed is closed too. */
  @Test
  void join_closed_closesWhatComes() throws Exception {
    pool.close();
    worker.close();
    connect();
    assertThat(poolSocket.hasPending()).isFalse();
    assertThat(workerSocket.isToCome()).isTrue();
  }

  /** A socket that comes when nobody wants it any more is closed, and the other side hears that. */
  @Test
  void join_afterClose_closesWhatComes() throws Exception {
    poolSocket.close();
    connect();
    assertThat(worker.read()).isNull();
  }

  /** Who closes ends the socket that has come. */
  @Test
  void close_socketHasCome_otherSideHearsIt() throws Exception {
    connect();
    poolSocket.close();
    assertThat(worker.read()).isNull();
  }

  /** What was kept waits for nobody after the close, and nothing more is kept. */
  @Test
  void close_beforeSocket_nothingIsKept() throws Exception {
    poolSocket.send(List.of(item(1, 10)));
    assertThat(poolSocket.hasPending()).isTrue();
    poolSocket.close();
    assertThat(poolSocket.hasPending()).isFalse();
    assertThatThrownBy(() -> poolSocket.send(List.of(item(2, 10))))
        .isInstanceOf(ClosedChannelException.class);
  }
}
