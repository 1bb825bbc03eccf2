// The words of each file, in the order in which they are counted; one file is missing.
import dev.tutti.Pool;

static String words(String file) throws IOException {
  return new StringTokenizer(Files.readString(Path.of(file))).countTokens() + " words";
}

void main(String[] files) {
  try (Pool pool = Pool.processes()) {
    pool.unorderedOutcomes(List.of(files), file -> words(file))
        .map(done -> done.item() + ": " + done.outcome().orElse("failed"))
        .forEach(IO::println);
  }
}
