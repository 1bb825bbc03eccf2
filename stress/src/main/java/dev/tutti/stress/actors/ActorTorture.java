package dev.tutti.stress.actors;

import dev.tutti.actors.Actor;
import dev.tutti.actors.ActorOptions;
import dev.tutti.actors.RestartPolicy;
import dev.tutti.process.JvmOptions;
import dev.tutti.process.JvmProcess;
import dev.tutti.process.JvmStreams;
import dev.tutti.process.WorkerJvm;
import dev.tutti.stress.actors.Judge.Told;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Kills the process of an actor under load, again and again, and tells whether the actor has kept
 * its contract.
 *
 * <p>Its exit status is 0 if no rule was broken, 1 if one was, 2 if an option is wrong. With {@code
 * --self-test} it cheats, in each way that there is, and the status is 0 if each was found.
 */
public final class ActorTorture {
  private static final String USAGE =
      """
      usage: stress/actors [options]
        --kills N      no round begins after N kills (40)
        --seed N       decides about calls and kills (1)
        --patience N   seconds without an outcome that count as a hang (60)
        --self-test    cheats in each way that there is; each must be found
      """;

  private static final Logger OURS = Logger.getLogger("dev.tutti"); // kept, or the JDK forgets it
  private static final int CALLERS = 3;
  private static final int KILLS_A_ROUND = 20;
  private static final int CALLS_A_KILL = 120;
  private static final long SETTLING_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final long patienceSeconds;
  private final PrintStream out = System.out;
  private long kills;
  private long calls;
  private long lost;
  private long restarts;

  private ActorTorture(long patienceSeconds) {
    this.patienceSeconds = patienceSeconds;
  }

  /**
   * Runs the torture.
   *
   * @param args the options
   * @throws Exception if it cannot be run
   */
  public static void main(String[] args) throws Exception {
    OURS.setLevel(Level.SEVERE); // each restart is told of
    List<String> given = new ArrayList<>(Arrays.asList(args));
    boolean selfTest = given.remove("--self-test");
    long most;
    long seed;
    ActorTorture torture;
    try {
      most = take(given, "--kills", 40);
      seed = take(given, "--seed", 1);
      torture = new ActorTorture(take(given, "--patience", selfTest ? 5 : 60));
      if (!given.isEmpty()) {
        throw new IllegalArgumentException("option is not known: option=" + given);
      }
    } catch (IllegalArgumentException e) {
      System.err.println("actors: " + e.getMessage());
      System.err.print(USAGE);
      System.exit(2);
      return;
    }
    System.exit((selfTest ? torture.selfTest() : torture.run(most, seed)) ? 0 : 1);
  }

  private static long take(List<String> given, String name, long otherwise) {
    int at = given.indexOf(name);
    if (at < 0) {
      return otherwise;
    }
    if (at + 1 == given.size()) {
      throw new IllegalArgumentException("option has no value: option=" + name);
    }
    given.remove(at);
    return Long.parseLong(given.remove(at));
  }

  // ---------------------------------------------------------------- runs

  private boolean run(long most, long seed) throws Exception {
    List<String> broken = new ArrayList<>();
    long begin = System.nanoTime();
    out.printf("actors: %d kills, %d callers, seed %d%n", most, CALLERS, seed);
    for (int round = 0; kills < most && broken.isEmpty(); round++) {
      broken.addAll(round(round, seed + round, Cheat.NONE));
    }
    broken.addAll(leftOver());
    broken.forEach(rule -> out.println("BROKEN: " + rule));
    out.printf(
        "%d kills, %d restarts, %d calls of which %d were lost, %d s%n",
        kills, restarts, calls, lost, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
    out.println(broken.isEmpty() ? "no rule was broken" : "the actor has broken its contract");
    return broken.isEmpty();
  }

  private boolean selfTest() throws Exception {
    boolean all = true;
    for (Cheat cheat : Cheat.values()) {
      JvmProcess<?> stays = cheat == Cheat.LEFT_OVER ? staying() : null;
      List<String> found = new ArrayList<>();
      for (int round = 0; round < 2; round++) {
        found.addAll(round(round, 7 + round, cheat));
      }
      found.addAll(leftOver());
      if (stays != null) {
        stays.kill();
        stays.join();
      }
      boolean right = found.isEmpty() == (cheat == Cheat.NONE);
      all &= right;
      out.printf(
          "%s %s: %s%n",
          right ? "ok" : "MISSED", cheat, found.isEmpty() ? "nothing broken" : found.getFirst());
    }
    return all;
  }

  private static JvmProcess<?> staying() {
    return JvmProcess.start(
        () -> Thread.sleep(Duration.ofDays(1)), JvmOptions.DEFAULTS.withDaemon(true));
  }

  // ---------------------------------------------------------------- a round

  /**
   * Even rounds: comes back always, with a checkpoint after each call. Odd ones: comes back a few
   * times, without.
   */
  private List<String> round(int number, long seed, Cheat cheat)
      throws IOException, InterruptedException {
    boolean keeps = number % 2 == 0;
    int most = keeps ? 10 * KILLS_A_ROUND : 3;
    int allowed = cheat == Cheat.TIRELESS ? 10 * KILLS_A_ROUND : most;
    Path journal = Files.createTempFile("actor-torture-", ".log");
    ActorOptions options =
        ActorOptions.DEFAULTS
            .withName("victim-" + number)
            .withStreams(JvmStreams.DISCARD)
            .withJvm(WorkerJvm.DEFAULTS.withFlags("-XX:TieredStopAtLevel=1", "-Xmx32m"))
            .withRestart(RestartPolicy.atMost(allowed, Duration.ofDays(1)))
            .withCheckpointEvery(keeps ? 1 : 0);
    List<String> broken = new ArrayList<>();
    Actor<Ledger> actor = Actor.open(() -> new Ledger(journal), options);
    List<Told> told = new ArrayList<>();
    Killer killer = new Killer(seed, () -> actor.pid().orElse(0), KILLS_A_ROUND);
    try {
      broken.addAll(load(actor, seed, cheat, told));
      if (broken.isEmpty()) {
        actor.close();
      } else {
        actor.closeNow();
      }
    } finally {
      killer.stop();
    }
    kills += killer.killed().size();
    restarts += actor.restarts();
    broken.addAll(
        new Judge()
            .broken(
                new Judge.Round(
                    told, Line.read(journal), killer.killed(), actor.restarts(), most, keeps)));
    lost += told.stream().filter(one -> one.failure() != null).count();
    calls += told.size();
    Files.delete(journal);
    return broken;
  }

  private List<String> load(Actor<Ledger> actor, long seed, Cheat cheat, List<Told> told)
      throws InterruptedException {
    List<Caller> all = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      all.add(new Caller(actor, i, seed, cheat));
    }
    all.forEach(caller -> caller.thread.start());
    for (Caller caller : all) {
      caller.thread.join();
    }
    List<String> broken = new ArrayList<>();
    for (Caller caller : all) {
      broken.addAll(caller.outcomes(told));
    }
    return broken;
  }

  /** Calls an actor from a thread of its own. */
  private final class Caller {
    private final Actor<Ledger> actor;
    private final int caller;
    private final Random random;
    private final Cheat cheat;
    private final List<CallId> ids = new ArrayList<>();
    private final List<CompletableFuture<Ledger.Answer>> answers = new ArrayList<>();
    private final Thread thread;

    Caller(Actor<Ledger> actor, int caller, long seed, Cheat cheat) {
      this.actor = actor;
      this.caller = caller;
      this.random = new Random(seed * 31 + caller);
      this.cheat = cheat;
      this.thread = Thread.ofPlatform().name("caller-" + caller).unstarted(this::run);
    }

    private void run() {
      int all = KILLS_A_ROUND * CALLS_A_KILL / CALLERS;
      for (int i = 0; i < all; i++) {
        int number = cheat == Cheat.SWAPPED && i > 0 && i % 50 == 0 ? i - 2_000 : i;
        ask(new CallId(caller, number), i);
        if (i % 20 == 19) { // so that there are idle times, too
          await(answers.getLast());
        }
      }
    }

    private void ask(CallId id, int i) {
      long micros = random.nextInt(4) == 0 ? random.nextInt(30_000) : 0;
      Cheat now = i % 50 == 30 && caller == 0 ? cheat : Cheat.NONE;
      CompletableFuture<Ledger.Answer> answer = actor.ask(ledger -> ledger.step(id, micros, now));
      ids.add(id);
      answers.add(
          switch (now) {
            case FORGOTTEN -> new CompletableFuture<>();
            case BLAMED -> blamed();
            default -> answer;
          });
    }

    private void await(CompletableFuture<Ledger.Answer> answer) {
      var _ =
          answer
              .handle((_, _) -> true)
              .completeOnTimeout(false, patienceSeconds, TimeUnit.SECONDS)
              .join();
    }

    /** Adds how each call has ended, and gives those that have not. */
    List<String> outcomes(List<Told> told) throws InterruptedException {
      List<String> broken = new ArrayList<>();
      for (int i = 0; i < answers.size() && broken.isEmpty(); i++) {
        try {
          told.add(
              new Told(ids.get(i), answers.get(i).get(patienceSeconds, TimeUnit.SECONDS), null));
        } catch (ExecutionException e) {
          told.add(new Told(ids.get(i), null, e.getCause()));
        } catch (TimeoutException e) {
          broken.add("a call comes to its end: " + ids.get(i));
        }
      }
      return broken;
    }
  }

  private static CompletableFuture<Ledger.Answer> blamed() {
    return CompletableFuture.failedFuture(
        new dev.tutti.task.WorkerLostException(1, 137, "blamed", 1, 1, List.of(), List.of()));
  }

  // ---------------------------------------------------------------- what is left

  private static List<String> leftOver() throws IOException {
    long end = System.nanoTime() + SETTLING_NANOS;
    List<String> left = found();
    while (!left.isEmpty() && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(LOOK_NANOS);
      left = found();
    }
    return left.isEmpty() ? left : List.of("nothing is left: " + left);
  }

  private static List<String> found() throws IOException {
    List<String> found = new ArrayList<>();
    Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("tutti-"))
        .forEach(found::add);
    ProcessHandle.current().children().map(child -> "process " + child.pid()).forEach(found::add);
    String ours = "tutti-" + ProcessHandle.current().pid() + "-";
    for (String folder : List.of(System.getProperty("java.io.tmpdir"), "/dev/shm")) {
      try (var files = Files.list(Path.of(folder))) {
        files
            .map(file -> file.getFileName().toString())
            .filter(name -> name.startsWith(ours))
            .forEach(found::add);
      }
    }
    return found;
  }
}
