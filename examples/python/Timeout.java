// Work that takes too long is given up.
import dev.tutti.Pool;

static String work(int seconds) throws InterruptedException {
  Thread.sleep(Duration.ofSeconds(seconds));
  return "worked " + seconds + " s";
}

void main() {
  try (Pool pool = Pool.processes(2)) {
    var results = Stream.of(60, 0).map(seconds -> pool.submit(() -> work(seconds))).toList();
    for (var result : results) {
      IO.println(result.completeOnTimeout("too slow", 3, TimeUnit.SECONDS).join());
    }
  }
}
