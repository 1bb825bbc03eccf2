// The size of many files, with the progress on standard error.
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.event.Progress;

void main(String[] files) {
  try (Pool pool = Pool.processes();
      Stream<Long> sizes =
          Parallel.on(pool)
              .progress(Progress.bar("files"))
              .unordered(List.of(files), file -> Files.size(Path.of(file)))) {
    IO.println(sizes.mapToLong(n -> n).sum() + " bytes");
  }
}
