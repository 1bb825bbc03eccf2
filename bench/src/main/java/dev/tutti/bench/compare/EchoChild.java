package dev.tutti.bench.compare;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** The other side of the bare limit: sends back each byte, until its socket ends. */
final class EchoChild {
  private EchoChild() {}

  public static void main(String[] args) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(1);
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(Path.of(args[0])))) {
      while (channel.read(buffer.clear()) == 1) {
        channel.write(buffer.flip());
      }
    }
  }
}
