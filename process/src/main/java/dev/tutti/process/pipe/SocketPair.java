package dev.tutti.process.pipe;

import dev.tutti.process.launch.SharedFolder;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Two sockets that are connected with each other.
 *
 * @param one one of them
 * @param other the other
 */
record SocketPair(SocketChannel one, SocketChannel other) {
  /** Only this user can enter the folder, so nobody else connects meanwhile. */
  static SocketPair open() throws IOException {
    boolean interrupted = Thread.interrupted(); // it would close what is blocking here
    try (SharedFolder folder = SharedFolder.hold();
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      Path path = folder.folder().path().resolve("p" + folder.number() + ".s");
      ServerSocketChannel _ = server.bind(UnixDomainSocketAddress.of(path));
      SocketChannel one = SocketChannel.open(UnixDomainSocketAddress.of(path));
      Files.delete(path);
      return new SocketPair(one, server.accept());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
