package dev.tutti.memory.sync;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** Those who wait for each other in a test: threads of this JVM, or threads of several. */
abstract class Parties implements AutoCloseable {
  /** Threads of this JVM, one a call, virtual and platform threads in turn. */
  static Parties threads() {
    return new Parties() {
      private int turn;

      @Override
      <T> Future<T> start(Remote<T> call) {
        CompletableFuture<T> future = new CompletableFuture<>();
        Thread.Builder kind = turn++ % 2 == 0 ? Thread.ofVirtual() : Thread.ofPlatform().daemon();
        kind.start(() -> {
          try {
            future.complete(call.call());
          } catch (Throwable e) {
            future.completeExceptionally(e);
          }
        });
        return future;
      }
    };
  }

  /** Threads of two other JVMs, which take turns. */
  static Parties processes(String... flags) throws IOException {
    Neighbour one = Neighbour.start(flags);
    Neighbour two = Neighbour.start(flags);
    return new Parties() {
      private int turn;

      @Override
      <T> Future<T> start(Remote<T> call) {
        return (turn++ % 2 == 0 ? one : two).start(call);
      }

      @Override
      public void close() {
        one.close();
        two.close();
      }
    };
  }

  abstract <T> Future<T> start(Remote<T> call);

  <T> List<Future<T>> startAll(int count, IntFunction<Remote<T>> calls) {
    List<Future<T>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(start(calls.apply(i)));
    }
    return all;
  }

  @Override
  public void close() {}
}
