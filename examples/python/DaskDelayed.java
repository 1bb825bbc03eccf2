// The mean number of words of some files: a graph of tasks.
import dev.tutti.Pool;
import dev.tutti.TaskGraph;

static int words(String file) throws IOException {
  return new StringTokenizer(Files.readString(Path.of(file))).countTokens();
}

void main(String[] files) {
  var graph = new TaskGraph();
  var counts = graph.each(List.of(files), file -> words(file));
  var mean = graph.combine(counts, all -> all.stream().mapToInt(n -> n).average().orElse(0));
  IO.println(graph.compute(Pool.shared(), mean));
}
