// A function of two arguments over two inputs.
import dev.tutti.Pool;

void main() {
  List<Integer> bases = List.of(2, 3, 10);
  List<Integer> exponents = List.of(100, 50, 30);
  try (Pool pool = Pool.processes()) {
    pool.map(bases, exponents, (base, exponent) -> BigInteger.valueOf(base).pow(exponent))
        .forEach(IO::println);
  }
}
