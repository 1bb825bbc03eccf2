package dev.tutti.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The documentation of the published modules is made, complete and without a warning. */
@Tag("unit")
class JavadocTest {

  /** Every public and protected member is documented, every link and every snippet resolves. */
  @Test
  void javadoc_publishedModules_isComplete() throws IOException {
    assertThat(ApiSite.make(Path.of(".."), Path.of("target/apidocs"), ApiSite.jarsOfTheClassPath()))
        .isEmpty();
  }
}
