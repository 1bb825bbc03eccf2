// The size of many pages, at most three requests at once.
import dev.tutti.Pool;

static int fetch(String url) throws IOException {
  try (InputStream page = URI.create(url).toURL().openStream()) {
    return page.readAllBytes().length;
  }
}

void main(String[] urls) {
  try (Pool pool = Pool.threads(3)) {
    IO.println(pool.map(List.of(urls), url -> fetch(url)));
  }
}
