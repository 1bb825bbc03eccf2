package dev.tutti.stress.sharing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tutti.memory.sync.ProcessLatch;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintWriter;
import java.io.Serializable;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A process that plays until it is killed, or its input ends. Its input has what it plays, and then
 * a latch for each rest.
 */
final class Child {
  /*
   * A player that is between two games has written so before it looks whether there is a rest; the referee says that
   * there is one before it looks at the players. So whoever plays on is seen to play.
   */

  /**
   * What a process is given.
   *
   * @param board where it writes what it does
   * @param games what it plays
   */
  record Kit(Board board, List<Game> games) implements Serializable {}

  /** A rest and the latch at which it is waited out. */
  private record Rest(long number, ProcessLatch latch) {}

  private final Kit kit;
  private final int seat;
  private final long seed;
  private final Cheat cheat;
  private final Path folder;
  private final Thread[] threads;
  private final List<Game> drawn;
  private volatile @Nullable Rest rest;

  private Child(Kit kit, int seat, long seed, Cheat cheat, Path folder) {
    this.kit = kit;
    this.seat = seat;
    this.seed = seed;
    this.cheat = cheat;
    this.folder = folder;
    this.threads = new Thread[kit.board().threads()];
    this.drawn =
        kit.games().stream()
            .flatMap(game -> Collections.nCopies(game.weight(), game).stream())
            .toList();
  }

  /**
   * Plays.
   *
   * @param args the seat, a seed, how to cheat, the folder of the run
   * @throws IOException if there is no input
   */
  public static void main(String[] args) throws IOException {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    Child child =
        new Child(
            (Kit) decode(in.readLine()),
            Integer.parseInt(args[0]),
            Long.parseLong(args[1]),
            Cheat.valueOf(args[2]),
            Path.of(args[3]));
    child.play();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ", 2);
      long number = Long.parseLong(words[0]);
      child.rest = new Rest(number, (ProcessLatch) decode(words[1]));
      child.kit.board().latched(child.seat, number);
    }
    Runtime.getRuntime().halt(0);
  }

  static String encode(Object value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(value);
    }
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  private static Object decode(String text) throws IOException {
    byte[] bytes = Base64.getDecoder().decode(text);
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      return in.readObject();
    } catch (ClassNotFoundException e) {
      throw new IOException(e);
    }
  }

  private void play() {
    for (int thread = 0; thread < threads.length; thread++) {
      start(thread, seed + thread);
    }
    Thread.ofPlatform().daemon().name("interrupter").start(this::interrupt);
  }

  /** Every other one is virtual. */
  private void start(int thread, long threadSeed) {
    Player self = new Player(kit.board().row(seat, thread), threadSeed, cheat, folder);
    Thread.Builder builder = thread % 2 == 0 ? Thread.ofPlatform().daemon() : Thread.ofVirtual();
    threads[thread] = builder.name("player-" + thread).start(() -> live(self, threadSeed));
  }

  private void live(Player self, long threadSeed) {
    try {
      while (true) {
        turn(self);
      }
    } catch (Player.Ends e) {
      start(self.row().thread(), threadSeed + kit.board().threads());
    } catch (Throwable e) {
      StringWriter text = new StringWriter();
      e.printStackTrace(new PrintWriter(text));
      self.complain("thrown: " + text);
      Runtime.getRuntime().halt(1);
    }
  }

  private void turn(Player self) throws IOException {
    boolean _ = Thread.interrupted();
    try {
      self.row().begins(Doing.PLAYS);
      long held = kit.board().rest();
      Rest known = rest;
      if (held == 0) {
        drawn.get(self.choice(drawn.size())).play(self);
      } else if (known != null && known.number() == held) {
        self.row().begins(Doing.RESTS);
        known.latch().await();
      } else {
        self.row().begins(Doing.NOTHING);
        Thread.sleep(Duration.ofMillis(1));
      }
    } catch (InterruptedException e) {
      // part of the game
    }
  }

  private void interrupt() {
    SplittableRandom random = new SplittableRandom(seed);
    try {
      while (true) {
        Thread.sleep(Duration.ofMillis(random.nextLong(1, 30)));
        threads[random.nextInt(threads.length)].interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
