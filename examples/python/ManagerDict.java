// How often each line occurs in all files, counted in one dictionary.
import dev.tutti.Pool;
import dev.tutti.actors.ActorMap;
import dev.tutti.actors.Actors;

static void count(String file, ActorMap<String, Integer> counts) throws IOException {
  Files.readAllLines(Path.of(file)).forEach(line -> counts.merge(line, 1, Integer::sum));
}

void main(String[] files) {
  try (ActorMap<String, Integer> counts = Actors.map();
      Pool pool = Pool.processes()) {
    pool.forEach(List.of(files), file -> count(file, counts));
    new TreeMap<>(counts.copy()).forEach((line, n) -> IO.println(n + " " + line));
  }
}
