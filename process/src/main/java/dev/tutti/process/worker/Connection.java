package dev.tutti.process.worker;

import dev.tutti.process.wire.Channel;
import dev.tutti.process.wire.Claims;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.Hello;
import dev.tutti.process.wire.Introduction;
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
import java.util.concurrent.locks.LockSupport;

/**
 * What this JVM has once it has reached the one that started it.
 *
 * @param starter what that one said
 * @param claims the words that both map
 * @param attempt what runs here, on the thread that has connected
 * @param lastWords what is recorded at a sudden end
 * @param work where tasks come and outcomes go
 * @param control what listens to the starter meanwhile
 */
record Connection(
    Introduction starter,
    Claims claims,
    Attempt attempt,
    LastWords lastWords,
    Channel work,
    Control control) {

  /** Connects, as the standard input tells. From then on this JVM ends with its starter. */
  static Connection open() throws IOException {
    JdkFloor.ensure();
    Introduction starter =
        Introduction.read(
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
    System.setIn(InputStream.nullInputStream()); // what a task reads is not for the worker's pool
    Thread.currentThread().setName(starter.worker());

    Claims claims = Claims.open(starter.claims());
    Attempt attempt = new Attempt(Thread.currentThread());
    LastWords lastWords = new LastWords(claims, attempt);
    recordAtTheEnd(lastWords);

    Channel work = connect(starter, Frame.Role.WORK);
    Control control = new Control(connect(starter, Frame.Role.CONTROL), attempt, starter.parent());
    Thread.ofPlatform().daemon().name("tutti-control").start(control);
    return new Connection(starter, claims, attempt, lastWords, work, control);
  }

  private static void recordAtTheEnd(LastWords lastWords) {
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(lastWords, "tutti-last-words"));
    } catch (IllegalStateException alreadyEnding) {
      while (true) {
        LockSupport
            .park(); // the status of this JVM is that of what ends it, not of an exception here
      }
    }
  }

  private static Channel connect(Introduction starter, Frame.Role role) throws IOException {
    SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
    socket.connect(UnixDomainSocketAddress.of(starter.socket()));
    Channel channel = new Channel(socket);
    Hello hello = new Hello(ThisProcess.read().pid(), role, starter.secret());
    channel.sendFully(List.of(hello.toFrame()));
    return channel;
  }
}
