package dev.tutti.process.worker;

import dev.tutti.process.wire.Channel;
import dev.tutti.process.wire.Claims;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.Hello;
import dev.tutti.process.wire.Introduction;
import dev.tutti.spi.Belongings;
import dev.tutti.spi.JdkFloor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Where a worker JVM begins. */
public final class WorkerMain {
  private WorkerMain() {}

  /**
   * Runs the items of one pool until it says that there will be no more, or is gone.
   *
   * @param args none
   * @throws IOException if the pool cannot be reached
   */
  public static void main(String[] args) throws IOException {
    JdkFloor.ensure(Runtime.version());
    Introduction pool =
        Introduction.read(
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
    System.setIn(InputStream.nullInputStream()); // what a task reads is not for the worker's pool
    Thread.currentThread().setName(pool.worker());

    Claims claims = Claims.open(pool.claims());
    Attempt attempt = new Attempt(Thread.currentThread());
    LastWords lastWords = new LastWords(claims, attempt);
    Runtime.getRuntime().addShutdownHook(new Thread(lastWords, "tutti-last-words"));

    Channel work = connect(pool, Frame.Role.WORK);
    Channel control = connect(pool, Frame.Role.CONTROL);
    Thread.ofPlatform()
        .daemon()
        .name("tutti-control")
        .start(new Control(control, attempt, pool.parent()));

    try (Belongings belongings = new Belongings()) {
      new ItemLoop(work, claims, attempt, belongings, new HeapWatch(pool.heapBound())).run();
      lastWords.isLeaving();
    } catch (IOException brokenChannel) {
      System.err.println("tutti: worker lost its pool: " + brokenChannel);
    }
    lastWords.isLeaving();
    System.exit(0); // threads that tasks have left behind do not keep the worker
  }

  private static Channel connect(Introduction pool, Frame.Role role) throws IOException {
    SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
    socket.connect(UnixDomainSocketAddress.of(pool.socket()));
    Channel channel = new Channel(socket);
    Hello hello = new Hello(ProcessHandle.current().pid(), role, pool.secret());
    channel.sendFully(List.of(hello.toFrame()));
    return channel;
  }
}
