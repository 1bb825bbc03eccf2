package dev.tutti.process.pipe;

import dev.tutti.process.launch.SharedFolder;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedByInterruptException;
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
  /** An interrupt would close what is blocking here: it is kept, and the pair made anew. */
  static SocketPair open() throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return connect();
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Only this user can enter the folder, so nobody else connects meanwhile. */
  private static SocketPair connect() throws IOException {
    try (SharedFolder folder = SharedFolder.hold();
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      Path path = folder.folder().path().resolve("p" + folder.number() + ".s");
      SocketChannel one = SocketChannel.open(StandardProtocolFamily.UNIX);
      SocketChannel other = null;
      try {
        ServerSocketChannel _ = server.bind(UnixDomainSocketAddress.of(path));
        boolean _ = one.connect(UnixDomainSocketAddress.of(path));
        other = server.accept();
        return new SocketPair(one, other);
      } finally {
        Files.deleteIfExists(path);
        if (other == null) {
          Exchange.close(one);
        }
      }
    }
  }
}
