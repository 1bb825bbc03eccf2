package dev.tutti.bench.parts;

import dev.tutti.memory.sync.ProcessSemaphore;
import dev.tutti.process.wire.Channel;
import dev.tutti.process.wire.Claims;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.WorkChannel;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** One way to wake another thread and to be woken by it. */
interface WakeUp {
  /** Wakes the other thread, and sleeps until it has woken this one. */
  void thereAndBack() throws Exception;

  /** Ends the other thread. */
  default void close() throws Exception {}

  /** Parked and unparked; the counts tell that it was no other wake-up. */
  final class Park implements WakeUp {
    private volatile long there;
    private volatile long back;
    private volatile boolean closed;
    private volatile Thread caller = Thread.currentThread();
    private final Thread other = Thread.ofPlatform().daemon().start(this::answer);

    private void answer() {
      long seen = 0;
      while (!closed) {
        if (there == seen) {
          LockSupport.park(this);
        } else {
          seen++;
          back = seen;
          LockSupport.unpark(caller);
        }
      }
    }

    @Override
    public void thereAndBack() {
      caller = Thread.currentThread();
      long next = back + 1;
      there = next;
      LockSupport.unpark(other);
      while (back != next) {
        LockSupport.park(this);
      }
    }

    @Override
    public void close() throws InterruptedException {
      closed = true;
      LockSupport.unpark(other);
      other.join();
    }
  }

  /** Two sockets, joined. */
  record Pair(SocketChannel one, SocketChannel two) {
    static Pair open() throws IOException {
      Path folder = Files.createTempDirectory("tutti-bench-");
      UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
      try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        server.bind(address);
        return new Pair(SocketChannel.open(address), server.accept());
      } finally {
        Files.deleteIfExists(address.getPath());
        Files.delete(folder);
      }
    }
  }

  /** A byte there, a byte back. */
  final class Socket implements WakeUp {
    private final Pair pair = Pair.open();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1);
    private final Thread other = Thread.ofPlatform().daemon().start(this::answer);

    Socket() throws IOException {}

    private void answer() {
      ByteBuffer own = ByteBuffer.allocateDirect(1);
      try (SocketChannel socket = pair.two()) {
        while (socket.read(own.clear()) == 1) {
          socket.write(own.flip());
        }
      } catch (IOException closed) {
        // that ends it
      }
    }

    @Override
    public void thereAndBack() throws IOException {
      pair.one().write(buffer.clear());
      pair.one().read(buffer.clear());
    }

    @Override
    public void close() throws Exception {
      pair.one().close();
      other.join();
    }
  }

  /** A permit there, a permit back. */
  final class Semaphore implements WakeUp {
    private final ProcessSemaphore there = ProcessSemaphore.create(0);
    private final ProcessSemaphore back = ProcessSemaphore.create(0);
    private final Thread other = Thread.ofPlatform().daemon().start(this::answer);

    private void answer() {
      try {
        while (true) {
          there.acquire();
          back.release();
        }
      } catch (InterruptedException closed) {
        // that ends it
      }
    }

    @Override
    public void thereAndBack() throws InterruptedException {
      there.release();
      back.acquire();
    }

    @Override
    public void close() throws InterruptedException {
      other.interrupt();
      other.join();
    }
  }

  /** An item there, an item back. */
  final class Frames implements WakeUp {
    private final Claims claims = Claims.create();
    private final WorkChannel here;
    private final WorkChannel away;
    private final Thread other;

    Frames() throws IOException {
      Pair pair = Pair.open();
      here = new WorkChannel(new Channel(pair.one()), claims, Claims.End.POOL);
      Claims workers = Claims.open(claims.handle());
      away = new WorkChannel(new Channel(pair.two()), workers, Claims.End.WORKER);
      other = Thread.ofPlatform().daemon().start(this::answer);
    }

    private static List<ByteBuffer> item() {
      ByteBuffer frame = Frame.begin(Frame.Kind.ITEM, Long.BYTES + Integer.BYTES);
      return List.of(frame.putLong(1).putInt(1).flip());
    }

    private void answer() {
      try {
        while (away.read() != null) {
          away.send(item());
        }
      } catch (IOException closed) {
        // that ends it
      }
    }

    @Override
    public void thereAndBack() throws IOException {
      here.send(item());
      if (here.read() == null) {
        throw new IOException("the other side has ended");
      }
    }

    @Override
    public void close() throws Exception {
      here.close();
      other.join();
      away.close();
      claims.close();
    }
  }
}
