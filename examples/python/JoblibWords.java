// How many words there are in all files.
import dev.tutti.Parallel;

static int words(String file) throws IOException {
  return new StringTokenizer(Files.readString(Path.of(file))).countTokens();
}

void main(String[] files) {
  IO.println(Parallel.isolated().reduce(List.of(files), 0, file -> words(file), Integer::sum));
}
