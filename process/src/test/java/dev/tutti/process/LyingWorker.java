package dev.tutti.process;

import dev.tutti.codec.Codec;
import dev.tutti.codec.Role;
import dev.tutti.process.wire.Channel;
import dev.tutti.process.wire.Claims;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.Hello;
import dev.tutti.process.wire.Introduction;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A worker that does not keep to what was agreed. */
final class LyingWorker {
  private LyingWorker() {}

  public static void main(String[] args) throws Exception {
    Introduction pool =
        Introduction.read(
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
    Claims claims = Claims.open(pool.claims());
    String secret = args[0].equals("secret") ? "0".repeat(64) : pool.secret();
    SocketChannel socket = connect(pool);
    Channel work = new Channel(socket);
    greet(work, Frame.Role.WORK, secret, args[0]);
    if (args[0].equals("secret") || args[0].equals("version")) {
      return; // it was sent away
    }
    Channel control = new Channel(connect(pool));
    greet(control, Frame.Role.CONTROL, secret, "");
    switch (args[0]) {
      case "deaf" -> Thread.sleep(600_000);
      case "nonsense" -> {
        work.read();
        socket.write(
            ByteBuffer.wrap("HTTP/1.1 400 Bad Request\r\n".getBytes(StandardCharsets.UTF_8)));
        Thread.sleep(600_000);
      }
      case "twice" -> {
        ByteBuffer item = awaitItem(work);
        long number = item.getLong();
        claims.claim(number);
        ByteBuffer result =
            Frame.begin(Frame.Kind.RESULT, 21)
                .putLong(number)
                .putLong(1)
                .put(Codec.encode(7, Role.RESULT))
                .flip();
        work.sendFully(List.of(result.duplicate(), result.duplicate()));
        claims.done(number);
        Thread.sleep(600_000);
      }
      case "half" -> { // ends within a frame
        awaitItem(work);
        socket.write(ByteBuffer.wrap(new byte[] {0, 0, 0, 90, 6, 0, 0}));
      }
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static SocketChannel connect(Introduction pool) throws IOException {
    SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
    socket.connect(UnixDomainSocketAddress.of(pool.socket()));
    return socket;
  }

  private static void greet(Channel channel, Frame.Role role, String secret, String lie)
      throws IOException {
    ByteBuffer hello = new Hello(ProcessHandle.current().pid(), role, secret).toFrame();
    if (lie.equals("version")) {
      hello.putInt(Frame.HEADER_BYTES, 99);
    }
    channel.sendFully(List.of(hello));
  }

  private static ByteBuffer awaitItem(Channel work) throws IOException {
    while (true) {
      Frame frame = java.util.Objects.requireNonNull(work.read(), "frame");
      if (frame.kind() == Frame.Kind.ITEM) {
        return frame.content();
      }
    }
  }
}
