package dev.tutti.bench.compare;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The least that two JVMs on this machine need: one byte there and back over a Unix-domain socket,
 * both sides blocking; and for the start, JVMs that do nothing but answer one byte.
 */
final class BareColumn implements Column {
  private final Path folder;
  private final List<Echo> warm;

  private BareColumn(Path folder, List<Echo> warm) {
    this.folder = folder;
    this.warm = warm;
  }

  static BareColumn open(Row row, int workers) throws IOException {
    Path folder = Files.createTempDirectory("tutti-bench-");
    return new BareColumn(folder, row == Row.START ? List.of() : start(folder, 1));
  }

  @Override
  public Sample run(Row row, int items, List<Path> files) throws IOException {
    return switch (row) {
      case ROUNDTRIP -> {
        Echo echo = warm.getFirst();
        List<Integer> results = new ArrayList<>(items);
        long begin = System.nanoTime();
        for (int i = 0; i < items; i++) {
          results.add(echo.ask(1));
        }
        yield Sample.of(System.nanoTime() - begin, results);
      }
      case ROUNDTRIP_QUIET -> {
        Echo echo = warm.getFirst();
        List<Integer> results = new ArrayList<>(items);
        long nanos = 0;
        for (int i = 0; i < items; i++) {
          Column.pause();
          long begin = System.nanoTime();
          results.add(echo.ask(1));
          nanos += System.nanoTime() - begin;
        }
        yield Sample.of(nanos, results);
      }
      case START -> {
        List<Integer> results = new ArrayList<>(items);
        long begin = System.nanoTime();
        List<Echo> echoes = start(folder, items);
        for (int i = 0; i < items; i++) {
          results.add(echoes.get(i).ask(i));
        }
        long nanos = System.nanoTime() - begin;
        close(echoes);
        yield Sample.of(nanos, results);
      }
      default -> throw new IllegalArgumentException("no limit for " + row);
    };
  }

  private static List<Echo> start(Path folder, int count) throws IOException {
    Path socket = folder.resolve("echo");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      List<Process> processes = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        processes.add(
            new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    EchoChild.class.getName(),
                    socket.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
      }
      List<Echo> echoes = new ArrayList<>();
      for (Process process : processes) {
        echoes.add(new Echo(process, server.accept(), ByteBuffer.allocateDirect(1)));
      }
      return echoes;
    } finally {
      Files.deleteIfExists(socket);
    }
  }

  @Override
  public void close() throws IOException {
    close(warm);
    Files.delete(folder);
  }

  /**
   * First all sockets: they were accepted in any order, so an echo may not hold its own process.
   */
  private static void close(List<Echo> echoes) throws IOException {
    for (Echo echo : echoes) {
      echo.channel.close();
    }
    for (Echo echo : echoes) {
      echo.process.onExit().join();
    }
  }

  /** One JVM that sends back what it gets. */
  private record Echo(Process process, SocketChannel channel, ByteBuffer buffer) {
    int ask(int number) throws IOException {
      buffer.clear().put((byte) number).flip();
      channel.write(buffer);
      buffer.clear();
      if (channel.read(buffer) != 1) {
        throw new IOException("the other JVM is gone: pid=" + process.pid());
      }
      return buffer.get(0);
    }
  }
}
