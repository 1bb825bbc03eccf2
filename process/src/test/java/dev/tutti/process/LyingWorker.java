package dev.tutti.process;

import dev.tutti.codec.Codec;
import dev.tutti.codec.Role;
import dev.tutti.memory.segment.Segment;
import dev.tutti.process.wire.Channel;
import dev.tutti.process.wire.Claims;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.Hello;
import dev.tutti.process.wire.Introduction;
import dev.tutti.process.wire.WorkChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.ValueLayout;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A worker that does not keep to what was agreed. */
final class LyingWorker {
  private static final int RING_BYTES = (1 << 18) + 192;

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
    WorkChannel items = new WorkChannel(work, claims, Claims.End.WORKER);
    switch (args[0]) {
      case "deaf" -> Thread.sleep(600_000);
      case "nonsense" -> {
        work.read();
        socket.write(
            ByteBuffer.wrap("HTTP/1.1 400 Bad Request\r\n".getBytes(StandardCharsets.UTF_8)));
        Thread.sleep(600_000);
      }
      case "twice" -> {
        ByteBuffer item = awaitItem(items);
        long number = item.getLong();
        claims.claim(number);
        byte[] seven = Codec.encode(7, Role.RESULT);
        ByteBuffer result =
            Frame.begin(Frame.Kind.RESULT, 2 * Long.BYTES + seven.length)
                .putLong(number)
                .putLong(1)
                .put(seven)
                .flip();
        items.sendFully(List.of(result.duplicate(), result.duplicate()));
        claims.done(number);
        Thread.sleep(600_000);
      }
      case "ring" -> { // says that more has come than a ring can hold
        ByteBuffer item = awaitItem(items);
        items.sendFully(List.of(progress(item)));
        try (Segment memory = Segment.open(pool.claims())) {
          memory
              .memory()
              .set(ValueLayout.JAVA_LONG, memory.memory().byteSize() - 2 * RING_BYTES, -9);
        }
        work.sendFully(List.of(Frame.begin(Frame.Kind.BELL, 0).flip()));
        Thread.sleep(600_000);
      }
      case "both" -> { // goes on by the socket without a word
        ByteBuffer item = awaitItem(items);
        items.sendFully(List.of(progress(item)));
        work.sendFully(List.of(progress(item)));
        Thread.sleep(600_000);
      }
      case "half" -> { // ends within a frame
        awaitItem(items);
        socket.write(ByteBuffer.wrap(new byte[] {0, 0, 0, 90, 6, 0, 0}));
      }
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static ByteBuffer progress(ByteBuffer item) {
    return Frame.begin(Frame.Kind.PROGRESS, 2 * Long.BYTES)
        .putLong(item.getLong(item.position()))
        .putDouble(0.5)
        .flip();
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

  private static ByteBuffer awaitItem(WorkChannel work) throws IOException {
    while (true) {
      Frame frame = java.util.Objects.requireNonNull(work.read(), "frame");
      if (frame.kind() == Frame.Kind.ITEM) {
        return frame.content();
      }
    }
  }
}
