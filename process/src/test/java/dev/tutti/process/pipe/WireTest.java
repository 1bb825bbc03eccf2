package dev.tutti.process.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.process.launch.SharedFolder;
import dev.tutti.testkit.LeakCheck;
import java.io.EOFException;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A wire whose other side is a bare socket that says what it likes. */
@Tag("unit")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class WireTest {
  private SharedFolder folder;
  private SocketChannel peer;
  private Wire wire;

  @BeforeEach
  void hold() throws IOException {
    folder = SharedFolder.hold(); // or each pair of sockets would make it anew
    open();
  }

  @AfterEach
  void letGo() throws IOException {
    close();
    folder.close();
  }

  private void open() throws IOException {
    SocketPair pair = SocketPair.open();
    peer = pair.one();
    wire = new Wire(pair.other());
  }

  private void close() throws IOException {
    wire.close();
    peer.close();
  }

  private static ByteBuffer message(int length, int kind, int content) {
    return ByteBuffer.allocate(5 + content).putInt(length).put((byte) kind).rewind();
  }

  private void says(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      peer.write(bytes);
    }
  }

  /** A length or kind that no message has ends the pipe at once, on both sides, and says why. */
  @Test
  void receive_lie_pipeIsClosedWithClearError() throws Exception {
    List<ByteBuffer> lies =
        List.of(
            message(-1, 1, 0),
            message(Integer.MIN_VALUE, 1, 0),
            message(Integer.MAX_VALUE, 1, 0),
            message(3, 2, 3),
            message(3, -1, 3));
    for (ByteBuffer lie : lies) {
      says(message(2, 1, 2));
      says(lie);
      assertThat(wire.receive(Message.Kind.BYTES)).hasSize(2);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> wire.receive(Message.Kind.BYTES))
            .isInstanceOf(StreamCorruptedException.class)
            .hasMessageContaining("what came through the pipe is no message");
      }
      assertThat(wire.poll(Deadline.NOW)).isTrue();
      assertThatThrownBy(() -> wire.send(Message.Kind.BYTES, ByteBuffer.allocate(1)))
          .isInstanceOf(IOException.class);
      assertThat(peer.read(ByteBuffer.allocate(1))).as("the peer is told").isEqualTo(-1);
      close();
      open();
    }
  }

  /**
   * Who finds a lie wakes those who wait for several wires: nothing shows at the socket any more.
   */
  @Test
  void receive_lieWhileOthersWatch_theyAreWoken() throws Exception {
    says(message(2, 1, 2));
    says(message(-1, 1, 0));
    assertThat(wire.receive(Message.Kind.BYTES)).hasSize(2);
    try (Selector watcher = Selector.open()) {
      wire.watch(watcher);
      assertThat(watcher.selectNow()).as("both have been read").isZero();
      assertThatThrownBy(() -> wire.receive(Message.Kind.BYTES))
          .isInstanceOf(StreamCorruptedException.class);
      assertThat(watcher.select()).as("it is woken, or this does not come back").isZero();
      wire.unwatch(watcher);
    }
  }

  /**
   * A length of which little comes claims no memory, and its end is told as one within a message.
   */
  @Test
  void receive_endsWithinMessage_saysSo() throws Exception {
    says(message(Message.MAX_BYTES, 1, 100));
    assertThat(wire.poll(Deadline.NOW)).isFalse();
    peer.close();
    assertThatThrownBy(() -> wire.receive(Message.Kind.BYTES))
        .isInstanceOf(EOFException.class)
        .hasMessageContaining("in the middle of a message");
  }

  /** An end within the head of a message is one within a message too. */
  @Test
  void receive_endsWithinHead_saysSo() throws Exception {
    says(ByteBuffer.allocate(3));
    peer.close();
    assertThatThrownBy(() -> wire.receive(Message.Kind.OBJECT))
        .isInstanceOf(EOFException.class)
        .hasMessageContaining("in the middle of a message");
  }

  /** However the bytes are cut, and into pieces of any size, the same messages come out. */
  @Test
  void next_anyCut_sameMessages() throws Exception {
    SplittableRandom random = new SplittableRandom(7);
    int[] lengths = {0, 1, 5, 70_000, 0, 3_000_000, 12};
    ByteBuffer stream = ByteBuffer.allocate(4_000_000);
    for (int length : lengths) {
      byte[] content = new byte[length];
      random.nextBytes(content);
      Message.putHeader(stream, Message.Kind.BYTES, length).put(content);
    }
    stream.flip();
    for (int room : new int[] {5, 6, 64, 1 << 16}) {
      MessageParser parser = new MessageParser();
      ByteBuffer in = ByteBuffer.allocate(room).flip();
      List<Integer> got = new ArrayList<>();
      ByteBuffer rest = stream.duplicate();
      while (rest.hasRemaining() || in.hasRemaining()) {
        Message message = parser.next(in);
        if (message != null) {
          got.add(message.content().length);
          continue;
        }
        in.compact();
        int take =
            Math.min(Math.min(in.remaining(), rest.remaining()), random.nextInt(1, room + 1));
        in.put(rest.slice(rest.position(), take));
        rest.position(rest.position() + take);
        in.flip();
      }
      Message last = parser.next(in);
      if (last != null) {
        got.add(last.content().length);
      }
      assertThat(got).containsExactly(0, 1, 5, 70_000, 0, 3_000_000, 12);
      assertThat(parser.isInside()).isFalse();
    }
  }

  /** Whatever damaged bytes come, a reader gets messages, then an exception, and never hangs. */
  @Test
  void receive_damagedStreams_alwaysEnds() throws Exception {
    SplittableRandom random = new SplittableRandom(11);
    for (int round = 0; round < 300; round++) {
      ByteBuffer stream = ByteBuffer.allocate(400);
      while (stream.remaining() > 60) {
        int length = random.nextInt(0, 40);
        Message.putHeader(stream, Message.Kind.BYTES, length).position(stream.position() + length);
      }
      stream.flip();
      for (int flips = random.nextInt(0, 4); flips > 0; flips--) {
        stream.put(random.nextInt(stream.limit()), (byte) random.nextInt());
      }
      says(stream);
      peer.close();
      IOException end = null;
      while (end == null) {
        try {
          wire.receive(Message.Kind.BYTES);
        } catch (IllegalStateException otherKind) {
          wire.receive(Message.Kind.OBJECT);
        } catch (EOFException | StreamCorruptedException e) {
          end = e;
        }
      }
      close();
      open();
    }
  }
}
