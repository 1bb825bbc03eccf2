package dev.tutti.bench.choose;

import dev.tutti.task.Fn;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One kind of work.
 *
 * @param name what it is
 * @param items how many items
 * @param calls how many calls are timed together, where one is too short for that
 * @param fn what is done with the number of an item
 */
record Load(String name, int items, int calls, Fn<Integer, Long> fn) {
  private static final long CALIBRATION = 20_000_000;

  /** Steps of the computation in a microsecond. */
  private static final double STEPS = steps();

  /** The twelve loads that are promised, and two more. */
  static List<Load> all() {
    return List.of(
        new Load("waiting, 5 ms each", 4_000, 1, _ -> waiting(5_000)),
        new Load("waiting, 50 ms each", 100, 1, _ -> waiting(50_000)),
        new Load("waiting, 200 us each", 12_000, 1, _ -> waiting(200)),
        new Load("computing, 20 ms each", 16, 1, n -> computing(n, 20_000)),
        new Load("computing, 1 ms each", 300, 1, n -> computing(n, 1_000)),
        new Load("computing, 20 us each", 15_000, 1, n -> computing(n, 20)),
        new Load("tiny, 300,000 items", 300_000, 1, n -> (long) n * n),
        new Load("few, 20 items of 2 us", 20, 200, n -> computing(n, 2)),
        new Load("mixed: 1 ms computing, 4 ms waiting", 300, 1, n -> mixed(n, 1_000, 4_000)),
        new Load("mixed: each other item waits", 400, 1, Load::eachOther),
        new Load("heavy-tailed: 50 us, every 50th 5 ms", 3_000, 1, Load::heavyTailed),
        new Load("changing: 20,000 tiny, then 150 of 2 ms", 20_150, 1, Load::tinyThenLong),
        new Load("changing: computing, then waiting", 400, 1, Load::computingThenWaiting),
        new Load("changing: waiting, then computing", 2_200, 1, Load::waitingThenComputing));
  }

  private static long eachOther(int n) throws InterruptedException {
    return n % 2 == 0 ? computing(n, 1_000) : waiting(3_000);
  }

  private static long heavyTailed(int n) {
    return computing(n, n % 50 == 49 ? 5_000 : 50);
  }

  private static long tinyThenLong(int n) {
    return n < 20_000 ? (long) n * n : computing(n, 2_000);
  }

  private static long computingThenWaiting(int n) throws InterruptedException {
    return n < 150 ? computing(n, 2_000) : waiting(10_000);
  }

  private static long waitingThenComputing(int n) throws InterruptedException {
    return n < 2_000 ? waiting(5_000) : computing(n, 1_000);
  }

  private static long mixed(int n, long micros, long waitMicros) throws InterruptedException {
    return computing(n, micros) + waiting(waitMicros);
  }

  private static long waiting(long micros) throws InterruptedException {
    Thread.sleep(Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(micros)));
    return micros;
  }

  /** Always the same number of steps, whoever else has the processor meanwhile. */
  private static long computing(long seed, long micros) {
    return compute(seed, (long) (micros * STEPS));
  }

  private static long compute(long seed, long steps) {
    long x = seed;
    for (long i = 0; i < steps; i++) {
      x = x * 6364136223846793005L + 1442695040888963407L;
      x ^= x >>> 17;
    }
    return x;
  }

  private static double steps() {
    double best = 0;
    for (int run = 0; run < 5; run++) {
      long begin = System.nanoTime();
      long x = compute(run, CALIBRATION);
      double micros = (System.nanoTime() - begin + (x == 42 ? 1 : 0)) / 1e3;
      best = Math.max(best, CALIBRATION / micros);
    }
    return best;
  }
}
