// The first line of each file, read by threads.
import dev.tutti.Pool;

void main(String[] files) {
  try (Pool pool = Pool.virtualThreads()) {
    pool.map(List.of(files), file -> Files.readAllLines(Path.of(file)).getFirst())
        .forEach(IO::println);
  }
}
