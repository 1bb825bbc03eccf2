package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.memory.bell.Roads;
import dev.tutti.memory.segment.SharedSegment;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import dev.tutti.testkit.Watchdog;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the others when a process is killed. */
@Tag("system")
@Tag("roads")
@ExtendWith({LeakCheck.class, Watchdog.class})
@SuppressWarnings("LockNotBeforeTry") // who locks and who dies is what is tested
class ProcessDeathTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration LONG = Await.PATIENCE;
  private static final int KILLS = Integer.getInteger("tutti.sync.real.kills", 3);
  private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

  /** The next one has the lock within a second, is told who died, and until when. */
  @Test
  void lock_holderIsKilled_nextOneHasIt() throws Exception {
    ProcessLock lock = ProcessLock.create();
    try (Neighbour holder = Neighbour.start();
        Neighbour other = Neighbour.start()) {
      holder.call(() -> {
        Thread.ofPlatform().daemon().start(() -> holdForEver(lock));
        Await.until("locked", lock::isLocked);
        return true;
      });
      assertThat(lock.holder()).get().extracting(LockHolder::pid).isEqualTo(holder.pid());
      Future<Boolean> elsewhere =
          other.start(() -> {
            lock.lock();
            boolean told = lock.recovered().isPresent();
            lock.unlock();
            return told;
          });
      assertThat(lock.tryLock(Duration.ofMillis(300))).isFalse(); // it lives
      holder.kill();
      long start = System.nanoTime();
      assertThat(Await.result(elsewhere)).isTrue();
      lock.lock();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SECOND);
      assertThat(lock.recovered()).get().extracting(LockHolder::pid).isEqualTo(holder.pid());
      assertThat(lock.toString()).contains("recovered");
      lock.markConsistent();
      assertThat(lock.recovered()).isEmpty();
      lock.unlock();
    }
  }

  private static void holdForEver(ProcessLock lock) {
    lock.lock();
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** A process that dies while it waits takes nothing with it. */
  @Test
  void waiters_areKilled_othersGoOn() throws Exception {
    ProcessLock lock = ProcessLock.create();
    ProcessSemaphore semaphore = ProcessSemaphore.bounded(1);
    ProcessEvent event = ProcessEvent.create();
    ProcessLatch latch = ProcessLatch.create(1);
    lock.lock();
    semaphore.acquire();
    try (Neighbour waiter = Neighbour.start()) {
      waiter.call(() -> {
        List<Thread> all = new ArrayList<>();
        all.add(Thread.ofPlatform().daemon().start(() -> holdForEver(lock)));
        all.add(Thread.ofPlatform().daemon().start(semaphore::acquireUninterruptibly));
        all.add(Thread.ofPlatform().daemon().start(() -> awaitForEver(event)));
        for (Thread one : all) {
          Await.blocked(one);
        }
        return true;
      });
      waiter.kill();
    }
    lock.unlock();
    semaphore.release();
    event.set();
    latch.countDown();
    assertThat(lock.tryLock(SECOND)).isTrue();
    assertThat(lock.recovered()).isEmpty();
    lock.unlock();
    assertThat(semaphore.tryAcquire(SECOND)).isTrue();
    assertThat(event.await(SECOND)).isTrue();
    assertThat(latch.await(SECOND)).isTrue();
  }

  private static void awaitForEver(ProcessEvent event) {
    try {
      event.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The permits of a dead process are not given back; whoever knows of its death may. */
  @Test
  void semaphore_holderIsKilled_permitStaysTaken() throws Exception {
    ProcessSemaphore semaphore = ProcessSemaphore.bounded(2);
    try (Neighbour holder = Neighbour.start()) {
      assertThat(holder.call(() -> semaphore.tryAcquire())).isTrue();
    }
    assertThat(semaphore.permits()).isEqualTo(1);
    semaphore.release();
    assertThat(semaphore.permits()).isEqualTo(2);
  }

  /** A process that is stopped while it waits for one permit does not keep several from others. */
  @Test
  void acquire_waiterForOneIsStopped_othersHaveSeveral() throws Exception {
    ProcessSemaphore semaphore = ProcessSemaphore.create(0);
    try (Neighbour stopped = Neighbour.start(Roads.NATIVE_ACCESS)) {
      waitAndStop(stopped, semaphore);
      for (int i = 0; i < 3; i++) {
        semaphore.release(2);
        assertThat(semaphore.tryAcquire(2, LONG)).isTrue();
      }
    }
  }

  /** Who releases as many permits as there can be does not ring as often for one that waits. */
  @Test
  void release_waiterIsStopped_returns() throws Exception {
    ProcessSemaphore semaphore = ProcessSemaphore.create(0);
    try (Neighbour stopped = Neighbour.start(Roads.NATIVE_ACCESS)) {
      waitAndStop(stopped, semaphore);
      CompletableFuture<Void> released = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> {
            semaphore.release(Integer.MAX_VALUE);
            released.complete(null);
          });
      assertThat(released).succeedsWithin(LONG);
    }
  }

  private static void waitAndStop(Neighbour waiter, ProcessSemaphore semaphore) throws Exception {
    waiter.call(() -> {
      Await.blocked(Thread.ofPlatform().daemon().start(semaphore::acquireUninterruptibly));
      return true;
    });
    waiter.stop();
  }

  /** Who waits at a barrier learns that another one who waited has died. */
  @Test
  void barrier_waiterIsKilled_breaks() throws Exception {
    ProcessBarrier barrier = ProcessBarrier.create(3);
    try (Neighbour waiter = Neighbour.start()) {
      waiter.start(barrier::await);
      Await.until("it waits", () -> barrier.arrived() == 1);
      Thread killer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  Await.until("both wait", () -> barrier.arrived() == 2);
                  waiter.kill();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      assertThatThrownBy(() -> barrier.await(LONG)).isInstanceOf(BrokenBarrierException.class);
      assertThat(barrier.isBroken()).isTrue();
      killer.join();
    }
  }

  /**
   * Processes that are killed while they lock, add and unlock: never two inside, the lock is never
   * lost, and who takes over is told. All wait in the same way, or some asleep and some parked.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void lock_processesAreKilledAtAnyTime_noTwoHolders(boolean mixed) throws Exception {
    ProcessLock lock = ProcessLock.create();
    try (SharedSegment shared = SharedSegment.create(24)) {
      SharedSegment.Handle handle = shared.handle();
      List<Neighbour> all = new ArrayList<>();
      List<Future<String>> found = new ArrayList<>();
      try {
        for (int i = 0; i < 3; i++) {
          all.add(i == 0 && mixed ? Neighbour.start(Roads.NATIVE_ACCESS) : Neighbour.start());
          found.add(all.get(i).start(() -> hammer(lock, handle)));
        }
        long last = 0;
        for (int kill = 0; kill <= KILLS; kill++) {
          long before = last;
          Await.until("they go on", () -> count(shared) > before + 1_000 || ended(found));
          assertThat(ended(found)).as(found::toString).isFalse();
          last = count(shared);
          if (kill < KILLS) {
            int victim = ThreadLocalRandom.current().nextInt(all.size());
            all.remove(victim).close();
            found.remove(victim);
            boolean asleep = mixed && kill % 2 == 0;
            all.add(asleep ? Neighbour.start(Roads.NATIVE_ACCESS) : Neighbour.start());
            found.add(all.getLast().start(() -> hammer(lock, handle)));
          }
        }
      } finally {
        for (Neighbour one : all) {
          one.close();
        }
      }
      assertThat(lock.tryLock(SECOND)).isTrue();
      lock.unlock();
    }
  }

  private static boolean ended(List<Future<String>> found) {
    return found.stream().anyMatch(Future::isDone);
  }

  private static long count(SharedSegment shared) {
    return (long) WORD.getVolatile(shared.data(), 8L);
  }

  /** Word 0: who is inside. Word 1 and 2: how often, written one after the other. */
  private static String hammer(ProcessLock lock, SharedSegment.Handle handle) throws Exception {
    long self = ProcessHandle.current().pid();
    try (SharedSegment shared = SharedSegment.attach(handle)) {
      while (true) {
        lock.lock();
        try {
          long inside = (long) WORD.getAndSet(shared.data(), 0L, self);
          long first = (long) WORD.get(shared.data(), 8L);
          long second = (long) WORD.get(shared.data(), 16L);
          boolean torn = inside != 0 || first != second;
          if (torn && lock.recovered().isEmpty()) {
            return "two inside: %d and %d, %d %d".formatted(inside, self, first, second);
          }
          lock.markConsistent();
          WORD.setVolatile(shared.data(), 8L, first + 1);
          WORD.setVolatile(shared.data(), 16L, first + 1);
          WORD.setVolatile(shared.data(), 0L, 0L);
        } finally {
          lock.unlock();
        }
      }
    }
  }

  /** A JVM that ends is rung still: one of its shutdown hooks may wait for others. */
  @Test
  void acquire_inShutdownHook_isRungStill() throws Exception {
    ProcessSemaphore ends = ProcessSemaphore.create(0);
    ProcessSemaphore goOn = ProcessSemaphore.create(0);
    ProcessSemaphore wentOn = ProcessSemaphore.create(0);
    try (Neighbour other = Neighbour.start()) {
      other.call(() -> {
        boolean none = goOn.tryAcquire(Duration.ofMillis(1)); // from now on it has a doorbell
        Runtime.getRuntime()
            .addShutdownHook(
                new Thread(() -> {
                  ends.release();
                  goOn.acquireUninterruptibly();
                  wentOn.release();
                }));
        return none;
      });
      CompletableFuture<Boolean> end =
          other.start(() -> {
            System.exit(0);
            return true;
          });
      assertThat(ends.tryAcquire(Await.PATIENCE)).isTrue();
      goOn.release();
      assertThat(wentOn.tryAcquire(Await.PATIENCE)).isTrue();
      assertThat(end).failsWithin(Await.PATIENCE);
    }
  }
}
