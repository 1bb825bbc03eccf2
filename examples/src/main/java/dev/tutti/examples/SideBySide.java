package dev.tutti.examples;

import dev.tutti.Pool;
import dev.tutti.task.TaskFuture;
import java.math.BigInteger;
import java.util.stream.IntStream;

/** Two different tasks that run side by side, and are joined. */
public final class SideBySide {
  private SideBySide() {}

  /**
   * What the two tasks found.
   *
   * @param primes how many primes there are below the bound
   * @param factorialDigits how many digits the factorial of the number has
   */
  public record Found(long primes, int factorialDigits) {}

  /**
   * Runs both on worker JVMs.
   *
   * @param args none
   */
  public static void main(String[] args) {
    try (Pool pool = Pool.processes(2)) {
      IO.println(find(pool, 5_000_000, 20_000));
    }
  }

  /**
   * Counts primes and computes a factorial at the same time.
   *
   * @param pool whose workers do it
   * @param below count the primes below this
   * @param n compute the factorial of this
   * @return what was found
   */
  public static Found find(Pool pool, int below, int n) {
    TaskFuture<Long> primes = pool.submit(() -> countPrimes(below));
    TaskFuture<Integer> digits = pool.submit(() -> factorial(n).toString().length());
    return new Found(primes.join(), digits.join()); // both have run since they were submitted
  }

  private static long countPrimes(int below) {
    return IntStream.range(2, below).filter(SideBySide::isPrime).count();
  }

  private static boolean isPrime(int n) {
    return IntStream.rangeClosed(2, (int) Math.sqrt(n)).noneMatch(d -> n % d == 0);
  }

  private static BigInteger factorial(int n) {
    BigInteger product = BigInteger.ONE;
    for (int i = 2; i <= n; i++) {
      product = product.multiply(BigInteger.valueOf(i));
    }
    return product;
  }
}
