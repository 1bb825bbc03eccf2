package dev.tutti.bench.compare;

import dev.tutti.Pool;
import dev.tutti.memory.sync.ProcessEvent;
import dev.tutti.memory.sync.ProcessLock;
import dev.tutti.memory.sync.ProcessSemaphore;
import dev.tutti.process.MessagePipe;
import dev.tutti.process.PipeEnd;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Waiting for each other: this JVM, and a task in a worker of a pool. */
final class WaitColumn implements Column {
  private static final int WAITERS = 1_000;

  private final Pool pool;
  private final ProcessLock lock = ProcessLock.create();
  private final ProcessSemaphore ready = ProcessSemaphore.create(0);
  private final ProcessSemaphore here = ProcessSemaphore.create(0);
  private final ProcessSemaphore there = ProcessSemaphore.create(0);
  private final ProcessEvent ping = ProcessEvent.create();
  private final ProcessEvent pong = ProcessEvent.create();

  private WaitColumn(Pool pool) {
    this.pool = pool;
  }

  static WaitColumn open(Row row) {
    WaitColumn made = new WaitColumn(Pool.processes(1));
    made.pool.warm();
    if (row == Row.IDLE) {
      made.startWaiters();
    }
    return made;
  }

  private void startWaiters() {
    for (int i = 0; i < WAITERS; i++) {
      Thread.ofPlatform().daemon().start(here::acquireUninterruptibly);
    }
  }

  @Override
  public Sample run(Row row, int items, List<Path> files) throws Exception {
    return switch (row) {
      case LOCK -> lock(items);
      case LOCK_TWO -> lockTwo(items);
      case SEMAPHORE -> semaphore(items);
      case EVENT -> event(items);
      case PIPE -> pipe(items);
      case IDLE -> idle(items);
      default -> throw new IllegalArgumentException("no waiting in row " + row);
    };
  }

  @SuppressWarnings("LockNotBeforeTry") // as Python's acquire and release: nothing is between
  private static void lockAndUnlock(ProcessLock lock, int times) {
    for (int i = 0; i < times; i++) {
      lock.lock();
      lock.unlock();
    }
  }

  private Sample lock(int times) {
    long begin = System.nanoTime();
    lockAndUnlock(lock, times);
    return Sample.of(System.nanoTime() - begin, times);
  }

  /** From when both are there until both have done their half. */
  private Sample lockTwo(int times) throws Exception {
    ProcessLock shared = lock;
    ProcessSemaphore started = ready;
    ProcessSemaphore go = here;
    int half = times / 2;
    Future<?> other =
        pool.submit(() -> {
          started.release();
          go.acquire();
          lockAndUnlock(shared, half);
        });
    started.acquire();
    go.release();
    long begin = System.nanoTime();
    lockAndUnlock(shared, half);
    other.get();
    return Sample.of(System.nanoTime() - begin, times);
  }

  private Sample semaphore(int times) throws Exception {
    ProcessSemaphore to = there;
    ProcessSemaphore back = here;
    Future<?> other =
        pool.submit(() -> {
          back.release();
          for (int i = 0; i < times; i++) {
            to.acquire();
            back.release();
          }
        });
    back.acquire();
    long begin = System.nanoTime();
    for (int i = 0; i < times; i++) {
      to.release();
      back.acquire();
    }
    long nanos = System.nanoTime() - begin;
    other.get();
    return Sample.of(nanos, times);
  }

  private Sample event(int times) throws Exception {
    ProcessSemaphore started = ready;
    ProcessEvent to = ping;
    ProcessEvent back = pong;
    Future<?> other =
        pool.submit(() -> {
          started.release();
          for (int i = 0; i < times; i++) {
            to.await();
            to.clear();
            back.set();
          }
        });
    started.acquire();
    long begin = System.nanoTime();
    for (int i = 0; i < times; i++) {
      to.set();
      back.await();
      back.clear();
    }
    long nanos = System.nanoTime() - begin;
    other.get();
    return Sample.of(nanos, times);
  }

  private Sample pipe(int times) throws Exception {
    try (MessagePipe pipe = MessagePipe.open()) {
      PipeEnd away = pipe.second();
      Future<?> other =
          pool.submit(() -> {
            try (PipeEnd end = away) {
              end.send("ready");
              for (int i = 0; i < times; i++) {
                end.send(end.receive());
              }
            }
          });
      PipeEnd end = pipe.first();
      end.receive();
      long begin = System.nanoTime();
      for (int i = 0; i < times; i++) {
        end.send(i);
        end.receive();
      }
      long nanos = System.nanoTime() - begin;
      other.get();
      return Sample.of(nanos, times);
    }
  }

  /** The time of a core that the threads of this process use in some milliseconds. */
  private static Sample idle(int millis) throws Exception {
    long begin = cpuNanos();
    Thread.sleep(Duration.ofMillis(millis));
    return Sample.of(cpuNanos() - begin, millis);
  }

  /** Of all threads but the one that asks: the process's own clock goes in steps of 10 ms. */
  private static long cpuNanos() throws IOException {
    String self = Path.of("/proc/thread-self").toRealPath().getFileName().toString();
    long sum = 0;
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path thread : threads) {
        if (!thread.endsWith(self)) {
          String times = Files.readString(thread.resolve("schedstat"));
          sum += Long.parseLong(times.substring(0, times.indexOf(' ')));
        }
      }
    }
    return sum;
  }

  @Override
  public void close() {
    pool.close();
    IntStream.range(0, WAITERS).forEach(i -> here.release());
  }
}
