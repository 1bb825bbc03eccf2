package dev.tutti.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tutti.Pool;
import dev.tutti.testkit.LeakCheck;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The samples of pipes. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class PipeSnippets {
  @TempDir private Path folder;

  /** The sample of {@link MessagePipe} does what it shows. */
  @Test
  void pipe_processAnswers_isAsShown() throws Exception {
    // @start region=pipe
    try (MessagePipe pipe = MessagePipe.open()) {
      PipeEnd mine = pipe.first();
      PipeEnd theirs = pipe.second();
      try (JvmProcess<Void> process =
          JvmProcess.start(() -> theirs.send("got " + theirs.receive()))) {
        mine.send(List.of(1, 2, 3));
        assertEquals("got [1, 2, 3]", mine.receive());
        process.join();
        assertThrows(EOFException.class, mine::receive); // the process has ended
      }
    }
    // @end region=pipe
  }

  /** The sample of {@link PipeEnd} does what it shows. */
  @Test
  void end_objectsAndBytes_areAsShown() throws Exception {
    // @start region=end
    try (MessagePipe pipe = MessagePipe.openOneWay()) {
      PipeEnd in = pipe.first();
      PipeEnd out = pipe.second();
      out.send("an object");
      out.sendBytes("these are bytes".getBytes(UTF_8), 10, 5);
      assertEquals("an object", in.receive());
      assertEquals("bytes", new String(in.receiveBytes(), UTF_8));
      if (in.poll(Duration.ofMillis(10))) {
        throw new AssertionError("nothing else was sent");
      }
    }
    // @end region=end
  }

  /** The sample of {@link PipeEnd#waitAny} does what it shows. */
  @Test
  void any_resultsOfWorkers_areAsShown() throws Exception {
    // @start region=any
    try (Pool pool = Pool.processes(2);
        MessagePipe one = MessagePipe.open();
        MessagePipe other = MessagePipe.open()) {
      PipeEnd atOne = one.second();
      PipeEnd atOther = other.second();
      pool.submit(() -> atOne.send("from one"));
      pool.submit(() -> atOther.send("from the other"));
      List<PipeEnd> ends = List.of(one.first(), other.first());
      for (PipeEnd ready : PipeEnd.waitAny(ends, Duration.ofSeconds(30))) {
        assertTrue(((String) ready.receive()).startsWith("from"));
      }
    }
    // @end region=any
  }

  /** The samples of {@link PipeListener} and {@link PipeClient} do what they show. */
  @Test
  void listener_clientWithKey_isAsShown() throws Exception {
    Path socket = folder.resolve("s");
    byte[] key = PipeListener.newKey();
    // @start region=listener
    SocketAddress address = UnixDomainSocketAddress.of(socket);
    try (PipeListener listener = PipeListener.open(address, key)) {
      Thread client = Thread.startVirtualThread(() -> ask(address, key)); // as a rule another JVM
      try (PipeEnd end = listener.accept()) {
        end.send("hello " + end.receive());
      }
      client.join();
    }
    // @end region=listener
  }

  private static void ask(SocketAddress address, byte[] key) {
    try {
      // @start region=client
      try (PipeEnd end = PipeClient.connect(address, key)) {
        end.send("client");
        assertEquals("hello client", end.receive());
      }
      // @end region=client
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
