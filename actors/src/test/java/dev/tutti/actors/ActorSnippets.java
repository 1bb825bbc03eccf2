package dev.tutti.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tutti.Pool;
import dev.tutti.plan.DataSize;
import dev.tutti.plan.SubmitQueue;
import dev.tutti.process.PipeListener;
import dev.tutti.process.WorkerJvm;
import dev.tutti.task.TaskTimeoutException;
import dev.tutti.task.WorkerLostException;
import dev.tutti.testkit.LeakCheck;
import java.io.Serial;
import java.io.Serializable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The samples of {@link Actor} and its options. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class ActorSnippets {

  // @start region=stock
  public interface Stock {
    int add(String article, int pieces);
  }

  static final class Shop implements Stock, Serializable {
    @Serial private static final long serialVersionUID = 1L;
    private final HashMap<String, Integer> pieces = new HashMap<>(); // needs no lock

    @Override
    public int add(String article, int more) {
      return pieces.merge(article, more, Integer::sum);
    }
  }

  // @end region=stock

  /** The sample of {@link Actor} does what it shows. */
  @Test
  void actor_calls_areAsShown() throws Exception {
    // @start region=actor
    try (Actor<Shop> shop = Actor.open(Shop::new);
        Pool pool = Pool.processes(2)) {
      CompletableFuture<Integer> pears = shop.ask(s -> s.add("pears", 3));
      assertEquals(3, pears.get());
      shop.tell(s -> s.add("pears", 1)); // does not wait
      pool.forEach(List.of(1, 2, 3), n -> shop.ask(s -> s.add("pears", n)).get()); // one object
      assertEquals(10, shop.ask(s -> s.add("pears", 0)).get());
    }
    // @end region=actor
  }

  /** The sample of {@link Actor#proxy} does what it shows. */
  @Test
  void proxy_calls_areAsShown() {
    // @start region=proxy
    try (Actor<Shop> shop = Actor.open(Shop::new)) {
      Stock stock = shop.proxy(Stock.class);
      stock.add("plums", 5);
      assertEquals(7, stock.add("plums", 2));
    }
    // @end region=proxy
  }

  /** The sample of {@link RestartPolicy} does what it shows. */
  @Test
  void restart_afterADeath_isAsShown() throws Exception {
    // @start region=restart
    ActorOptions options =
        ActorOptions.DEFAULTS
            .withRestart(RestartPolicy.atMost(3, Duration.ofMinutes(1)))
            .withCheckpointEvery(1); // what was answered is kept
    try (Actor<Shop> shop = Actor.open(Shop::new, options)) {
      shop.ask(s -> s.add("figs", 2)).get();
      CompletableFuture<Integer> crash = shop.ask(s -> crash());
      CompletableFuture<Integer> figs = shop.ask(s -> s.add("figs", 1)); // waits for the restart
      ExecutionException e = assertThrows(ExecutionException.class, crash::get);
      assertEquals(4, ((WorkerLostException) e.getCause()).exitStatus());
      assertEquals(3, figs.get());
    }
    // @end region=restart
  }

  private static int crash() {
    Runtime.getRuntime().halt(4);
    return 0;
  }

  /** The sample of {@link ActorOptions} does what it shows. */
  @Test
  void options_areAsShown() throws Exception {
    // @start region=options
    ActorOptions options =
        ActorOptions.DEFAULTS
            .withName("scanner")
            .withJvm(WorkerJvm.DEFAULTS.withHeap(DataSize.mib(128)))
            .withMailbox(SubmitQueue.blocking(100)) // a caller waits while 100 calls do
            .withTimeout(Duration.ofSeconds(30)) // each call
            .withRestart(RestartPolicy.atMost(1, Duration.ofMinutes(1)));
    try (Actor<Shop> shop = Actor.open(Shop::new, options)) {
      CompletableFuture<Integer> stuck =
          shop.withTimeout(Duration.ofMillis(100)).ask(s -> forEver());
      ExecutionException e = assertThrows(ExecutionException.class, stuck::get);
      assertTrue(e.getCause() instanceof TaskTimeoutException);
      assertEquals(1, shop.ask(s -> s.add("nuts", 1)).get());
    }
    // @end region=options
  }

  private static int forEver() throws InterruptedException {
    Thread.sleep(Duration.ofDays(1));
    return 0;
  }

  /** The sample of {@link Actor#listen} does what it shows. */
  @Test
  void listen_isAsShown() throws Exception {
    // @start region=listen
    byte[] key = PipeListener.newKey(); // both JVMs need it
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (Actor<Shop> shop = Actor.open(Shop::new);
        ActorListener listener = shop.listen(anyPort, key);
        Actor<Shop> elsewhere = Actor.connect(listener.address(), key)) { // as a rule another JVM
      assertEquals(6, elsewhere.ask(s -> s.add("limes", 6)).get());
    }
    // @end region=listen
  }
}
