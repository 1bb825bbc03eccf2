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
 */
record Connection(Introduction starter, Claims claims, Attempt attempt, LastWords lastWords) {

  /** Begins, as the standard input tells. */
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
    return new Connection(starter, claims, attempt, lastWords);
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

  /** {@return one of the two sockets, connected and greeted} */
  Channel connect(Frame.Role role) throws IOException {
    SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
    socket.connect(UnixDomainSocketAddress.of(starter.socket()));
    Channel channel = new Channel(socket);
    Hello hello = new Hello(ThisProcess.read().pid(), role, starter.secret());
    channel.sendFully(List.of(hello.toFrame()));
    return channel;
  }

  /**
   * {@return what will listen to the starter, once it is {@linkplain Control#begin begun}}
   *
   * @param line opens its socket
   */
  Control control(Control.Line line) {
    return new Control(line, attempt, starter.parent());
  }
}
