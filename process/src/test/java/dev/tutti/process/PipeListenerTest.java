package dev.tutti.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.task.NotSendableException;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.io.EOFException;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class PipeListenerTest {
  private static final byte[] KEY = PipeListener.newKey();
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(50);

  @TempDir private Path folder;

  private SocketAddress address(boolean unix) {
    return unix
        ? UnixDomainSocketAddress.of(folder.resolve("s"))
        : new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private static SocketChannel stranger(SocketAddress address) throws IOException {
    return SocketChannel.open(address);
  }

  /**
   * Ends that both have the key exchange messages in both directions, over either kind of socket.
   */
  @SuppressWarnings("try") // it is closed on purpose
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void accept_sameKey_messagesCross(boolean unix) throws Exception {
    try (PipeListener listener = PipeListener.open(address(unix), KEY);
        PipeEnd client = PipeClient.connect(listener.address(), KEY.clone());
        PipeEnd server = listener.accept(LONG)) {
      client.send(List.of("a", 1));
      assertThat(server.receive()).isEqualTo(List.of("a", 1));
      server.sendBytes(new byte[] {1, 2});
      assertThat(client.receiveBytes()).containsExactly(1, 2);
      assertThatThrownBy(() -> server.send(client))
          .isInstanceOf(NotSendableException.class)
          .hasMessageContaining("stays in its process");
      listener.close();
      server.send("after the listener is closed");
      assertThat(client.receive()).isEqualTo("after the listener is closed");
      client.close();
      assertThatThrownBy(server::receive).isInstanceOf(EOFException.class);
    }
    assertThat(folder).isEmptyDirectory();
  }

  /**
   * A wrong key is refused, and both sides say so; who has the key is let in meanwhile and after.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void connect_wrongKey_bothSidesSaySo(boolean unix) throws Exception {
    try (PipeListener listener = PipeListener.open(address(unix), KEY)) {
      assertThatThrownBy(() -> PipeClient.connect(listener.address(), PipeListener.newKey()))
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("has another key, and has refused this one");
      Await.until("it is noted", () -> listener.lastRefusal().isPresent());
      assertThatThrownBy(() -> listener.accept(SHORT))
          .isInstanceOf(SocketTimeoutException.class)
          .hasRootCauseMessage("a client has another key, and was refused");
      try (PipeEnd client = PipeClient.connect(listener.address(), KEY);
          PipeEnd server = listener.accept(LONG)) {
        client.send(1);
        assertThat(server.receive()).isEqualTo(1);
      }
    }
  }

  /** A listener that does not have the key, but says that all is well, is not believed. */
  @Test
  void connect_listenerWithoutKey_isNotBelieved() throws Exception {
    try (ServerSocketChannel liar = ServerSocketChannel.open()) {
      liar.bind(address(false));
      CompletableFuture<Void> lies =
          CompletableFuture.runAsync(() -> {
            try (SocketChannel socket = liar.accept()) {
              socket.write(hello(ByteBuffer.allocate(40)));
              ByteBuffer answer = ByteBuffer.allocate(72);
              while (answer.hasRemaining()) {
                socket.read(answer);
              }
              // It gives the client's own proof back.
              socket.write(
                  ByteBuffer.allocate(33).put((byte) 1).put(answer.flip().position(40)).flip());
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          });
      assertThatThrownBy(() -> PipeClient.connect(liar.getLocalAddress(), KEY))
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("does not have the key");
      Await.result(lies);
    }
  }

  private static ByteBuffer hello(ByteBuffer bytes) {
    return bytes.putInt(0x54504950).putInt(1).position(bytes.capacity()).flip();
  }

  /**
   * Clients that say nothing hold up nobody, and do not wait for ever for a listener that says
   * nothing.
   */
  @Test
  void accept_silentClients_othersAreLetIn() throws Exception {
    try (PipeListener listener = PipeListener.open(address(true), KEY)) {
      List<SocketChannel> silent = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        silent.add(stranger(listener.address()));
      }
      try (PipeEnd client = PipeClient.connect(listener.address(), KEY);
          PipeEnd server = listener.accept(LONG)) {
        client.send("in");
        assertThat(server.receive()).isEqualTo("in");
      }
      for (SocketChannel socket : silent) {
        socket.close();
      }
    }
    try (ServerSocketChannel mute = ServerSocketChannel.open()) {
      mute.bind(address(false));
      assertThatThrownBy(() -> PipeClient.connect(mute.getLocalAddress(), KEY, SHORT))
          .isInstanceOf(SocketTimeoutException.class)
          .hasMessageContaining("does not answer");
    }
  }

  /** Whatever strangers say, nothing of it is read as a message, and the listener goes on. */
  @Test
  void accept_nonsense_listenerGoesOn() throws Exception {
    SplittableRandom random = new SplittableRandom(4);
    try (PipeListener listener = PipeListener.open(address(true), KEY)) {
      for (int i = 0; i < 200; i++) {
        byte[] nonsense = new byte[random.nextInt(1, 200)];
        random.nextBytes(nonsense);
        if (i % 3 == 0 && nonsense.length >= 8) {
          hello(ByteBuffer.wrap(nonsense));
        }
        try (SocketChannel socket = stranger(listener.address())) {
          socket.write(ByteBuffer.wrap(nonsense));
          awaitEnd(socket);
        }
      }
      Await.until(
          "it is sent away, as the last one",
          () -> {
            speakHttp(listener.address()); // again: an earlier one may be refused later
            return listener
                .lastRefusal()
                .filter(e -> e instanceof StreamCorruptedException)
                .filter(e -> String.valueOf(e.getMessage()).contains("is no pipe of Tutti"))
                .isPresent();
          });
      try (PipeEnd client = PipeClient.connect(listener.address(), KEY);
          PipeEnd server = listener.accept(LONG)) {
        client.send("in");
        assertThat(server.receive()).isEqualTo("in");
      }
    }
  }

  /** Says no more, and reads until the listener has closed the connection. */
  private static void speakHttp(SocketAddress address) throws IOException {
    try (SocketChannel socket = stranger(address)) {
      socket.write(
          ByteBuffer.wrap("GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(4).getBytes(US_ASCII)));
      awaitEnd(socket);
    }
  }

  private static void awaitEnd(SocketChannel socket) throws IOException {
    socket.shutdownOutput();
    try {
      ByteBuffer bytes = ByteBuffer.allocate(100);
      while (socket.read(bytes.clear()) >= 0) {
        assertThat(bytes.position()).isPositive();
      }
    } catch (IOException reset) {
      assertThat(reset).hasMessageContaining("reset");
    }
  }

  /**
   * Closing a listener ends who waits to be accepted and who waits to accept, and frees the
   * address.
   */
  @SuppressWarnings("try") // it is closed on purpose
  @Test
  void close_threadsWait_theyEnd() throws Exception {
    SocketAddress address = address(true);
    PipeListener listener = PipeListener.open(address, KEY);
    CompletableFuture<PipeEnd> accepting = new CompletableFuture<>();
    Thread thread =
        Thread.startVirtualThread(() -> {
          try {
            accepting.complete(listener.accept());
          } catch (Exception e) {
            accepting.completeExceptionally(e);
          }
        });
    Await.blocked(thread);
    listener.close();
    listener.close();
    assertThatThrownBy(() -> Await.result(accepting))
        .hasCauseInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> PipeClient.connect(address, KEY)).isInstanceOf(IOException.class);
    try (PipeListener next = PipeListener.open(address, KEY);
        PipeEnd client = PipeClient.connect(address, KEY)) {
      assertThat(next.toString()).contains(folder.toString());
      next.close(); // it was let in and not accepted
      assertThatThrownBy(client::receive).isInstanceOf(EOFException.class);
    }
    assertThat(folder).isEmptyDirectory();
  }

  /** An address is one listener's; what a killed one has left there is no one's. */
  @Test
  void open_addressInUse_isRefusedAndLeftOverIsReplaced() throws Exception {
    SocketAddress address = address(true);
    try (PipeListener _ = PipeListener.open(address, KEY)) {
      assertThatThrownBy(() -> PipeListener.open(address, KEY)).isInstanceOf(BindException.class);
    }
    ServerSocketChannel leaves = ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX);
    leaves.bind(address);
    leaves.close(); // its file stays
    assertThat(folder.resolve("s")).exists();
    try (PipeListener listener = PipeListener.open(address, KEY);
        PipeEnd client = PipeClient.connect(address, KEY);
        PipeEnd server = listener.accept(LONG)) {
      client.send(1);
      assertThat(server.receive()).isEqualTo(1);
    }
    Files.writeString(folder.resolve("s"), "a file of somebody");
    assertThatThrownBy(() -> PipeListener.open(address, KEY)).isInstanceOf(IOException.class);
    assertThat(folder.resolve("s")).hasContent("a file of somebody");
  }

  /** Only addresses of this machine, and keys of some length, are taken. */
  @Test
  void open_addressOfOthers_isRefused() {
    for (SocketAddress far :
        List.of(
            new InetSocketAddress(0),
            new InetSocketAddress("192.0.2.1", 7),
            InetSocketAddress.createUnresolved("localhost", 7))) {
      assertThatThrownBy(() -> PipeListener.open(far, KEY))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("loopback");
      assertThatThrownBy(() -> PipeClient.connect(far, KEY))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> PipeListener.open(address(true), new byte[15]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("key must have at least 16 bytes: bytes=15");
  }

  /**
   * Two JVMs that know nothing of each other but an address and a key talk, until one is killed.
   */
  @Test
  void connect_unrelatedJvm_talksUntilItIsKilled() throws Exception {
    Path socket = folder.resolve("s");
    try (PipeListener listener = PipeListener.open(UnixDomainSocketAddress.of(socket), KEY);
        ParentJvm jvm =
            ParentJvm.start(
                Client.class, List.of(), socket.toString(), HexFormat.of().formatHex(KEY));
        PipeEnd end = listener.accept(LONG)) {
      assertThat(end.receive()).isEqualTo(jvm.handle().pid());
      end.send("to the other JVM");
      assertThat(end.receive()).isEqualTo("got to the other JVM");
      Os.signal("KILL", jvm.handle().pid());
      assertThatThrownBy(end::receive).isInstanceOf(EOFException.class);
    }
    assertThat(folder).isEmptyDirectory();
  }

  /** The other JVM. */
  static final class Client {
    private Client() {}

    public static void main(String[] args) throws Exception {
      try (PipeEnd end =
          PipeClient.connect(
              UnixDomainSocketAddress.of(args[0]), HexFormat.of().parseHex(args[1]))) {
        end.send(ProcessHandle.current().pid());
        end.send("got " + end.receive());
        end.receive();
      }
    }
  }
}
