package dev.tutti.process;

import dev.tutti.Pool;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;

/**
 * A provider of sockets that a program brings: the JDK's under another name. And a program that
 * prints which one its workers use.
 */
public final class OwnSelectors extends SelectorProvider {
  private final SelectorProvider jdks;

  /**
   * Is called by the JDK.
   *
   * @throws ReflectiveOperationException if the JDK's may not be used
   */
  public OwnSelectors() throws ReflectiveOperationException {
    jdks =
        Class.forName("sun.nio.ch.EPollSelectorProvider")
            .asSubclass(SelectorProvider.class)
            .getConstructor()
            .newInstance();
  }

  /**
   * Prints it for a worker, and for a worker of that.
   *
   * @param args nothing
   */
  public static void main(String[] args) throws Exception {
    try (Pool pool = Pool.open(ProcessOptions.DEFAULTS.withWorkers(1))) {
      System.out.println(pool.submit(OwnSelectors::used).get());
      System.out.println(pool.submit(OwnSelectors::usedByNested).get());
    }
  }

  private static String usedByNested() throws Exception {
    try (Pool pool = Pool.open(ProcessOptions.DEFAULTS.withWorkers(1))) {
      return pool.submit(OwnSelectors::used).get();
    }
  }

  private static String used() {
    return SelectorProvider.provider().getClass().getSimpleName()
        + " named="
        + (System.getProperty(SelectorProvider.class.getName()) != null);
  }

  @Override
  public DatagramChannel openDatagramChannel() throws IOException {
    return jdks.openDatagramChannel();
  }

  @Override
  public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
    return jdks.openDatagramChannel(family);
  }

  @Override
  public Pipe openPipe() throws IOException {
    return jdks.openPipe();
  }

  @Override
  public AbstractSelector openSelector() throws IOException {
    return jdks.openSelector();
  }

  @Override
  public ServerSocketChannel openServerSocketChannel() throws IOException {
    return jdks.openServerSocketChannel();
  }

  @Override
  public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
    return jdks.openServerSocketChannel(family);
  }

  @Override
  public SocketChannel openSocketChannel() throws IOException {
    return jdks.openSocketChannel();
  }

  @Override
  public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
    return jdks.openSocketChannel(family);
  }
}
