package dev.tutti.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.task.NotSendableException;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.math.BigInteger;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What goes through a pipe, as it was sent or not at all. */
@Tag("unit")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class PipeMessagesTest {
  private static final byte[] LETTERS = "abcdefghijklmnopqrstuvwxyz".getBytes(UTF_8);

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
        Background.run(() -> {
          one.send("before");
          one.sendBytes(large);
          one.send("after");
        });
    assertThat(other.receive()).isEqualTo("before");
    assertThat(Arrays.equals(other.receiveBytes(), large)).isTrue();
    assertThat(other.receive()).isEqualTo("after");
    Await.result(sending);
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
}
