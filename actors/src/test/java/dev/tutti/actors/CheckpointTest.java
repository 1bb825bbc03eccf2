package dev.tutti.actors;

import static dev.tutti.actors.ActorTest.QUIET;
import static dev.tutti.actors.ActorTest.cause;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.task.TaskTimeoutException;
import dev.tutti.task.WorkerLostException;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What an actor promises about copies of its state, to calls that run at the same time. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class CheckpointTest {
  private static final ActorOptions COPIED =
      QUIET.withRestart(RestartPolicy.atMost(2, Duration.ofHours(1))).withCheckpointEvery(1);

  /** A state whose calls wait for each other, and whose copy can hang. */
  static final class Gate implements Serializable {
    private static final long serialVersionUID = 1L;
    private transient CountDownLatch open = new CountDownLatch(2);
    private boolean hangs;

    int count() {
      open.countDown();
      return 1;
    }

    int pass() throws InterruptedException {
      open.await();
      return 2;
    }

    int hang() {
      hangs = true;
      return 3;
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
      while (hangs) {
        LockSupport.parkNanos(1_000_000);
        boolean _ = Thread.interrupted();
      }
      out.defaultWriteObject();
    }
  }

  /** A copy that hangs counts as the call before it: the time-out kills, and the actor goes on. */
  @Test
  void copy_hangs_timeoutKills() throws Exception {
    try (Actor<Gate> actor = Actor.open(Gate::new, COPIED)) {
      Await.result(actor.ask(Gate::count));
      var stuck = actor.withTimeout(Duration.ofMillis(500)).ask(Gate::hang);
      cause(TaskTimeoutException.class, stuck);
      boolean hangs = Await.result(actor.ask(s -> s.hangs));
      assertThat(hangs).isFalse();
      assertThat(actor.restarts()).isEqualTo(1);
    }
  }

  /** A link of a chain, of which each object holds the next one. */
  static final class Link implements Serializable {
    private static final long serialVersionUID = 1L;
    private Link next;

    int grow(int by) {
      for (int i = 0; i < by; i++) {
        Link link = new Link();
        link.next = next;
        next = link;
      }
      return by;
    }

    int length() {
      int length = 0;
      for (Link link = next; link != null; link = link.next) {
        length++;
      }
      return length;
    }
  }

  /** A copy that could be written can be read, though it is nested deeper than a task may be. */
  @Test
  void copy_deep_comesBack() throws Exception {
    ActorOptions deep = COPIED.withJvm(COPIED.jvm().withFlags("-Xss8m"));
    try (Actor<Link> actor = Actor.open(Link::new, deep)) {
      Await.result(actor.ask(link -> link.grow(5_000)));
      die(actor);
      assertThat(Await.result(actor.ask(Link::length))).isEqualTo(5_000);
    }
  }

  private static void die(Actor<?> actor) {
    cause(
        WorkerLostException.class,
        actor.ask(_ -> {
          Runtime.getRuntime().halt(1);
          return 0;
        }));
  }

  /** A state that takes far more of a stack to be read than it took to be written. */
  static final class Ladder implements Serializable {
    private static final long serialVersionUID = 1L;
    private Ladder next;

    int grow(int by) {
      for (int i = 0; i < by; i++) {
        Ladder rung = new Ladder();
        rung.next = next;
        next = rung;
      }
      return by;
    }

    boolean isGrown() {
      return next != null;
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      read(in, 100);
    }

    private static void read(ObjectInputStream in, int steps)
        throws IOException, ClassNotFoundException {
      if (steps == 0) {
        in.defaultReadObject();
      } else {
        read(in, steps - 1);
      }
    }
  }

  /** A copy is read where there is more room on the stack than where it was written. */
  @Test
  void copy_readingIsDeeper_comesBack() throws Exception {
    try (Actor<Ladder> actor = Actor.open(Ladder::new, COPIED)) {
      Await.result(actor.ask(ladder -> ladder.grow(300)));
      die(actor);
      assertThat(Await.result(actor.ask(Ladder::isGrown))).isTrue();
    }
  }

  /** Calls that run at once are answered while others run, and begin meanwhile. */
  @Test
  void severalAtOnce_oneRuns_othersAreAnswered() throws Exception {
    try (Actor<Gate> actor = Actor.open(Gate::new, COPIED.withAtOnce(2))) {
      var first = actor.ask(Gate::pass);
      assertThat(Await.result(actor.ask(Gate::count))).isEqualTo(1);
      assertThat(Await.result(actor.ask(Gate::count))).isEqualTo(1);
      assertThat(Await.result(first)).isEqualTo(2);
    }
  }

  /** Where some call always runs there is no copy, and the owner's log says so. */
  @Test
  void severalAtOnce_oneAlwaysRuns_isTold() throws Exception {
    List<String> told = new CopyOnWriteArrayList<>();
    Handler hears = hearing(told);
    Logger logger = Logger.getLogger("dev.tutti");
    logger.addHandler(hears);
    try (Actor<Gate> actor = Actor.open(Gate::new, COPIED.withAtOnce(2))) {
      var first = actor.ask(Gate::pass);
      CompletableFuture.allOf(
              Stream.generate(() -> actor.ask(_ -> 0))
                  .limit(1000)
                  .toArray(CompletableFuture<?>[]::new))
          .join();
      Await.until("it is told", () -> told.toString().contains("1000 calls have ended"));
      Await.result(actor.ask(Gate::count));
      Await.result(actor.ask(Gate::count));
      Await.result(first);
    } finally {
      logger.removeHandler(hears);
    }
  }

  private static Handler hearing(List<String> told) {
    return new Handler() {
      @Override
      public void publish(LogRecord said) {
        told.add(
            said.getMessage()
                + List.of(said.getParameters() == null ? new Object[0] : said.getParameters()));
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }
}
