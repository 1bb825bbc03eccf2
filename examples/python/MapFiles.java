// The digest of each file.
import dev.tutti.Pool;

static String digest(String file) throws Exception {
  byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(Path.of(file)));
  return HexFormat.of().formatHex(hash);
}

void main(String[] files) {
  try (Pool pool = Pool.processes()) {
    pool.map(List.of(files), file -> digest(file)).forEach(IO::println);
  }
}
