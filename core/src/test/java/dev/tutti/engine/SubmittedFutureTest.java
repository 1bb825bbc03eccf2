package dev.tutti.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.plan.CallOptions;
import dev.tutti.spi.Body;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Success;
import dev.tutti.task.Task;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Ends from inside and outside at once. */
@Tag("unit")
final class SubmittedFutureTest {
  private static final int ROUNDS = 3_000;
  private static final Task<Integer> TASK = () -> 1;

  private final ScriptedGroup group = new ScriptedGroup();
  private final Dispatcher dispatcher = group.dispatcher();

  private SubmittedFuture<Integer> future() {
    return new SubmittedCall<Integer>(Body.CALLABLE, TASK, CallOptions.DEFAULTS, dispatcher)
        .future();
  }

  /** Runs two actions as nearly at once as can be. */
  private static void atOnce(CyclicBarrier start, Runnable one, Runnable other) throws Exception {
    Thread thread =
        Thread.ofPlatform()
            .start(() -> {
              await(start);
              other.run();
            });
    await(start);
    one.run();
    thread.join();
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** One of the two ends counts, and all who look see the same one. */
  @Test
  void settle_whileCancelled_oneEndCounts() throws Exception {
    CyclicBarrier start = new CyclicBarrier(2);
    for (int i = 0; i < ROUNDS; i++) {
      SubmittedFuture<Integer> future = future();
      boolean[] cancelled = new boolean[1];
      atOnce(
          start, () -> future.settle(new Success<>(7)), () -> cancelled[0] = future.cancel(true));
      assertThat(future.isDone()).isTrue();
      assertThat(future.isCancelled()).isEqualTo(cancelled[0]);
      assertThat(cancelled[0] || future.resultNow() == 7).isTrue();
    }
  }

  /** A dependent that is hung on while the result arrives runs once. */
  @Test
  void settle_whileDependentIsHungOn_dependentRunsOnce() throws Exception {
    CyclicBarrier start = new CyclicBarrier(2);
    for (int i = 0; i < ROUNDS; i++) {
      SubmittedFuture<Integer> future = future();
      CompletableFuture<?>[] dependent = new CompletableFuture<?>[1];
      atOnce(
          start,
          () -> future.settle(new Success<>(7)),
          () -> dependent[0] = future.thenApply(n -> n + 1));
      assertThat(dependent[0].get(20, TimeUnit.SECONDS)).isEqualTo(8);
      assertThat(future.get(20, TimeUnit.SECONDS)).isEqualTo(7);
    }
  }

  /** What the JDK hangs on without asking (thenCompose, thenCombine) runs elsewhere too. */
  @Test
  void settle_whileComposed_dependentRunsElsewhere() throws Exception {
    CyclicBarrier start = new CyclicBarrier(2);
    for (int i = 0; i < ROUNDS; i++) {
      SubmittedFuture<Integer> future = future();
      CompletableFuture<Integer> first = new CompletableFuture<>();
      CompletableFuture<Thread> composed =
          (i % 2 == 0 ? first.thenCompose(_ -> future) : first.thenCombine(future, Integer::sum))
              .thenApply(_ -> Thread.currentThread());
      CompletableFuture<Thread> bringer = new CompletableFuture<>();
      atOnce(
          start,
          () -> first.complete(1),
          () -> {
            bringer.complete(Thread.currentThread());
            future.settle(new Success<>(7));
          });
      assertThat(composed.get(20, TimeUnit.SECONDS)).isNotSameAs(bringer.join());
    }
  }

  /** A thread that begins to wait while the result arrives is not forgotten. */
  @Test
  void settle_whileThreadBeginsToWait_threadIsWoken() throws Exception {
    CyclicBarrier start = new CyclicBarrier(2);
    for (int i = 0; i < ROUNDS; i++) {
      SubmittedFuture<Integer> future = future();
      int[] got = new int[1];
      if (i % 2 == 0) {
        var _ = future.thenApply(n -> n); // the other way of completion
      }
      atOnce(start, () -> future.settle(new Success<>(7)), () -> got[0] = future.join());
      assertThat(got[0]).isEqualTo(7);
    }
  }

  /** Whoever asks for the end of the work while it comes is told. */
  @Test
  void workHasStopped_whileStoppedIsAsked_stoppedEnds() throws Exception {
    CyclicBarrier start = new CyclicBarrier(2);
    for (int i = 0; i < ROUNDS; i++) {
      SubmittedFuture<Integer> future = future();
      CompletableFuture<?>[] stopped = new CompletableFuture<?>[1];
      future.settle(new Cancelled<>());
      assertThat(future.stopped()).as("while the work goes on").isNotDone();
      atOnce(start, future::workHasStopped, () -> stopped[0] = future.stopped());
      stopped[0].get(20, TimeUnit.SECONDS);
    }
  }

  /** The thread that brings the outcome runs nobody's dependents. */
  @Test
  void settle_dependents_runElsewhere() throws Exception {
    SubmittedFuture<Integer> future = future();
    CompletableFuture<Thread> apply = future.thenApply(_ -> Thread.currentThread());
    CompletableFuture<Thread> all =
        CompletableFuture.allOf(future).thenApply(_ -> Thread.currentThread());
    CountDownLatch release = new CountDownLatch(1);
    var _ =
        future.thenRun(() -> {
          try {
            release.await(20, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    future.settle(new Success<>(7)); // comes back although a dependent blocks
    release.countDown();
    assertThat(apply.get(20, TimeUnit.SECONDS)).isNotSameAs(Thread.currentThread());
    assertThat(all.get(20, TimeUnit.SECONDS)).isNotSameAs(Thread.currentThread());
  }

  /** A dependent that blocks does not keep those waiting who only want the result. */
  @Test
  void settle_dependentBlocks_waiterIsWoken() throws Exception {
    SubmittedFuture<Integer> future = future();
    CountDownLatch release = new CountDownLatch(1);
    CompletableFuture<Void> dependent =
        future.thenRun(() -> {
          try {
            release.await(20, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    CompletableFuture<Integer> got = new CompletableFuture<>();
    Thread waiter = Thread.ofPlatform().start(() -> got.complete(future.join()));
    Awaitility.await().until(() -> waiter.getState() == Thread.State.WAITING);
    future.settle(new Success<>(7));
    assertThat(got.get(10, TimeUnit.SECONDS)).isEqualTo(7);
    assertThat(dependent).isNotDone();
    release.countDown();
    waiter.join();
  }

  /** Ending it from outside tells the workers, once. */
  @Test
  void complete_fromOutside_workIsGivenUp() {
    SubmittedCall<Integer> call =
        new SubmittedCall<>(Body.CALLABLE, TASK, CallOptions.DEFAULTS, dispatcher);
    dispatcher.offer(call.item());
    dispatcher.poll(this, false, Integer.MAX_VALUE);
    assertThat(call.future().complete(3)).isTrue();
    assertThat(call.item().isUnwanted()).isTrue();
    assertThat(group.stopped).containsExactly(call.item());
    assertThat(call.future().complete(4)).isFalse();
    assertThat(call.future().stopped()).isNotDone();
    dispatcher.ended(call.item(), new Cancelled<>(), 1);
    call.future().stopped().join();
    assertThat(call.future().resultNow()).isEqualTo(3);
  }
}
